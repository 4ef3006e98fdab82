"""The items whose neighbours differ most between two spaces, as a list."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import state
from dashboard.compare.neighbours.services import ChangedItem
from dashboard.ui.charts.names import fitted
from dashboard.ui.pictures import Picture, picture_beside, shown_name

MAX_TEXT, MAX_NEAR, PICTURE_SIDE = 110, 64, 46
NOTHING = "\N{EN DASH}"


def draw_items(items: Sequence[ChangedItem], titles: tuple[str, str]) -> None:
    """Draw the items, each with a near item that only one of the spaces has; titles are the spaces'."""
    st.markdown(
        "**Largest change**: the item, and the nearest one that is a neighbour in "
        f"{shown_name(titles[0])} only → in {shown_name(titles[1])} only"
    )
    for number, item in enumerate(items, 1):
        with st.container(horizontal=True, vertical_alignment="top", gap="small"):
            if item.picture is not None:
                picture_beside(Picture(item.picture, f"Item {item.id}", "", PICTURE_SIDE))
            near = f"{_short(item.only_first, MAX_NEAR)} → {_short(item.only_second, MAX_NEAR)}"
            st.markdown(
                f"**{number}** · {_short(item.label, MAX_NEAR)}, {item.change:.0%} · "
                f"{_short(item.text, MAX_TEXT)}  \n:small[{near}]"
            )


def _short(text: str, most: int) -> str:
    return state.escape_markdown(fitted(" ".join(text.split()), most)) or NOTHING
