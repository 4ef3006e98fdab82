"""Measuring linear probes again, with other numbers of labels or for models that the study lacks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard import state
from dashboard.apply.transfer.probe_curves import probe_chart
from dashboard.apply.transfer.services.probes import SEED_CHOICES, Request, label_choices, measure
from dashboard.apply.transfer.services.study import ProbeResults, finding
from dashboard.data.catalogue import catalogue, dataset_title
from dashboard.data.images.originals import originals_problem
from dashboard.ui.job_panel import job_button, job_expander, job_form
from dashboard.ui.missing_originals import originals_note

JOB = "probing"


def measure_again(ids: Sequence[str]) -> None:
    """Draw, in an expander, the settings, the job's progress and its results."""
    with job_expander(JOB, "Measure again"):
        dataset = ids[0].partition("/")[0]
        if originals_problem(dataset) is not None:
            st.caption("Pixels need the original images; the codes are measured without them.")
            originals_note(dataset)
        job_form(JOB, partial(_settings, ids), _results)


def measure_items(ids: Sequence[str]) -> None:
    """Draw the same for spaces of items, for which there is no study."""
    st.markdown("#### Linear probe: accuracy by number of labels per class")
    st.caption(
        "A logistic regression learns the classes from the codes of few labelled items and is tested on "
        "others: the higher its curve, the more plainly a space holds the classes."
    )
    job_form(JOB, partial(_settings, ids), _results)


def _settings(ids: Sequence[str]) -> None:
    choices, of_items = label_choices(ids), ids[0] in catalogue().spaces
    things, word = ("items", "space") if of_items else ("images", "model")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = st.pills(
            "Labels per class",
            choices,
            selection_mode="multi",
            default=choices,
            key=f"probe_labels_{choices}",
        )
        n_seeds = st.segmented_control(
            "Seeds",
            SEED_CHOICES,
            default=SEED_CHOICES[1],
            required=True,
            key="probe_seeds",
            help=f"Each seed samples another set of labelled {things}.",
        )
        if labels:
            request = Request(tuple(ids), tuple(sorted(labels)), int(n_seeds or SEED_CHOICES[1]))
            chosen = f"this {word}" if len(ids) == 1 else f"{len(ids)} {word}s"
            job_button(JOB, f"Measure {chosen}", partial(measure, request))
    if not labels:
        st.info("Choose at least one number of labels.", icon=":material/info:")


def _results(results: ProbeResults) -> None:
    title = state.escape_markdown(dataset_title(results.dataset))
    st.markdown(
        f"**Measured now** on {title}: {results.n_test:,} random test {results.things}, {results.n_seeds} "
        f"sets of labelled {results.things} from {results.n_pool:,} others, seeds 0 to {results.n_seeds - 1}"
    )
    if sentence := finding(results, results.models, results.n_labels[-1]):
        st.caption(sentence)
    probe_chart(results, results.models, "probes_now")
