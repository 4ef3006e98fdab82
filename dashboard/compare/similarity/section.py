"""Similarity section: heat map of CKA, Procrustes R² or mutual k-NN; owns the URL name "likeness"."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.compare.similarity.charts import heatmap
from dashboard.compare.similarity.services import (
    MEASURES,
    SimilarityStudy,
    interval_table,
    read_similarity,
    reference_values,
    similarity_table,
    space_similarity,
)
from dashboard.data.catalogue import catalogue
from dashboard.data.items.spaces import ItemSpace
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.model_set import load_spaces
from dashboard.ui.panels.studies import study_or_message

URL_NAMES = ("likeness",)
"""Shared links contain this name, so it stays."""


def draw_similarity(ids: list[str]) -> None:
    """Draw the heat map of the chosen models, and the reference values beside it."""
    names = [bundle_id.partition("/")[2] for bundle_id in ids]
    study = _measured(ids)
    if study is None:
        return
    measure = state.choose("likeness", list(MEASURES), "cka", word="similarity measure")
    _pick_measure(measure)
    missing = [name for name in names if name not in study.models]
    if missing:
        st.caption(
            f"Left out, not in the study: {', '.join(missing)}. Run `{study.command}` to measure all models "
            "again."
        )
    heat_map, references = st.columns([2.4, 1])
    with heat_map, st.container(key="similarity_map"):
        _draw_heatmap(study, measure, names)
    with references:
        _draw_references(study, measure)


def _measured(ids: list[str]) -> SimilarityStudy | None:
    """Return the similarity of a dataset's models, or of a collection's spaces; else say why not."""
    if ids[0] not in catalogue().spaces:
        result = study_or_message(ids[0].partition("/")[0], "similarity")
        return None if result is None else read_similarity(result)
    spaces = [space for space in load_spaces(ids) if isinstance(space, ItemSpace)]
    if len(spaces) < 2:
        st.info("Similarity needs two spaces. Choose a second one above.", icon=":material/info:")
        return None
    return space_similarity(spaces)


def _pick_measure(measure: str) -> None:
    st.segmented_control(
        "Similarity measure",
        list(MEASURES),
        format_func=lambda name: MEASURES[name].title,
        required=True,
        label_visibility="collapsed",
        **state.bind("pick_similarity", measure, _set_measure),
    )


def _draw_heatmap(study: SimilarityStudy, measure: str, names: list[str]) -> None:
    table = similarity_table(study, measure, names)
    if table.empty:
        st.info("None of the chosen models is in the study; choose others above.")
        return
    title = MEASURES[measure].title
    st.vega_lite_chart(
        spec=cached_chart(heatmap)(table, title),
        width="content",
        key="similarity_chart",
        alt=f"Heat map: {title} between each pair of {table['row'].nunique()} models, with values",
    )
    _draw_intervals(study, measure, names)


def _draw_intervals(study: SimilarityStudy, measure: str, names: list[str]) -> None:
    """Draw the values of all pairs with their intervals."""
    table = interval_table(study, measure, names)
    if table.empty:
        return
    with st.expander("Values with 95% intervals"):
        number = st.column_config.NumberColumn(format="%.3f", width="small")
        st.dataframe(
            table.rename(columns={"first": "First", "second": "Second", "value": MEASURES[measure].title}),
            hide_index=True,
            column_config={MEASURES[measure].title: number, "low": number, "high": number},
        )


def _draw_references(study: SimilarityStudy, measure: str) -> None:
    st.markdown(MEASURES[measure].meaning)
    st.markdown("**Reference values**")
    for reference in reference_values(study, measure):
        st.metric(reference.title, f"{reference.value:.2f}")
    st.caption(_how_measured(study))
    with st.expander("How it was measured"):
        st.caption(study.protocol)


def _how_measured(study: SimilarityStudy) -> str:
    """Return on how many items, and what two training runs of one recipe are for."""
    seed = "no seed" if study.seed is None else f"seed {study.seed}"
    if not study.same_recipe and not study.command:
        return f"n = {study.n:,} items, {seed}."
    return (
        "Same recipe, other seed: two training runs of one model agree this much. Models whose similarity "
        "is as high differ no more than two runs do. "
        f"n = {study.n:,} test images, {seed}; {study.cpu_seconds:,.0f} CPU seconds."
    )


def _set_measure() -> None:
    state.put("likeness", state.widget("pick_similarity"))
