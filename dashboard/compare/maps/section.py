"""Linked maps section: the same test images on the map of every chosen model; owns the URL name "align"."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import state
from dashboard.compare.maps.charts.linked_maps import LinkedContent, LinkedStyle, linked_maps_chart
from dashboard.compare.maps.morph import draw_morph
from dashboard.data.aligned_maps import EDGE, linked_data, sample_atlas
from dashboard.data.catalogue import BY_CONTENT, Bundle
from dashboard.data.images.stand_ins import stand_in_bundle, stand_in_label
from dashboard.data.maps import clusters_note
from dashboard.ui.chart_cache import compact
from dashboard.ui.charts.scatter import MAX_IN_LEGEND
from dashboard.ui.class_filter import chosen_classes, pick_classes
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.theme import is_dark

URL_NAMES = ("align", "classes")
SIZES = {2: 450, 3: 350, 4: 262, 5: 310, 6: 310}
"""Width and height of a map in pixels by the number of maps; a row fits a laptop's window."""
MAPS_PER_ROW = {2: 2, 3: 3, 4: 4, 5: 3, 6: 3}
PREVIEW = 150
"""Width and height of the image under the pointer in pixels."""
ON, OFF = "on", "off"


def draw_linked_maps(bundles: list[Bundle]) -> None:
    """Draw the section."""
    if len(bundles) < 2:
        st.info("Linked maps need at least two models. Choose a second model above.", icon=":material/info:")
        return
    align = state.choose("align", [ON, OFF], ON, word="alignment") == ON
    description, control = st.columns([5, 1], vertical_alignment="center")
    description.markdown(
        "The same test images on every map. Hover over one to ring it on all maps, or drag a rectangle to "
        "select several."
    )
    control.toggle(
        "Align",
        help="Rotate and reflect each map to fit the first one (orthogonal Procrustes). The orientation of a "
        "latent space is arbitrary.",
        **state.bind("pick_align", align, _set_align),
    )
    groups = bundles[0].groups
    only = chosen_classes(groups)
    pick_classes(groups, only)
    originals_note(bundles[0].spec.dataset)
    with st.container(key="linked_maps"):
        st.vega_lite_chart(
            spec=_spec(
                bundles, stand_in_bundle(bundles[0].spec.dataset), align=align, only=only, dark=is_dark()
            ),
            key="linked_maps_chart",
            width="content",
            alt="Linked maps of " + ", ".join(linked_data(bundles, align=align).titles),
        )
    _draw_caption(bundles, only, align=align)
    draw_morph(bundles, align=align, only=only)


def _draw_caption(bundles: list[Bundle], only: tuple[str, ...], *, align: bool) -> None:
    data = linked_data(bundles, align=align)
    n = int(data.table["class"].isin(only or data.classes).sum())
    sample = f" ({bundles[0].group_word}-stratified random sample)" if n < data.n_total else ""
    legend = ""
    if len(data.classes) <= MAX_IN_LEGEND:
        legend = "Click a legend entry to filter (shift-click for several). "
    st.caption(
        f"{n:,} of {data.n_total:,} test images{sample}. {legend}Drag the rectangle to move it; double-click "
        "to clear. Each map is scaled to its frame; beyond the median distance from the centre, distances "
        f"are logarithmic, so that outliers do not compress the rest.{clusters_note(bundles[0])}"
    )


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(
    bundles: list[Bundle],
    made_by: str | None,  # noqa: ARG001 - part of the cache key
    *,
    align: bool,
    only: tuple[str, ...],
    dark: bool,
) -> dict[str, Any]:
    data = linked_data(bundles, align=align)
    atlas = sample_atlas(bundles[0].spec.dataset, tuple(data.table["index"].tolist()))
    content = LinkedContent(
        table=data.table,
        titles=data.titles,
        planes=data.planes,
        contexts=data.contexts,
        edge=EDGE,
        classes=data.classes,
        atlas_uri=atlas.uri,
        tile_shape=atlas.tile_shape,
        n_columns=atlas.n_columns,
        n_rows=atlas.n_rows,
    )
    style = LinkedStyle(
        size=SIZES[len(bundles)],
        preview=PREVIEW,
        maps_per_row=MAPS_PER_ROW[len(bundles)],
        image_title="the image" if atlas.made_by is None else "a stand-in",
        image_note=stand_in_label(atlas.made_by),
        dark=dark,
        only=only,
    )
    return compact(linked_maps_chart(content, style))


def _set_align() -> None:
    state.put("align", ON if state.widget("pick_align") else OFF)
