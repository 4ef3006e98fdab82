"""The items farthest from their nearest ones, listed by name: candidates for anomalies."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.items.distances import n_nearest
from dashboard.data.items.spaces import ItemSpace
from dashboard.explore.items.pinned import pin_item
from dashboard.explore.services.item_details import farthest_items
from dashboard.ui.charts.names import fitted

MAX_LETTERS = 60


def farthest_list(space: ItemSpace) -> None:
    """Draw the farthest items as buttons that pin them, farthest first."""
    k = n_nearest(space)
    st.markdown("**Farthest from all others**")
    with st.container(key="farthest", gap=None):
        for place, one in enumerate(farthest_items(space)):
            name = state.escape_markdown(fitted(" ".join(one.text.split()), MAX_LETTERS))
            group = f" :gray[{state.escape_markdown(one.group)}]" if one.group else ""
            st.button(
                f":gray[{one.distance:.2f}] {name}{group}",
                type="tertiary",
                width="stretch",
                key=f"farthest_{place}",
                on_click=pin_item,
                args=(space.id, one.id),
            )
    st.caption(
        f"Mean distance between the code of an item and those of its {k} nearest among all {space.n_items:,} "
        "items, highest first: candidates for anomalies. Items that are repeated are near to each other, "
        "however odd they are."
    )
