"""Distance of items to their nearest ones: how far an item lies from all others, for anomalies."""

from __future__ import annotations

import streamlit as st

from dashboard.data.catalogue import BY_CONTENT
from dashboard.data.items.spaces import ItemSpace
from dashboard.server.concurrency import limited
from latentcore.types import FloatArray


def n_nearest(space: ItemSpace) -> int:
    """Return how many nearest items the distances are measured to."""
    return int(space.neighbour_lists.shape[1])


@st.cache_resource(max_entries=8, show_spinner="Measuring distances", hash_funcs=BY_CONTENT)
@limited
def nearest_distances(space: ItemSpace) -> FloatArray:
    """Return the mean distance of every item to its nearest ones among all, float32 ``(n_items,)``."""
    return space.neighbour_distances()
