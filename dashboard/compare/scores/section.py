"""Scoreboard section: scores of the chosen models, ranks, exports; owns the URL names "group" and "ranks"."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import state
from dashboard.compare.scores.budgets import pick_budget, rows_within_budget
from dashboard.compare.scores.by_dimension import draw_by_dimension
from dashboard.compare.scores.details import draw_score_details
from dashboard.compare.scores.other_scores import draw_other_scores
from dashboard.compare.scores.pareto import draw_pareto
from dashboard.compare.scores.remeasure import draw_remeasure
from dashboard.compare.scores.scoreboard import draw_scoreboard
from dashboard.compare.scores.services.exports import scores_csv, scores_markdown
from dashboard.compare.scores.services.scores import (
    GROUPS,
    SUITE,
    Measure,
    Row,
    measures_of,
    real_row,
    score_rows,
)
from dashboard.data.catalogue import LatentcoreError, catalogue

URL_NAMES = ("group", "ranks", "match", "by", "x", "y", "over")


def draw_scores(ids: list[str]) -> None:
    """Draw the scoreboard, its exports, protocols, remeasuring, the Pareto plot and scores by dimension."""
    measured = _measured_rows(ids)
    if not measured:
        return
    dataset = measured[0].id.partition("/")[0]
    of_items = catalogue().is_collection(dataset)
    by_rank = state.get("ranks") == "1"
    groups = [group for group in GROUPS if measures_of(group, measured)]
    group = state.choose("group", groups, groups[0], word="group of scores")
    with st.container(horizontal=True, vertical_alignment="center"):
        _pick_group(groups, group)
        _pick_ranks(by_rank=by_rank)
        reference = None if of_items else pick_budget(measured)
    rows = rows_within_budget(measured, reference)
    measures = measures_of(group, rows)
    real = None if of_items else _real_row(dataset)
    shown = [real, *rows] if real is not None and measures_of(group, [real]) else rows
    with st.container(key="scoreboard"):
        draw_scoreboard(measures, rows, shown, by_rank=by_rank)
    st.caption(
        "Rank = 1 + number of models that are significantly better (intervals do not overlap); equal ranks "
        "are ties. Shade follows the rank. ± is half the interval, over images, seeds or folds: see “How "
        "each score was measured”. Scores are not aggregated."
    )
    _draw_exports(measures, shown, dataset)
    draw_score_details(measures, shown)
    if of_items:
        draw_other_scores([row.id for row in measured])
        return
    draw_remeasure(measures, rows)
    draw_pareto(rows)
    draw_by_dimension(dataset)


def _measured_rows(ids: list[str]) -> list[Row]:
    """Return the rows of models with at least one score; warn about the others."""
    rows = score_rows(ids)
    measured = [row for row in rows if any(row.score(measure) is not None for measure in SUITE)]
    for row in rows:
        if row not in measured:
            st.warning(
                f"{row.title} has no scores. Measure them with `latentcore evaluate {row.id} --record`.",
                icon=":material/info:",
            )
    return measured


def _real_row(dataset: str) -> Row | None:
    try:
        return real_row(dataset)
    except LatentcoreError as error:
        st.warning(f"{error} The row of real images is left out.", icon=":material/warning:")
        return None


def _pick_group(groups: list[str], group: str) -> None:
    st.segmented_control(
        "Scores",
        groups,
        required=True,
        label_visibility="collapsed",
        **state.bind("pick_group", group, _set_group),
    )


def _pick_ranks(*, by_rank: bool) -> None:
    st.toggle(
        "Ranks",
        help="Show ranks instead of values; = marks a tie.",
        **state.bind("pick_ranks", by_rank, _set_ranks),
    )


def _draw_exports(measures: Sequence[Measure], shown: Sequence[Row], dataset: str) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "CSV",
            scores_csv(SUITE, shown),
            f"scores-{dataset}.csv",
            "text/csv",
            icon=":material/table:",
            help="All scores of these models, with interval, n and seed.",
        )
        st.download_button(
            "Markdown",
            scores_markdown(measures, shown),
            f"scores-{dataset}.md",
            "text/markdown",
            icon=":material/markdown:",
            help="The columns shown here, with the protocol of each score.",
        )


def _set_group() -> None:
    state.put("group", state.widget("pick_group"))


def _set_ranks() -> None:
    state.put("ranks", "1" if state.widget("pick_ranks") else None)
