"""Search among all items, and what was found as a selection; owns the names "find" and "where"."""

from __future__ import annotations

import re

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import state
from dashboard.data.catalogue import file_stem
from dashboard.data.items.spaces import ItemSpace, open_space
from dashboard.explore.items.pinned import select_item
from dashboard.explore.services.item_map import MAX_FOUND
from dashboard.explore.services.item_search import found_items, items_csv, items_parquet, searched_columns
from dashboard.ui.fragments import bundle_callback, deferred_file

ANY = "any column"
MAX_QUERY = 200


def chosen_search(space: ItemSpace) -> tuple[int, ...]:
    """Return the rows of the items that were found; empty without a search."""
    text, where = (state.get("find") or "")[:MAX_QUERY].strip(), chosen_column(space)
    if not text or not searched_columns(space):
        return ()
    return found_items(space, text, None if where == ANY else where)


def chosen_column(space: ItemSpace) -> str:
    """Return the column that is searched, or `ANY`; an unknown one falls back to it, with a notice."""
    return state.choose("where", [ANY, *searched_columns(space)], ANY, "column")


def pick_search(space: ItemSpace, text: DeltaGenerator, column: DeltaGenerator) -> None:
    """Draw the search field and the picker of the column, where there are texts to search."""
    columns = searched_columns(space)
    if not columns:
        return
    text.text_input(
        "Search all items",
        placeholder="a word or a part of one",
        max_chars=MAX_QUERY,
        **state.bind("pick_find", state.get("find") or "", _set, "find"),
    )
    column.selectbox(
        "Search in",
        [ANY, *columns],
        **state.bind("pick_where", chosen_column(space), _set, "where"),
    )


def found_row(space: ItemSpace, found: tuple[int, ...]) -> None:
    """Draw how many items were found, and what to do with them; nothing without a search."""
    if not state.get("find"):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_found_sentence(space, found))
        if found:
            _selection(space, found)


def _found_sentence(space: ItemSpace, found: tuple[int, ...]) -> str:
    text = state.escape_markdown(str(state.get("find")))
    first = "" if len(found) <= MAX_FOUND else f"the first {MAX_FOUND} are "
    if not found:
        return f"None of {space.n_items:,} items contains “{text}”."
    return f"{len(found):,} of {space.n_items:,} items contain “{text}”; {first}ringed on the map."


def _selection(space: ItemSpace, found: tuple[int, ...]) -> None:
    """Draw the button that pins the next one found, and the downloads of all."""
    st.button(
        "Next",
        icon=":material/arrow_forward:",
        help="Pin the next item that was found.",
        key="next_found",
        on_click=_pin_next,
        args=(space.items.row_of(state.get("point") or ""), found, space.id),
    )
    with st.popover("Save", icon=":material/download:", help="Download the items that were found."):
        name = st.text_input("Name of the selection", str(state.get("find"))[:40], key="selection_name")
        stem = f"{file_stem(space.spec.collection.name)}-{_file_name(name)}"
        with st.container(horizontal=True):
            for title, make, suffix, mime in (
                ("CSV", items_csv, "csv", "text/csv"),
                ("Parquet", items_parquet, "parquet", "application/vnd.apache.parquet"),
            ):
                st.download_button(
                    title,
                    deferred_file(make, space, found),
                    f"{stem}.{suffix}",
                    mime,
                    on_click="ignore",
                    key=f"download_found_{suffix}",
                )


def _file_name(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name).strip("-") or "selection"


@bundle_callback
def _pin_next(row: int | None, found: tuple[int, ...], space_id: str) -> None:
    following = next((one for one in found if row is not None and one > row), found[0])
    select_item(open_space(space_id), following)
    state.release("anchor")


def _set(name: str) -> None:
    state.put(name, str(state.widget(f"pick_{name}")) or None)
