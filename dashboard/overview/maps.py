"""The front door's maps, which answer to one pointer and lead into Explore."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import state
from dashboard.data.catalogue import BY_CONTENT, Bundle, catalogue, family_title, open_bundle
from dashboard.data.images.pixels import coloured_dots, data_uri
from dashboard.data.maps import default_plane
from dashboard.overview.charts.layout import WIDTHS, FrontLayout, front_layout, rounded_down
from dashboard.overview.charts.maps import PICTURES, FrontContent
from dashboard.overview.charts.maps import front_maps as draw_maps
from dashboard.overview.preview import glance
from dashboard.overview.services import FrontMaps, clicked_place
from dashboard.overview.services import front_maps as maps_of
from dashboard.ui.chart_data import compact
from dashboard.ui.charts.palette import class_colours
from dashboard.ui.keyboard import map_keys
from dashboard.ui.presentation import is_presenting
from dashboard.ui.theme import is_dark

FRONT_MODELS = {
    "pca-d2": "The best flat projection: classes overlap, decodes are averages.",
    "ae-d2": "Squeezed through two numbers: sharp, but with holes between the classes.",
    "vae-d2": "Learned with noise and a prior: a filled disc in which every place means something.",
    "gan-d2": "Learned to fool a critic: draws well, finds codes of real images only afterwards.",
}
"""What the front door shows of each dataset, and what it says of it."""
KEY = "front_maps"
DOTS_SIDE = 580
"""Pixels a side of the picture of a map's dots, for screens of a high resolution, too."""
GAP, GAP_PRESENTING = 32, 36
"""Pixels between two columns of the page: 2rem."""
PATH_MS, PATH_STEPS = 4000, 60
"""The pointer that leads the way at first."""


def front_maps(bundles: list[Bundle], sentences: Mapping[str, str]) -> int:
    """Draw the maps of one to four bundles of one dataset.

    Parameters
    ----------
    bundles : list of Bundle
        All with 2-D codes.
    sentences : mapping of str to str
        What to say of each, by the bundle's name.

    Returns
    -------
    int
        How many images are shown.
    """
    maps = maps_of(bundles)
    gap = GAP_PRESENTING if is_presenting() else GAP
    layout = front_layout(rounded_down(state.window_width()), len(bundles), gap)
    if not layout.compact:
        for column, title in zip(_columns(layout), maps.titles, strict=True):
            column.markdown(f"#### {title}")
    _chart(bundles, maps, layout)
    st.caption(
        "The cross: the place whose decode is shown. The ring: the shown image nearest to it, on every map. "
        "Click, tap twice or press Enter to explore the place; arrow keys move the pointer."
    )
    for column, bundle in zip(_columns(layout), bundles, strict=True):
        with column:
            _about(bundle, sentences[bundle.spec.name], headed=layout.compact)
    return len(maps.images)


def prepare_front() -> None:
    """Make what the front door shows of the first dataset, before anybody asks for it."""
    found = catalogue()
    for dataset in found.datasets()[:1]:
        names = [name for name in FRONT_MODELS if name in found.models(dataset)]
        if names:
            _pictures([open_bundle(f"{dataset}/{name}") for name in names])


def _columns(layout: FrontLayout) -> list[DeltaGenerator]:
    """Return a column a map, below or above it where there is room for that."""
    with st.container(width="stretch" if layout.compact else layout.width):
        return st.columns(layout.n_maps, gap="medium")


def _chart(bundles: list[Bundle], maps: FrontMaps, layout: FrontLayout) -> None:
    """Draw the chart with its keys; a click on it leads to Explore."""
    start, path = _lead(maps, layout)
    clicked = st.vega_lite_chart(
        spec=_spec(bundles, layout, start, dark=is_dark()),
        key=KEY,
        width="content",
        on_select="rerun",
        selection_mode="open",
        alt=f"Codes of test images in the two dimensions of {', '.join(maps.titles)}, coloured by class, "
        "with what each model draws at the pointer or of the ringed image",
    )
    _open(bundles, maps, clicked)
    map_keys(
        holder=KEY,
        label="Latent maps side by side. Arrow keys move the pointer, Enter explores the place under it.",
        plots=[(*_in_canvas(layout, corner), layout.size) for corner in layout.corners],
        step=layout.size / maps.n_cells,
        only_focused=True,
        widths=WIDTHS,
        tap_twice=True,
        path=path,
        path_ms=PATH_MS,
    )


