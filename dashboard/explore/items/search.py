"""Search among all items by text; owns the names "find" and "where"."""

from __future__ import annotations

from streamlit.delta_generator import DeltaGenerator

from dashboard import state
from dashboard.data.items.spaces import ItemSpace
from dashboard.explore.services.item_search import searched_columns

ANY = "any column"
MAX_QUERY = 200


def chosen_search(space: ItemSpace) -> tuple[str | None, str | None]:
    """Return the text that is searched for, and the column (None for any); (None, None) without a search."""
    text, where = (state.get("find") or "")[:MAX_QUERY].strip(), chosen_column(space)
    if not text or not searched_columns(space):
        return None, None
    return text, None if where == ANY else where


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


def _set(name: str) -> None:
    state.put(name, str(state.widget(f"pick_{name}")) or None)
