"""Linked maps section: the same test images on the map of every chosen model; owns the URL name "align"."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.compare.maps.charts.linked_maps import LinkedContent, LinkedStyle, linked_maps_chart
from dashboard.compare.maps.morph import draw_morph
from dashboard.data.aligned_maps import EDGE, LinkedData, SampleAtlas, item_atlas, linked_data, sample_atlas
from dashboard.data.catalogue import BY_CONTENT, LatentcoreError, Space
from dashboard.data.images.stand_ins import stand_in_bundle, stand_in_label
from dashboard.data.items.spaces import ItemSpace, shown_things
from dashboard.data.items.texts import wrapped_text
from dashboard.data.maps import clusters_note
from dashboard.ui.chart_cache import compact
from dashboard.ui.charts.scatter import MAX_IN_LEGEND
from dashboard.ui.class_filter import chosen_classes, pick_classes
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.model_set import default_bundles
from dashboard.ui.theme import is_dark

URL_NAMES = ("align", "classes")
SIZES = {2: 450, 3: 350, 4: 262, 5: 310, 6: 310}
"""Width and height of a map in pixels by the number of maps; a row fits a laptop's window."""
MAPS_PER_ROW = {2: 2, 3: 3, 4: 4, 5: 3, 6: 3}
PREVIEW = 150
"""Width and height of the image under the pointer in pixels."""
TEXT_PREVIEW, TEXT_LINE, TEXT_LINES = 180, 27, 14
"""Width in pixels, letters per line and lines of the text under the pointer, where items have texts."""
ON, OFF = "on", "off"


def draw_linked_maps(bundles: list[Space]) -> None:
    """Draw the section."""
    if len(bundles) < 2:
        st.info("Linked maps need at least two models. Choose a second model above.", icon=":material/info:")
        return
    align = state.choose("align", [ON, OFF], ON, word="alignment") == ON
    description, control = st.columns([5, 1], vertical_alignment="center")
    description.markdown(
        f"The same {shown_things(bundles[0])} on every map. Hover over one to ring it on all maps, or drag a "
        "rectangle to select several."
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
    dataset = bundles[0].id.partition("/")[0]
    if not isinstance(bundles[0], ItemSpace):
        originals_note(dataset)
    with st.container(key="linked_maps"):
        st.vega_lite_chart(
            spec=_spec(bundles, stand_in_bundle(dataset), align=align, only=only, dark=is_dark()),
            key="linked_maps_chart",
            width="content",
            alt="Linked maps of " + ", ".join(linked_data(bundles, align=align).titles),
        )
    _draw_caption(bundles, only, align=align)
    draw_morph(bundles, align=align, only=only)


def prepare_linked_maps(dataset: str) -> None:
    """Compute the maps of a dataset's default models before a visitor opens them."""
    bundles = default_bundles(dataset)
    with suppress(LatentcoreError):  # the page reports the problem
        if len(bundles) > 1:
            _samples(bundles[0], linked_data(bundles, align=True))


def _draw_caption(bundles: list[Space], only: tuple[str, ...], *, align: bool) -> None:
    data = linked_data(bundles, align=align)
    n = int(data.table["class"].isin(only or data.classes).sum())
    n_all = bundles[0].n_items if isinstance(bundles[0], ItemSpace) else data.n_total
    sample = f" ({bundles[0].group_word}-stratified random sample)" if n < n_all else ""
    legend = ""
    if len(data.classes) <= MAX_IN_LEGEND:
        legend = "Click a legend entry to filter (shift-click for several). "
    st.caption(
        f"{n:,} of {n_all:,} {shown_things(bundles[0])}{sample}. {legend}Drag the rectangle to move it; "
        "double-click to clear. Each map is scaled to its frame; beyond the median distance from the centre, "
        f"distances are logarithmic, so that outliers do not compress the rest.{clusters_note(bundles[0])}"
    )


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(
    bundles: list[Space],
    made_by: str | None,  # noqa: ARG001 - part of the cache key
    *,
    align: bool,
    only: tuple[str, ...],
    dark: bool,
) -> dict[str, Any]:
    data = linked_data(bundles, align=align)
    table, atlas = _samples(bundles[0], data)
    content = LinkedContent(
        table=table,
        titles=data.titles,
        planes=data.planes,
        contexts=data.contexts,
        edge=EDGE,
        classes=data.classes,
        atlas_uri="" if atlas is None else atlas.uri,
        tile_shape=(1, 1) if atlas is None else atlas.tile_shape,
        n_columns=1 if atlas is None else atlas.n_columns,
        n_rows=1 if atlas is None else atlas.n_rows,
    )
    style = LinkedStyle(
        size=SIZES[len(bundles)],
        preview=TEXT_PREVIEW if atlas is None else PREVIEW,
        maps_per_row=MAPS_PER_ROW[len(bundles)],
        image_title=_preview_title(atlas),
        image_note="" if atlas is None else stand_in_label(atlas.made_by),
        dark=dark,
        only=only,
    )
    return compact(linked_maps_chart, content, style)


def _samples(first: Space, data: LinkedData) -> tuple[pd.DataFrame, SampleAtlas | None]:
    """Return the table of samples, for items with their texts, and their images if there are any."""
    indices = data.table["index"]
    if not isinstance(first, ItemSpace):
        return data.table, sample_atlas(first.id.partition("/")[0], tuple(indices.tolist()))
    names = zip(data.table["class"], first.items.names(indices.to_numpy()), strict=True)
    lines = [f"{group}\n{wrapped_text(name, TEXT_LINES, TEXT_LINE)}" for group, name in names]
    return data.table.assign(lines=lines), item_atlas(first, tuple(indices.tolist()))


def _preview_title(atlas: SampleAtlas | None) -> str:
    if atlas is None:
        return "the item"
    return "the image" if atlas.made_by is None else "a stand-in"


def _set_align() -> None:
    state.put("align", ON if state.widget("pick_align") else OFF)
