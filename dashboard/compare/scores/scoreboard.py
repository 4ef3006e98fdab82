"""The scores of the chosen models: owns the names "group" and "ranks"."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard import state
from dashboard.compare.scores.budgets import pick_budget, rows_within_budget
from dashboard.compare.scores.details import score_details
from dashboard.compare.scores.measure_again import measure_again
from dashboard.compare.scores.pareto import pareto
from dashboard.compare.scores.services.exports import scores_csv, scores_markdown
from dashboard.compare.scores.services.scores import (
    BUDGETS,
    GROUPS,
    SUITE,
    Better,
    Cell,
    Measure,
    Row,
    measures_of,
    ranks,
    real_row,
    score_rows,
)
from dashboard.data.catalogue import LatentcoreError

NAMES = ("group", "ranks", "match", "by", "x", "y")
ARROWS = {Better.LOWER: " ↓", Better.HIGHER: " ↑", Better.HALF: " → ½", Better.NEITHER: ""}
GOOD = (42, 111, 176)
STRONGEST = 0.42


def scoreboard(ids: list[str]) -> None:
    """Draw the table, what it can be exported as, and the plot of two columns."""
    every = score_rows(ids)
    measured = [row for row in every if any(cell.value is not None for cell in row.cells.values())]
    for row in every:
        if row not in measured:
            st.warning(
                f"{row.title} carries no scores. Measure them with `latentcore evaluate {row.id} --record`.",
                icon=":material/info:",
            )
    if not measured:
        return
    dataset = measured[0].id.partition("/")[0]
    by_rank = state.get("ranks") == "1"
    groups = [group for group in GROUPS if measures_of(group, measured)]
    group = state.choose("group", groups, groups[0])
    with st.container(horizontal=True, vertical_alignment="center"):
        _pick_group(groups, group)
        _pick_ranks(by_rank=by_rank)
        anchor = pick_budget(measured)
    rows = rows_within_budget(measured, anchor)
    measures = measures_of(group, rows)
    real = _real_row(dataset)
    shown = [real, *rows] if real is not None and measures_of(group, [real]) else rows
    with st.container(key="scoreboard"):
        _table(measures, rows, shown, by_rank=by_rank)
    st.caption(
        "Shade and rank: 1 and how many models are better beyond both intervals, so equal ranks are ties. "
        "± is half the interval; over images, seeds or folds, as each score says below. No total is formed."
    )
    _exports(measures, shown, dataset)
    score_details(measures, shown)
    measure_again(measures, rows)
    pareto(rows)


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
        **state.bind("pick_group", group, lambda: state.put("group", state.widget("pick_group"))),
    )


def _pick_ranks(*, by_rank: bool) -> None:
    st.toggle(
        "Ranks",
        help="Ranks instead of values; = marks a tie.",
        **state.bind(
            "pick_ranks", by_rank, lambda: state.put("ranks", "1" if state.widget("pick_ranks") else None)
        ),
    )


def _table(measures: Sequence[Measure], rows: Sequence[Row], shown: Sequence[Row], *, by_rank: bool) -> None:
    costs = BUDGETS[1:]
    values = pd.DataFrame(
        {
            "Model": [row.title for row in shown],
            **{m.title: [row.cells[m.name].value for row in shown] for m in measures},
            **{name: [row.budget.get(name) or None for row in shown] for name in costs},
            "Empty because": [_reasons(measures, row) for row in shown],
        }
    )
    texts, shades = _texts(measures, rows, shown, by_rank=by_rank)
    styled = values.style.apply(
        lambda _frame: shades.reindex(columns=values.columns, fill_value=""), axis=None
    )
    for measure in measures:
        styled = styled.format(_Lookup(texts[measure.title].tolist()), subset=[measure.title])
    st.dataframe(
        styled,
        hide_index=True,
        height=38 + 35 * len(shown),
        placeholder="\N{EN DASH}",
        column_config={
            "Model": st.column_config.TextColumn(pinned=True, width=150),
            **{m.title: _column(m, rows) for m in measures},
            "parameters": st.column_config.NumberColumn("Parameters", format="compact", width=85),
            "epochs": st.column_config.NumberColumn(
                "Epochs", format="%d", width=65, help="None for what is solved in closed form."
            ),
            "CPU time": st.column_config.NumberColumn("CPU s", format="%d", width=65),
        },
    )


def _reasons(measures: Sequence[Measure], row: Row) -> str:
    """Return why a row has empty cells."""
    return ", ".join(dict.fromkeys(cell.reason for m in measures if (cell := row.cells[m.name]).reason))


class _Lookup:
    """A formatter that gives out prepared texts in the order of the rows."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = iter(texts)

    def __call__(self, _value: object) -> str:
        return next(self._texts)


def _texts(
    measures: Sequence[Measure], rows: Sequence[Row], shown: Sequence[Row], *, by_rank: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what stands in the cells of the measures, and the style of each."""
    texts = pd.DataFrame("", index=range(len(shown)), columns=[m.title for m in measures])
    shades = texts.copy()
    for measure in measures:
        found = ranks(measure, rows)
        places = list(found.values())
        for k, row in enumerate(shown):
            rank = found.get(row.id)
            texts.loc[k, measure.title] = _text(
                measure, row.cells[measure.name], rank, places, by_rank=by_rank
            )
            if rank is not None:
                strength = STRONGEST * (1 - (rank - 1) / max(*places, 2))
                red, green, blue = GOOD
                shades.loc[k, measure.title] = f"background-color: rgba({red},{green},{blue},{strength:.2f})"
    return texts, shades


def _text(measure: Measure, cell: Cell, rank: int | None, places: list[int], *, by_rank: bool) -> str:
    if cell.value is None:
        return ""
    if by_rank and rank is not None:
        return f"{rank}=" if places.count(rank) > 1 else str(rank)
    shown = format(cell.value, measure.style)
    if cell.interval is None:
        return shown
    half = (cell.interval[1] - cell.interval[0]) / 2
    return f"{shown} ±{half:.1g}" if half >= 1e-4 or half == 0 else f"{shown} ±{half:.0e}"


def _column(measure: Measure, rows: Sequence[Row]) -> ColumnConfig:
    cell = next(row.cells[measure.name] for row in rows if row.cells[measure.name].value is not None)
    words = {
        Better.LOWER: "Lower is better.",
        Better.HIGHER: "Higher is better.",
        Better.HALF: "Best at one half.",
        Better.NEITHER: "Says what is; ranks nothing.",
    }[measure.better]
    help_text = f"{measure.meaning} {words}\n\nn = {cell.n:,}. {cell.protocol}"
    return st.column_config.NumberColumn(measure.title + ARROWS[measure.better], help=help_text, width=112)


def _exports(measures: Sequence[Measure], shown: Sequence[Row], dataset: str) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "CSV",
            scores_csv(SUITE, shown),
            f"scores-{dataset}.csv",
            "text/csv",
            icon=":material/table:",
            help="Every score of these models, with interval, n and seed.",
        )
        st.download_button(
            "Markdown",
            scores_markdown(measures, shown),
            f"scores-{dataset}.md",
            "text/markdown",
            icon=":material/markdown:",
            help="The columns that are shown, with how each was measured.",
        )
