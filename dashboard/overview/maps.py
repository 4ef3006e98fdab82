"""The front door's maps, with one pointer for all of them; a click opens Explore."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import state
from dashboard.data.catalogue import (
    BY_CONTENT,
    Bundle,
    LatentcoreError,
    catalogue,
    family_title,
    open_bundle,
)
from dashboard.data.images.pixels import coloured_dots, data_uri
from dashboard.data.maps import default_plane
from dashboard.overview.charts.content import PICTURES, FrontContent
from dashboard.overview.charts.layout import WIDTHS, Corner, FrontLayout, front_layout, rounded_down
from dashboard.overview.charts.maps import front_maps_chart
from dashboard.overview.front_models import MAX_MAPS, front_models
from dashboard.overview.preview import model_preview
from dashboard.overview.services import FrontMaps, clicked_image_or_position, front_maps_data
from dashboard.ui.chart_cache import compact
from dashboard.ui.charts.palette import class_colours
from dashboard.ui.keyboard import map_keyboard
from dashboard.ui.presentation import is_presenting
from dashboard.ui.theme import is_dark

KEY = "front_maps"
DOTS_SIDE = 580
"""Side of the image of a map's points in pixels, enough for high-resolution screens."""
GAP, GAP_PRESENTING = 32, 36
"""Pixels between two columns of the page, 2rem; larger while the guided story is presented."""
PATH_MS, PATH_STEPS = 4000, 60
"""Duration and number of steps of the pointer's animation when the page opens."""


def draw_front_maps(bundles: list[Bundle], sentences: Mapping[str, str]) -> int:
    """Draw the maps of one to four bundles of one dataset, and the text and previews below each.

    Parameters
    ----------
    bundles : list of Bundle
        All with 2-D codes.
    sentences : mapping of str to str
        One sentence about each model, by the bundle's name.

    Returns
    -------
    int
        Number of shown images.
    """
    maps = front_maps_data(bundles)
    gap = GAP_PRESENTING if is_presenting() else GAP
    layout = front_layout(rounded_down(state.window_width()), len(bundles), gap)
    if not layout.compact:
        for column, title in zip(_columns(layout), maps.titles, strict=True):
            column.markdown(f"#### {title}")
    _chart(bundles, maps, layout)
    st.caption(
        "Cross: the position whose decode is shown. Ring: the nearest shown image, marked on every map. "
        "Click, tap twice or press Enter to open the position in Explore; arrow keys move the pointer."
    )
    for column, bundle in zip(_columns(layout), bundles, strict=True):
        with column:
            _about_model(bundle, sentences[bundle.spec.name], headed=layout.compact)
    return len(maps.images)


def prepare_front(dataset: str) -> None:
    """Compute the front door's maps of a dataset before a visitor opens it."""
    names = list(front_models(catalogue(), dataset))[:MAX_MAPS]
    with suppress(LatentcoreError):  # the page reports the problem
        if names:
            _pictures([open_bundle(f"{dataset}/{name}") for name in names])


def _columns(layout: FrontLayout) -> list[DeltaGenerator]:
    """Return one column per map; in the wide layout they are aligned with the maps."""
    with st.container(width="stretch" if layout.compact else layout.width):
        return st.columns(layout.n_maps, gap="medium")


def _chart(bundles: list[Bundle], maps: FrontMaps, layout: FrontLayout) -> None:
    """Draw the chart with its keys; a click on it opens Explore."""
    start, path = _start_and_path(maps, layout)
    clicked = st.vega_lite_chart(
        spec=_spec(bundles, layout, start, dark=is_dark()),
        key=KEY,
        width="content",
        on_select="rerun",
        selection_mode="open",
        alt=f"Two-dimensional codes of test images by {', '.join(maps.titles)}, coloured by "
        f"{bundles[0].group_word}, with each model's decode of the position under the pointer or of the "
        "ringed image",
    )
    _open(bundles, maps, clicked)
    map_keyboard(
        holder=KEY,
        label="Latent maps side by side. Arrow keys move the pointer, Enter opens the position in Explore.",
        plots=[(*_in_canvas(layout, corner), layout.size) for corner in layout.corners],
        step=layout.size / maps.n_cells,
        only_focused=True,
        widths=WIDTHS,
        tap_twice=True,
        path=path,
        path_ms=PATH_MS,
    )


