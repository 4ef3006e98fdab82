"""Which models had as much to work with as another one: owns the names "match" and "by"."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import state
from dashboard.compare.scores.services.scores import BUDGETS, Row, within_budget

ANY = "any"


def pick_budget(rows: Sequence[Row]) -> str | None:
    """Draw the pickers and return the id of the model whose budget counts, or None for any budget."""
    titles = {ANY: "Any budget", **{_name(row): f"Budget of {row.title}" for row in rows}}
    anchor = state.choose("match", list(titles), ANY)
    st.selectbox(
        "Budget",
        list(titles),
        format_func=titles.__getitem__,
        label_visibility="collapsed",
        width=230,
        **state.bind("pick_match", anchor, _take_match),
    )
    if anchor == ANY:
        return None
    st.pills(
        "Equal in",
        BUDGETS,
        selection_mode="multi",
        label_visibility="collapsed",
        help="Dimensions are equal; parameters and epochs to 25%, CPU time to 50%.",
        **state.bind("pick_by", _chosen(), _take_by),
    )
    return next(row.id for row in rows if _name(row) == anchor)


def rows_within_budget(rows: list[Row], anchor: str | None) -> list[Row]:
    """Return the rows with the budget of the anchor, all without one."""
    return rows if anchor is None else within_budget(rows, anchor, _chosen())


def _chosen() -> list[str]:
    text = state.get("by")
    return [name for name in BUDGETS if name in text.split(",")] if text else [BUDGETS[0]]


def _name(row: Row) -> str:
    return row.id.partition("/")[2]


def _take_match() -> None:
    value = state.widget("pick_match")
    state.put("match", None if value == ANY else value)


def _take_by() -> None:
    state.put("by", ",".join(state.widget("pick_by")) or None)
