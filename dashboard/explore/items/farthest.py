"""The items farthest from their nearest ones, listed by name: candidates for anomalies."""

from __future__ import annotations

import streamlit as st

from dashboard.data.items.distances import n_nearest
from dashboard.data.items.spaces import ItemSpace
from dashboard.explore.items.item_list import item_list
from dashboard.explore.services.item_details import farthest_items


def farthest_list(space: ItemSpace) -> None:
    """Draw the farthest items as buttons that pin them, farthest first."""
    k = n_nearest(space)
    st.markdown("**Farthest from all others**")
    item_list(space, ((one.distance, one) for one in farthest_items(space)), "farthest")
    st.caption(
        f"Mean distance between the code of an item and those of its {k} nearest among all {space.n_items:,} "
        "items, highest first: candidates for anomalies. Items that are repeated are near to each other, "
        "however odd they are."
    )