def _about_model(bundle: Bundle, sentence: str, *, headed: bool) -> None:
    """Draw the sentence, previews and test MSE of one model, and the link to its map."""
    title = family_title(bundle.spec.family)
    if headed:
        st.markdown(f"#### {title}")
    st.markdown(sentence)
    model_preview(bundle)
    mse = bundle.metrics.get("mse", {})
    if mse:
        st.caption(f"Test MSE {mse['value']:.4f} (n = {mse['n']:,})")
    st.page_link(
        "explore/page.py",
        label=f"Explore the {title} map",
        icon=":material/arrow_forward:",
        query_params={"dataset": bundle.spec.dataset, "model": bundle.spec.name},
    )


def page_links(dataset: str, models: list[str]) -> None:
    """Draw the links to the pages that compare models."""
    with st.container(horizontal=True):
        for view, label, icon in (
            ("interpolate/page.py", "Interpolate between two images", ":material/gradient:"),
            ("sample/page.py", "Sample new images", ":material/casino:"),
            ("edit/page.py", "Edit an image's code", ":material/tune:"),
            ("compare/page.py", "Compare scores and maps", ":material/compare_arrows:"),
        ):
            st.page_link(view, label=label, icon=icon, query_params={"dataset": dataset, "models": models})


def _open(bundles: list[Bundle], maps: FrontMaps, clicked: Any) -> None:  # noqa: ANN401 - Streamlit's state
    """Open the clicked image or position in Explore."""
    targets = clicked["selection"].get("open") or []
    if not targets:
        return
    target = int(targets[0]["target"])
    bundle = bundles[int(maps.targets["map"].iloc[target])]
    selected = clicked_image_or_position(maps, target)
    if isinstance(selected, int):
        query = {"point": str(selected)}
    else:
        query = {"at": f"{selected[0]:.5g},{selected[1]:.5g}"}
    query |= {"dataset": bundle.spec.dataset, "model": bundle.spec.name, "plane": default_plane(bundle)}
    query |= {name: value for name in ("colour", "shade") if (value := state.get(name)) is not None}
    st.switch_page("explore/page.py", query_params=query)


def _start_and_path(maps: FrontMaps, layout: FrontLayout) -> tuple[int, list[tuple[float, float]]]:
    """Return the target shown at first, and the path of the pointer's animation to it, in the canvas."""
    number = min(2, len(maps.titles) - 1)
    turns = np.linspace(1.25 * np.pi, 0, PATH_STEPS)
    circle = 0.5 + 0.24 * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    own = maps.targets[maps.targets["map"] == number]
    distances = np.hypot(own["x"] - circle[-1, 0], own["y"] - circle[-1, 1])
    left, top = _in_canvas(layout, layout.corners[number])
    path = [(left + x * layout.size, top + (1 - y) * layout.size) for x, y in circle.tolist()]
    return int(distances.idxmin()), path


def _in_canvas(layout: FrontLayout, corner: Corner) -> Corner:
    return layout.origin[0] + corner[0], layout.origin[1] + corner[1]


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(bundles: list[Bundle], layout: FrontLayout, start: int, *, dark: bool) -> dict[str, Any]:
    maps = front_maps_data(bundles)
    content = FrontContent(**{field.name: getattr(maps, field.name) for field in fields(FrontContent)})
    spec = compact(front_maps_chart, content, layout, start, dark=dark)
    return {**spec, "datasets": {**spec["datasets"], PICTURES: _pictures(bundles)}}


@st.cache_resource(max_entries=5, show_spinner=False, hash_funcs=BY_CONTENT)
def _pictures(bundles: list[Bundle]) -> pa.Table:
    """Return each map's image of points and its atlas, which are the same in every layout."""
    maps = front_maps_data(bundles)
    colours = dict(zip(maps.classes, class_colours(len(maps.classes)), strict=True))
    own = [colours[name] for name in maps.images["class"]]
    positions = [maps.images[[f"x{k}", f"y{k}"]].to_numpy(np.float32) for k in range(len(bundles))]
    dots = [data_uri(coloured_dots(shares, own, DOTS_SIDE), "image/webp") for shares in positions]
    return pa.table({"map": list(range(len(bundles))), "atlas": list(maps.atlases), "dots": dots})
