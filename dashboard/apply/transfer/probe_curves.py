"""Accuracy against labels, at home: what the study found, and measuring it anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from dashboard.apply.transfer.services import (
    SEED_CHOICES,
    Request,
    curve_table,
    finding,
    label_choices,
    measure,
    source_title,
)
from dashboard.data.catalogue import dataset_title, open_bundle
from dashboard.data.images.originals import originals_problem
from dashboard.ui.chart_cache import kept
from dashboard.ui.charts.curves import BASELINE, Frame, curves, domain_of
from dashboard.ui.charts.palette import line_colours
from dashboard.ui.job_panel import job_button, job_of, watch_job
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.theme import is_dark

JOB = "probing"
PIXELS = source_title("pixels", supervised=False)


def probe_curves(found: Mapping[str, Any], names: Sequence[str], key: str) -> None:
    """Draw pixels and the chosen models, named at the ends of their lines."""
    table = curve_table(found, names)
    colours = list(line_colours(table["series"], {PIXELS: BASELINE}).values())
    frame = Frame(None, 350, domain_of(table), "labelled images a class", "accuracy on test images")
    st.vega_lite_chart(
        kept(curves)(table, colours, frame, dark=is_dark()),
        key=key,
        alt="Accuracy of a linear probe against labels a class, one line an encoder.",
    )


def probe_again(ids: Sequence[str]) -> None:
    """Draw, folded away, the settings, the progress and what came of it."""
    with st.expander("Measure again", icon=":material/refresh:", expanded=job_of(JOB) is not None):
        dataset = ids[0].partition("/")[0]
        if originals_problem(dataset) is not None:
            st.caption("Pixels need the original images; the codes are measured without them.")
            originals_note(dataset)
        job = watch_job(JOB)
        if job is not None or job_of(JOB) is None:
            _ask(ids)
        if job is not None and job.result is not None:
            _answer(job.result)


def _ask(ids: Sequence[str]) -> None:
    choices = label_choices(open_bundle(ids[0]))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = st.pills(
            "Labels a class", choices, selection_mode="multi", default=choices, key=f"probe_labels_{choices}"
        )
        n_seeds = st.segmented_control(
            "Draws of labels", SEED_CHOICES, default=SEED_CHOICES[1], required=True, key="probe_seeds"
        )
        if labels:
            request = Request(tuple(ids), tuple(sorted(labels)), int(n_seeds or SEED_CHOICES[1]))
            word = "this model" if len(ids) == 1 else f"{len(ids)} models"
            job_button(JOB, f"Measure {word}", partial(measure, request))
    if not labels:
        st.info("Choose at least one number of labels.", icon=":material/info:")


def _answer(found: Mapping[str, Any]) -> None:
    names = [curve["source"] for curve in found["curves"] if curve["source"] != "pixels"]
    n_seeds = len(found["curves"][0]["points"][0]["by_seed"])
    st.markdown(
        f"**Measured now** on {dataset_title(found['dataset'])}: {found['n_test']:,} random test images, "
        f"{n_seeds} draws of labels, seeds 0 to {n_seeds - 1}"
    )
    sentence = finding(found, names, found["n_labels"][-1])
    if sentence:
        st.caption(sentence)
    probe_curves(found, names, "probes_now")
