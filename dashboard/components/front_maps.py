"""A small map that leads into Explore."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.charts.scatter import NO_PADDING, class_colour, static_map
from dashboard.components.chart_data import compact
from dashboard.components.glance import glance
from dashboard.components.theme import is_dark
from dashboard.services.catalogue import LatentcoreError, family_title, open_bundle
from dashboard.services.maps import default_plane, map_data

SMALL_SIZE = 270
N_SHOWN = 1000


def front_map(dataset: str, model: str, sentence: str) -> None:
    """Draw a small map with one sentence and a link."""
    bundle_id = f"{dataset}/{model}"
    try:
        bundle = open_bundle(bundle_id)
    except LatentcoreError as error:
        st.error(str(error), icon=":material/error:")
        return
    title = family_title(bundle.spec.family)
    st.markdown(f"#### {title}")
    st.vega_lite_chart(
        spec=_small_spec(bundle_id, dark=is_dark()),
        key=f"front_{model}",
        width="content",
        alt=f"Codes of test images in the two dimensions of {title}, coloured by class",
    )
    st.markdown(sentence)
    glance(bundle)
    mse = bundle.metrics.get("mse", {})
    if mse:
        st.caption(f"Test MSE {mse['value']:.4f} (n = {mse['n']:,})")
    st.page_link(
        "views/explore.py",
        label=f"Explore the {title} map",
        icon=":material/arrow_forward:",
        query_params={"dataset": dataset, "model": model},
    )


def page_links(dataset: str, models: list[str]) -> None:
    """Draw the ways into the pages that compare models."""
    with st.container(horizontal=True):
        for view, label, icon in (
            ("views/interpolate.py", "Interpolate between two images", ":material/gradient:"),
            ("views/sample.py", "Sample new images", ":material/casino:"),
            ("views/edit.py", "Edit an image's code", ":material/tune:"),
            ("views/compare.py", "Compare scores and maps", ":material/compare_arrows:"),
        ):
            st.page_link(view, label=label, icon=icon, query_params={"dataset": dataset, "models": models})


@st.cache_resource(max_entries=16, show_spinner=False)
def _small_spec(bundle_id: str, *, dark: bool) -> dict[str, Any]:
    data = map_data(bundle_id, default_plane(bundle_id), N_SHOWN, 0.0125)
    colour = class_colour(data.classes, legend=None)
    spec = static_map(
        data.points, data.extent, None, colour, size=SMALL_SIZE, labels=True, dark=dark, mark_size=12
    )
    return {**compact(spec), "padding": NO_PADDING}
