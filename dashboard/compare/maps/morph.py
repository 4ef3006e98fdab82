"""Animated transition from one model's map to another's, played by a slider in the browser."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.compare.maps.charts.morph import morph_chart
from dashboard.compare.model_pair import chosen_pair, pick_pair
from dashboard.data.aligned_maps import EDGE, linked_data
from dashboard.data.catalogue import BY_CONTENT, Space
from dashboard.data.items.spaces import shown_things
from dashboard.ui.chart_cache import compact
from dashboard.ui.theme import is_dark

SIZE = 460
"""Width and height of the map in pixels."""


def draw_morph(bundles: list[Space], *, align: bool, only: tuple[str, ...]) -> None:
    """Draw pickers and transition for two of the bundles, of which there must be at least two.

    Parameters
    ----------
    bundles : list of Space
    align : bool
        Whether the second map is Procrustes-aligned to the first.
    only : tuple of str
        Of more classes than a legend holds, those whose points are shown; empty for all.
    """
    st.markdown("#### Transition between two maps")
    picture, controls = st.columns([1, 1.4], gap="large")
    with controls:
        st.markdown(
            f"The same {shown_things(bundles[0])} move from one map to the other: which groups stay "
            "together, and which separate?"
        )
        pair = chosen_pair(bundles)
        pick_pair(bundles, pair, ("From", "To"))
        st.caption("Play, or drag the slider below the map. Intermediate positions are animation only.")
    titles = linked_data(pair, align=align).titles
    with picture, st.container(key="morph"):
        st.vega_lite_chart(
            spec=_spec(pair, align=align, only=only, dark=is_dark()),
            key="morph_chart",
            width="content",
            alt=f"Transition from the map of {titles[0]} to the map of {titles[1]}, with a slider and a "
            "play box",
        )


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(pair: tuple[Space, Space], *, align: bool, only: tuple[str, ...], dark: bool) -> dict[str, Any]:
    data = linked_data(pair, align=align)
    columns = {"x0": "xa", "y0": "ya", "x1": "xb", "y1": "yb"}
    table = data.table.rename(columns=columns)[["class", *columns.values()]]
    table = table[table["class"].isin(only or data.classes)]
    first, second = data.titles
    return compact(morph_chart, table, (first, second), data.classes, EDGE, size=SIZE, dark=dark)
