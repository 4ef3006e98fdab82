"""Table of scores: one row per model, cells shaded by rank, values or ranks as text.

Its columns are the rows of the table in `latentcore.evaluation.suite`; those of the budgets are `BUDGETS`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.compare.scores.services.ranking import ranks
from dashboard.compare.scores.services.scores import BUDGETS, Better, Measure, Row, Score

ARROWS = {Better.LOWER: " ↓", Better.HIGHER: " ↑", Better.HALF: " → ½", Better.NEITHER: ""}
DIRECTIONS = {
    Better.LOWER: "Lower is better.",
    Better.HIGHER: "Higher is better.",
    Better.HALF: "Best at 0.5.",
    Better.NEITHER: "Descriptive, not ranked.",
}
SHADE_RGB = (42, 111, 176)
MAX_OPACITY = 0.42
"""Opacity of the shade of rank 1."""


def draw_scoreboard(
    measures: Sequence[Measure], rows: Sequence[Row], shown: Sequence[Row], *, by_rank: bool
) -> None:
    """Draw the table.

    Parameters
    ----------
    measures : sequence of Measure
        Columns of scores.
    rows : sequence of Row
        Models that are ranked.
    shown : sequence of Row
        Rows of the table: the models, and real images where they have scores.
    by_rank : bool
        Show ranks instead of values.
    """
    costs = [name for name in BUDGETS[1:] if any(name in row.budget for row in rows)]
    values = pd.DataFrame(
        {
            "Model": [row.title for row in shown],
            **{measure.title: [_value(row, measure) for row in shown] for measure in measures},
            **{name: [row.budget.get(name) or None for row in shown] for name in costs},
            "Empty because": [_missing_reasons(measures, row) for row in shown],
        }
    )
    texts, shades = _texts_and_shades(measures, rows, shown, by_rank=by_rank)
    styled = values.style.apply(
        lambda _frame: shades.reindex(columns=values.columns, fill_value=""), axis=None
    )
    for measure in measures:
        styled = styled.format(_TextsInOrder(texts[measure.title].tolist()), subset=[measure.title])
    st.dataframe(
        styled,
        hide_index=True,
        height=38 + 35 * len(shown),
        placeholder="\N{EN DASH}",
        column_config=_column_configs(measures, rows),
    )


def _value(row: Row, measure: Measure) -> float | None:
    score = row.score(measure)
    return None if score is None else score.value


def _missing_reasons(measures: Sequence[Measure], row: Row) -> str:
    """Return why a row has empty cells, each reason once."""
    reasons = dict.fromkeys(row.missing_reason(measure) for measure in measures)
    return ", ".join(reason for reason in reasons if reason)


class _TextsInOrder:
    """A formatter of pandas' Styler that returns prepared texts in the order of the rows."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = iter(texts)

    def __call__(self, _value: object) -> str:
        return next(self._texts)


def _texts_and_shades(
    measures: Sequence[Measure], rows: Sequence[Row], shown: Sequence[Row], *, by_rank: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the text and the CSS style of each score cell, one row per shown row."""
    texts = pd.DataFrame("", index=range(len(shown)), columns=[measure.title for measure in measures])
    shades = texts.copy()
    for measure in measures:
        by_model = ranks(measure, rows)
        n_per_rank = Counter(by_model.values())
        for k, row in enumerate(shown):
            score, rank = row.score(measure), by_model.get(row.id)
            if score is not None and by_rank and rank is not None:
                texts.loc[k, measure.title] = f"{rank}=" if n_per_rank[rank] > 1 else str(rank)
            elif score is not None:
                texts.loc[k, measure.title] = _score_text(measure, score)
            if rank is not None:
                shades.loc[k, measure.title] = _shade(rank, lowest_rank=max(*n_per_rank, 2))
    return texts, shades


def _shade(rank: int, *, lowest_rank: int) -> str:
    """Return the background of a rank: strongest for rank 1, fading towards the lowest rank."""
    red, green, blue = SHADE_RGB
    opacity = MAX_OPACITY * (1 - (rank - 1) / lowest_rank)
    return f"background-color: rgba({red},{green},{blue},{opacity:.2f})"


def _score_text(measure: Measure, score: Score) -> str:
    """Return a value with half its interval, such as "0.0123 ±0.0004"."""
    value = format(score.value, measure.style)
    if score.interval is None:
        return value
    half = (score.interval[1] - score.interval[0]) / 2
    return f"{value} ±{half:.1g}" if half >= 1e-4 or half == 0 else f"{value} ±{half:.0e}"


def _column_configs(measures: Sequence[Measure], rows: Sequence[Row]) -> dict[str, ColumnConfig]:
    return {
        "Model": st.column_config.TextColumn(pinned=True, width=150),
        **{measure.title: _score_column(measure, rows) for measure in measures},
        "parameters": st.column_config.NumberColumn("Parameters", format="compact", width=85),
        "epochs": st.column_config.NumberColumn(
            "Epochs", format="%d", width=65, help="Empty for models with a closed-form solution."
        ),
        "CPU time": st.column_config.NumberColumn("CPU s", format="%d", width=65),
    }


def _score_column(measure: Measure, rows: Sequence[Row]) -> ColumnConfig:
    score = next(found for row in rows if (found := row.score(measure)))
    help_text = f"{measure.meaning} {DIRECTIONS[measure.better]}\n\nn = {score.n:,}. {score.protocol}"
    return st.column_config.NumberColumn(measure.title + ARROWS[measure.better], help=help_text, width=112)