def _about(bundle: Bundle, sentence: str, *, headed: bool) -> None:
    """Draw what is to be known of one model, and the way to its map."""
    title = family_title(bundle.spec.family)
    if headed:
        st.markdown(f"#### {title}")
    st.markdown(sentence)
    glance(bundle)
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
    """Draw the ways into the pages that compare models."""
    with st.container(horizontal=True):
        for view, label, icon in (
            ("interpolate/page.py", "Interpolate between two images", ":material/gradient:"),
            ("sample/page.py", "Sample new images", ":material/casino:"),
            ("edit/page.py", "Edit an image's code", ":material/tune:"),
            ("compare/page.py", "Compare scores and maps", ":material/compare_arrows:"),
        ):
            st.page_link(view, label=label, icon=icon, query_params={"dataset": dataset, "models": models})


def _open(bundles: list[Bundle], maps: FrontMaps, clicked: Any) -> None:  # noqa: ANN401 - Streamlit's state
    """Go to the place of a click in Explore."""
    targets = clicked["selection"].get("open") or []
    if not targets:
        return
    target = int(targets[0]["target"])
    bundle = bundles[int(maps.targets["map"].iloc[target])]
    place = clicked_place(maps, target)
    query = {"point": str(place)} if isinstance(place, int) else {"at": f"{place[0]:.5g},{place[1]:.5g}"}
    query |= {"dataset": bundle.spec.dataset, "model": bundle.spec.name, "plane": default_plane(bundle)}
    # All that Explore would write into the address itself: one step of the browser's Back, not two.
    query["colour"] = state.get("colour") or "class"
    if state.get("shade") == "on":
        query["shade"] = "on"
    st.switch_page("explore/page.py", query_params=query)


def _lead(maps: FrontMaps, layout: FrontLayout) -> tuple[int, list[tuple[float, float]]]:
    """Return the target shown at first, and a path in the canvas that leads the pointer to it."""
    number = min(2, len(maps.titles) - 1)
    turns = np.linspace(1.25 * np.pi, 0, PATH_STEPS)
    circle = 0.5 + 0.24 * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    own = maps.targets[maps.targets["map"] == number]
    away = np.hypot(own["x"] - circle[-1, 0], own["y"] - circle[-1, 1])
    left, top = _in_canvas(layout, layout.corners[number])
    path = [(left + x * layout.size, top + (1 - y) * layout.size) for x, y in circle.tolist()]
    return int(away.idxmin()), path


def _in_canvas(layout: FrontLayout, place: tuple[int, int]) -> tuple[int, int]:
    return layout.origin[0] + place[0], layout.origin[1] + place[1]


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(bundles: list[Bundle], layout: FrontLayout, start: int, *, dark: bool) -> dict[str, Any]:
    maps = maps_of(bundles)
    content = FrontContent(**{field.name: getattr(maps, field.name) for field in fields(FrontContent)})
    spec = compact(draw_maps(content, layout, start, dark=dark))
    return {**spec, "datasets": {**spec["datasets"], PICTURES: _pictures(bundles)}}


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
def _pictures(bundles: list[Bundle]) -> pa.Table:
    """Return each map's dots and sheet, which are the same in every layout."""
    maps = maps_of(bundles)
    colours = dict(zip(maps.classes, class_colours(len(maps.classes)), strict=True))
    own = [colours[name] for name in maps.images["class"]]
    places = [maps.images[[f"x{k}", f"y{k}"]].to_numpy(np.float32) for k in range(len(bundles))]
    dots = [data_uri(coloured_dots(place, own, DOTS_SIDE), "image/webp") for place in places]
    return pa.table({"map": list(range(len(bundles))), "sheet": list(maps.sheets), "dots": dots})
