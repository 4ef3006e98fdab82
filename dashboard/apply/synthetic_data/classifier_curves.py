"""Accuracy of classifiers trained on real images, on synthetic images, and on both."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.apply.synthetic_data.services.study import (
    ClassifierResults,
    curve_table,
    finding,
    gain_table,
    read_classifiers,
)
from dashboard.data.study_results import StudyResult, model_title
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.charts.curves import Frame, curves, domain_of
from dashboard.ui.charts.palette import BASELINE_GREY, LINE_COLOURS
from dashboard.ui.panels.studies import study_or_message
from dashboard.ui.theme import is_dark

COLOURS = (BASELINE_GREY, *LINE_COLOURS[:2])
"""Of "real", "synthetic" and "both"."""


def classifier_curves(dataset: str, names: Sequence[str]) -> None:
    """Draw the study's learning curves of the chosen models, or say how to run the study."""
    st.markdown("#### Classifiers trained on real images, synthetic images, and both")
    study = study_or_message(dataset, "synthesis")
    if study is None:
        return
    results = read_classifiers(dataset, study.found)
    known = [name for name in names if name in results.models]
    if known:
        st.markdown(
            f"{finding(results, known)} Accuracy on real test images by number of real images per class:"
        )
        model_charts(results, known, "synthesis")
    if missing := [model_title(dataset, name) for name in names if name not in known]:
        st.caption(
            f"The study covers the largest model of each family; {', '.join(missing)} can be measured below."
        )
    _protocol(study, results)


def _protocol(study: StudyResult, results: ClassifierResults) -> None:
    st.caption(
        f"Classifier: {results.classifier}, tested on {results.n_test:,} random real test images; "
        f"{len(study.seeds)} seeds, with 95% intervals. Per class, a Gaussian is fitted to the codes of its "
        "labelled images only; the model itself was trained on the whole train split, without labels. All "
        "classifiers are trained for the same number of steps: a synthetic image replaces a real one. "
        f"{study.cpu_seconds:,.0f} CPU seconds.",
        help=study.protocol,
    )


def model_charts(results: ClassifierResults, names: Sequence[str], key: str) -> None:
    """Draw one chart per model on common scales, and the differences as a table."""
    tables = {name: curve_table(results, name) for name in names}
    domain = domain_of(pd.concat(tables.values()))
    with st.container(horizontal=True, gap="small"):
        for name, table in tables.items():
            title = model_title(results.dataset, name)
            frame = Frame(190, 210, domain, "real images per class", None)
            with st.container(width="content"):
                st.markdown(f"**{title}**")
                st.vega_lite_chart(
                    cached_chart(curves)(table, COLOURS, frame, dark=is_dark()),
                    width="content",
                    key=f"{key}_{name}",
                    alt="Accuracy of classifiers trained on real images, on samples of "
                    f"{title}, and on both, by number of real images per class.",
                )
    with st.expander("Differences, with intervals"):
        st.dataframe(gain_table(results, names), hide_index=True, key=f"{key}_gains")
        st.caption(
            "Percentage points, paired by seed, with the 95% interval of their mean; a difference is clear "
            "where the interval excludes zero."
        )
