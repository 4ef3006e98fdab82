"""Filter models by budget (dimensions, parameters, epochs, CPU time); owns the URL names "match" and "by"."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import state
from dashboard.compare.scores.services.scores import BUDGETS, Row, within_budget

ANY = "any"


def pick_budget(rows: Sequence[Row]) -> str | None:
    """Draw the pickers; return the id of the model whose budget the others must match, None for no filter."""
    titles = {ANY: "Any budget", **{_name(row): f"Budget of {row.title}" for row in rows}}
    reference = state.choose("match", list(titles), ANY, word="budget of a model")
    st.selectbox(
        "Budget",
        list(titles),
        format_func=titles.__getitem__,
        label_visibility="collapsed",
        width=230,
        **state.bind("pick_match", reference, _set_reference),
    )
    if reference == ANY:
        return None
    st.pills(
        "Equal in",
        BUDGETS,
        selection_mode="multi",
        label_visibility="collapsed",
        help="Which budgets must match: dimensions exactly, parameters and epochs up to a factor of 1.25, "
        "CPU time up to a factor of 1.5.",
        **state.bind("pick_by", _chosen_budgets(), _set_budgets),
    )
    return next(row.id for row in rows if _name(row) == reference)


def rows_within_budget(rows: list[Row], reference: str | None) -> list[Row]:
    """Return the rows whose chosen budgets match those of the reference model; all rows for None."""
    return rows if reference is None else within_budget(rows, reference, _chosen_budgets())


def _chosen_budgets() -> list[str]:
    text = state.get("by")
    return [name for name in BUDGETS if name in text.split(",")] if text else [BUDGETS[0]]


def _name(row: Row) -> str:
    return row.id.partition("/")[2]


def _set_reference() -> None:
    value = state.widget("pick_match")
    state.put("match", None if value == ANY else value)


def _set_budgets() -> None:
    state.put("by", ",".join(state.widget("pick_by")) or None)
