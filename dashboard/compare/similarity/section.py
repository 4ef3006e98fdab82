"""How alike the spaces of the chosen models are: owns the name "likeness"."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.compare.similarity.charts import heatmap
from dashboard.compare.similarity.services import MEANINGS, MEASURES, anchors, similarity_table
from dashboard.ui.chart_cache import kept
from dashboard.ui.problems import study_or_say

NAMES = ("likeness",)


def similarity(ids: list[str]) -> None:
    """Draw the heat map of the chosen models and the anchors beside it."""
    dataset = ids[0].partition("/")[0]
    names = [bundle_id.partition("/")[2] for bundle_id in ids]
    study = study_or_say(dataset, "similarity")
    if study is None:
        return
    measure = state.choose("likeness", list(MEASURES), "cka")
    st.segmented_control(
        "Likeness",
        list(MEASURES),
        format_func=MEASURES.__getitem__,
        required=True,
        label_visibility="collapsed",
        **state.bind("pick_likeness", measure, _take),
    )
    missing = [name for name in names if name not in study.found["models"]]
    if missing:
        st.caption(
            f"Not in the study, and left out: {', '.join(missing)}. `{study.command}` measures them all anew."
        )
    table = similarity_table(study, measure, names)
    picture, words = st.columns([2.4, 1])
    with picture, st.container(key="likeness_map"):
        if table.empty:
            st.info("None of the chosen models is in the study; choose others above.")
        else:
            st.vega_lite_chart(
                spec=kept(heatmap)(table, MEASURES[measure]),
                width="content",
                key="likeness",
                alt=f"{MEASURES[measure]} of each pair of {len(names)} models, as coloured numbers",
            )
    with words:
        st.markdown(MEANINGS[measure])
        st.markdown("**To read the numbers by**")
        for anchor in anchors(study, measure):
            st.metric(anchor.title, f"{anchor.value:.2f}")
        st.caption(
            f"n = {study.found['n']:,} test images, seed {study.seeds[0]}; {study.cpu_seconds:,.0f} CPU "
            "seconds. Spaces as alike as a recipe's two seeds are as alike as two runs of one model."
        )
        with st.expander("How it was measured"):
            st.caption(study.protocol)


def _take() -> None:
    state.put("likeness", state.widget("pick_likeness"))
