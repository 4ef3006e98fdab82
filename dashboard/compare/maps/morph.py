"""One map that turns into another, moved by a slider in the browser."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.compare.maps.charts.morph import morph as draw_morph
from dashboard.compare.model_pair import chosen_pair, pick_pair
from dashboard.data.aligned_maps import EDGE, linked_data
from dashboard.data.catalogue import BY_CONTENT, Bundle
from dashboard.ui.chart_data import compact
from dashboard.ui.theme import is_dark

SIZE = 460


def morph(bundles: list[Bundle], *, align: bool) -> None:
    """Draw the part for at least two bundles."""
    st.markdown("#### From one map to another")
    picture, words = st.columns([1, 1.4], gap="large")
    with words:
        st.markdown("The same samples on their way: which stay together, and which are torn apart?")
        pair = chosen_pair(bundles)
        pick_pair(bundles, pair, ("From", "To"))
        st.caption("Play, or drag the slider below the map. On the way, a place has no meaning.")
    titles = linked_data(pair, align=align).titles
    with picture, st.container(key="morph"):
        st.vega_lite_chart(
            spec=_spec(pair, align=align, dark=is_dark()),
            key="morph_chart",
            width="content",
            alt=f"Map of {titles[0]} that turns into the map of {titles[1]}, with a slider and a play box",
        )


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(pair: tuple[Bundle, Bundle], *, align: bool, dark: bool) -> dict[str, Any]:
    data = linked_data(pair, align=align)
    places = {"x0": "xa", "y0": "ya", "x1": "xb", "y1": "yb"}
    table = data.table.rename(columns=places)[["class", *places.values()]]
    first, second = data.titles
    return compact(draw_morph(table, (first, second), data.classes, EDGE, size=SIZE, dark=dark))
