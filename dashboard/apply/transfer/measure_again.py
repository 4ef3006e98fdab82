"""Measuring linear probes again, with other numbers of labels or for models that the study lacks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.apply.transfer.probe_curves import probe_chart
from dashboard.apply.transfer.services.probes import SEED_CHOICES, Request, label_choices, measure
from dashboard.apply.transfer.services.study import ProbeResults, finding
from dashboard.data.catalogue import dataset_title, open_bundle
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


def _settings(ids: Sequence[str]) -> None:
    choices = label_choices(open_bundle(ids[0]))
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
            help="Each seed samples another set of labelled images.",
        )
        if labels:
            request = Request(tuple(ids), tuple(sorted(labels)), int(n_seeds or SEED_CHOICES[1]))
            models = "this model" if len(ids) == 1 else f"{len(ids)} models"
            job_button(JOB, f"Measure {models}", partial(measure, request))
    if not labels:
        st.info("Choose at least one number of labels.", icon=":material/info:")


def _results(results: ProbeResults) -> None:
    st.markdown(
        f"**Measured now** on {dataset_title(results.dataset)}: {results.n_test:,} random test images, "
        f"{results.n_seeds} sets of labelled images, seeds 0 to {results.n_seeds - 1}"
    )
    if sentence := finding(results, results.models, results.n_labels[-1]):
        st.caption(sentence)
    probe_chart(results, results.models, "probes_now")
