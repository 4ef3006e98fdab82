"""Accuracy of a linear probe by number of labels per class: pixels and each model's codes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.apply.transfer.controls import chosen_labels, pick_labels
from dashboard.apply.transfer.services.study import (
    PIXELS_TITLE,
    ProbeResults,
    curve_table,
    finding,
    read_probes,
)
from dashboard.apply.transfer.transferred_encoders import transferred_table
from dashboard.data.study_results import StudyResult
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.charts.curves import Frame, curves, domain_of
from dashboard.ui.charts.palette import BASELINE_GREY, line_colours
from dashboard.ui.panels.studies import study_or_message
from dashboard.ui.theme import is_dark


def linear_probes(dataset: str, names: list[str]) -> None:
    """Draw the study's curves and the table of transferred encoders, or say how to run the study."""
    study = study_or_message(dataset, "transfer")
    if study is None:
        return
    results = read_probes(dataset, study.found)
    n_labels = chosen_labels(results.n_labels)
    st.markdown("#### Linear probe: accuracy by number of labels per class")
    chart, text = st.columns([2.6, 1], gap="large")
    with text:
        pick_labels(results.n_labels, n_labels)
        _notes(study, results, names, n_labels)
    with chart:
        probe_chart(results, names, "probes")
    transferred_table(results, n_labels)


def _notes(study: StudyResult, results: ProbeResults, names: Sequence[str], n_labels: int) -> None:
    """Draw the finding, the models that the study lacks, and how it was measured."""
    if sentence := finding(results, names, n_labels):
        st.markdown(sentence)
    known = {curve.source for curve in results.curves}
    if missing := [name for name in names if name not in known]:
        st.caption(
            f"Not in the study: {', '.join(missing)}. `{study.command}` measures all models, “Measure "
            "again” below the chosen ones."
        )
    st.caption(
        f"{results.n_test:,} random test images; labelled images sampled from {results.n_pool:,} train "
        f"images, {len(study.seeds)} seeds; bands are 95% intervals of the mean over seeds. "
        f"{study.cpu_seconds:,.0f} CPU seconds."
    )
    with st.expander("How it was measured"):
        st.caption(study.protocol)


def probe_chart(results: ProbeResults, names: Sequence[str], key: str) -> None:
    """Draw the curves of pixels and of the chosen models, labelled at their ends."""
    table = curve_table(results, names)
    colours = list(line_colours(table["series"], {PIXELS_TITLE: BASELINE_GREY}).values())
    things = results.things
    frame = Frame(None, 350, domain_of(table), f"labelled {things} per class", f"accuracy on test {things}")
    st.vega_lite_chart(
        cached_chart(curves)(table, colours, frame, dark=is_dark()),
        key=key,
        alt="Accuracy of a linear probe by number of labels per class, one line per encoder.",
    )
