"""The selected items: how many they are, stepping through them, their files."""

from __future__ import annotations

import re

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.data.catalogue import file_stem
from dashboard.data.items.spaces import ItemSpace, open_space
from dashboard.explore.charts.preview import WIDE
from dashboard.explore.items.criteria import remove_criteria
from dashboard.explore.items.pinned import select_item
from dashboard.explore.services.item_map import MAX_FOUND
from dashboard.explore.services.item_selection import (
    Criteria,
    selected_rows,
    selection_csv,
    selection_parquet,
)
from dashboard.ui.fragments import bundle_callback, deferred_file
from dashboard.ui.panels.downloads import CSV, PARQUET, File, file_buttons

BOX_HINT = "draw a box on the map with the shift key, "


def selection_row(space: ItemSpace, criteria: Criteria, n_shown: int) -> None:
    """Draw how many items are selected and what to do with them, or how to select some.

    Parameters
    ----------
    space : ItemSpace
    criteria : Criteria
    n_shown : int
        Items that the map shows.
    """
    with st.container(key="selection", horizontal=True, vertical_alignment="center"):
        if not criteria.are_given:
            box = BOX_HINT if state.window_width() >= WIDE else ""  # a phone has no such key
            st.caption(f"Select items: search for a text, {box}or take an item's nearest.")
            return
        n = len(selected_rows(space, criteria))
        with st.container(width="stretch"):  # a long sentence is wrapped instead of the row
            st.caption(_sentence(space, criteria, n, sampled=n_shown < space.n_items))
        if n:
            _step(space, criteria)
            _save(space, criteria)
        st.button(
            "Clear",
            icon=":material/close:",
            help="Select nothing: removes the text, the box and the nearest items.",
            key="clear_selection",
            on_click=remove_criteria,
        )


def _sentence(space: ItemSpace, criteria: Criteria, n: int, *, sampled: bool) -> str:
    """Return how many items of all are selected by what, and which of them are drawn or ringed."""
    single = n <= 1
    parts = []
    if criteria.text is not None:
        parts.append(f"{'contains' if single else 'contain'} “{state.escape_markdown(criteria.text)}”")
    if criteria.example is not None:
        item = state.escape_markdown(str(space.items.ids[criteria.example])[:40])
        parts.append(f"{'is' if single else 'are'} among the {criteria.k:,} nearest to {item}")
    if criteria.box is not None:
        parts.append(f"{'lies' if single else 'lie'} in the box")
    sentence = f"{f'{n:,}' if n else 'None'} of {space.n_items:,} items {' and '.join(parts)}"
    if not n:
        return f"{sentence}."
    if criteria.box is None:
        return f"{sentence}; {'' if n <= MAX_FOUND else f'the first {MAX_FOUND} are '}ringed on the map."
    return f"{sentence}, shown on the map or not." if sampled else f"{sentence}."


def _step(space: ItemSpace, criteria: Criteria) -> None:
    """Draw the button that pins the next selected item."""
    st.button(
        "Next",
        icon=":material/arrow_forward:",
        help="Pin the next selected item.",
        key="next_found",
        on_click=_pin_next,
        args=(space.id, criteria),
    )


def _save(space: ItemSpace, criteria: Criteria) -> None:
    """Draw the downloads of all selected items, under a name."""
    with st.popover("Save", icon=":material/download:", help="Download the selected items."):
        name = st.text_input("Name of the selection", _usual_name(space, criteria), key="selection_name")
        stem = f"{file_stem(space.spec.collection.name)}-{_file_name(name)}"
        csv, table = (deferred_file(make, space, criteria) for make in (selection_csv, selection_parquet))
        file_buttons(
            [
                File("CSV", csv, f"{stem}.csv", CSV, "download_found_csv"),
                File("Parquet", table, f"{stem}.parquet", PARQUET, "download_found_parquet"),
            ]
        )


def _usual_name(space: ItemSpace, criteria: Criteria) -> str:
    """Return the name that a selection has until it is given another."""
    parts = [criteria.text[:40]] if criteria.text is not None else []
    if criteria.example is not None:
        parts.append(f"{criteria.k} nearest to {str(space.items.ids[criteria.example])[:40]}")
    return " ".join([*parts, "box"] if criteria.box is not None else parts)


def _file_name(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name).strip("-") or "selection"


@bundle_callback
def _pin_next(space_id: str, criteria: Criteria) -> None:
    """Pin the selected item after the pinned one, or the first."""
    space = open_space(space_id)
    rows, pinned = selected_rows(space, criteria), space.items.row_of(state.get("point") or "")
    following = 0 if pinned is None else int(np.searchsorted(rows, pinned, side="right"))
    select_item(space, int(rows[following % len(rows)]))
    state.release("anchor")
