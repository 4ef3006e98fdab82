"""Somebody's taste in a space of factors, and what it is recommended; owns the name "liked", ids of items."""

from __future__ import annotations

from urllib.parse import quote, unquote

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.data.items.spaces import ItemSpace, open_space
from dashboard.explore.items.item_list import item_list, short_name
from dashboard.explore.services.item_taste import can_recommend, recommended_items
from dashboard.ui.fragments import bundle_callback

MAX_LIKED = 30
MAX_OFFERED = 3_000
"""Up to so many items, all are offered by name; of more, a browser would have to hold too long a list."""
BUTTON_LETTERS = 30
HINT = (
    "Choose items that you like, or pin one on the map and add it. The map then shows where such a taste "
    "lies, and rings what it is recommended."
)
CAPTION = (
    "Number: inner product of the taste's factors and the item's, about 1 for an item that such a user would "
    "rate and 0 for another one. Liked items are left out. On the map: diamonds for liked items, a cross for "
    "the taste, rings for recommended items."
)


def chosen_liked(space: ItemSpace) -> tuple[int, ...]:
    """Return the rows of the liked items; ids that are unknown are left out, with a notice."""
    text = state.get("liked")
    if not text or not can_recommend(space):
        return ()
    ids = list(dict.fromkeys(unquote(part) for part in text.split(",")))
    rows = {item_id: space.items.row_of(item_id) for item_id in ids}
    unknown = [item_id for item_id, row in rows.items() if row is None]
    known = tuple(row for row in rows.values() if row is not None)
    if unknown or len(known) > MAX_LIKED:
        _like(space, known[:MAX_LIKED])  # before the notices, which a change of the value removes
    if unknown:
        state.notify("liked", f"There is no item “{unknown[0][:30]}”; it is left out of the liked ones.")
    elif len(known) > MAX_LIKED:
        state.notify("liked", f"A taste has at most {MAX_LIKED} liked items here; the first are kept.")
    return known[:MAX_LIKED]


def taste_panel(space: ItemSpace, liked: tuple[int, ...], pinned: int) -> None:
    """Draw the picker of liked items and what is recommended.

    Parameters
    ----------
    space : ItemSpace
        Of factors.
    liked : tuple of int
        Rows.
    pinned : int
        Row of the pinned item, which can be added.
    """
    with st.container(key="taste", gap="small"):
        _pick_liked(space, liked, pinned)
        if not liked:
            st.caption(HINT)
            return
        st.markdown("**Recommended**")
        item_list(space, ((one.score, one) for one in recommended_items(space, liked)), "recommended")
        st.caption(CAPTION)


def _pick_liked(space: ItemSpace, liked: tuple[int, ...], pinned: int) -> None:
    """Draw the list of liked items, and the button that adds the pinned one."""
    offered = np.arange(space.n_items) if space.n_items <= MAX_OFFERED else np.array(liked, np.int64)
    names = dict(zip(offered.tolist(), space.items.names(offered), strict=True))
    st.multiselect(
        "Items that you like",
        list(names),
        format_func=lambda row: short_name(names[row]),
        max_selections=MAX_LIKED,
        placeholder="a title, or part of one",
        **state.bind("pick_liked", list(liked), _set_liked, space.id),
    )
    (name,) = space.items.names(np.array([pinned], np.int64))
    st.button(
        f"Add {state.escape_markdown(short_name(name, BUTTON_LETTERS))}",
        icon=":material/add:",
        help="Add the pinned item to those that you like.",
        disabled=pinned in liked or len(liked) >= MAX_LIKED,
        key="like_pinned",
        on_click=_like_more,
        args=(space.id, liked, pinned),
    )


@bundle_callback
def _set_liked(space_id: str) -> None:
    _like(open_space(space_id), tuple(state.widget("pick_liked")))


@bundle_callback
def _like_more(space_id: str, liked: tuple[int, ...], row: int) -> None:
    _like(open_space(space_id), (*liked, row))


def _like(space: ItemSpace, rows: tuple[int, ...]) -> None:
    state.put("liked", ",".join(quote(str(space.items.ids[row]), safe="") for row in rows) or None)
