"""Maps of the chosen models, linked sample by sample: owns the name "align"."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import state
from dashboard.compare.maps.charts.linked_maps import LinkedContent, LinkedStyle
from dashboard.compare.maps.charts.linked_maps import linked_maps as draw_maps
from dashboard.compare.maps.morph import morph
from dashboard.data.aligned_maps import EDGE, linked_data, sample_atlas
from dashboard.data.catalogue import BY_CONTENT, Bundle
from dashboard.data.images.stand_ins import maker_of, stand_in_words
from dashboard.ui.chart_data import compact
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.theme import is_dark

SIZES = {2: 450, 3: 350, 4: 262, 5: 310, 6: 310}
"""Pixels a side of a map by the number of maps; a row fits a laptop's window."""
ACROSS = {2: 2, 3: 3, 4: 4, 5: 3, 6: 3}
PREVIEW = 150
ON, OFF = "on", "off"


def linked_maps(bundles: list[Bundle]) -> None:
    """Draw the section."""
    if len(bundles) < 2:
        st.info("One map has nothing to be linked to. Choose a second model above.", icon=":material/info:")
        return
    align = state.choose("align", [ON, OFF], ON) == ON
    words, control = st.columns([5, 1], vertical_alignment="center")
    words.markdown(
        "The same images on every map. Point at one, or drag a rectangle around some: where does each "
        "model put them?"
    )
    control.toggle(
        "Align",
        help="Turn and mirror each map so that it lies as near to the first as it can (Procrustes). A latent "
        "space has no up or down of its own.",
        **state.bind("pick_align", align, _take_align),
    )
    originals_note(bundles[0].spec.dataset)
    with st.container(key="linked_maps"):
        st.vega_lite_chart(
            spec=_spec(bundles, maker_of(bundles[0].spec.dataset), align=align, dark=is_dark()),
            key="linked_maps_chart",
            width="content",
            alt="Linked maps of " + ", ".join(linked_data(bundles, align=align).titles),
        )
    _caption(bundles, align=align)
    morph(bundles, align=align)


def _caption(bundles: list[Bundle], *, align: bool) -> None:
    data = linked_data(bundles, align=align)
    n = len(data.table)
    sample = ", a random sample in which every class keeps its share" if n < data.n_total else ""
    st.caption(
        f"{n:,} of {data.n_total:,} test images{sample}. Click a legend entry to filter (shift for several); "
        "drag the rectangle to move it; double-click to clear. Each map fills its frame; beyond the median "
        "distance from its middle, distances are logarithmic, so that a few far codes do not shrink the rest."
    )


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(
    bundles: list[Bundle],
    made_by: str | None,  # noqa: ARG001 - the key
    *,
    align: bool,
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
        n_across=ACROSS[len(bundles)],
        image_title="the image" if atlas.made_by is None else "a stand-in",
        image_note=stand_in_words(atlas.made_by),
        dark=dark,
    )
    return compact(draw_maps(content, style))


def _take_align() -> None:
    state.put("align", ON if state.widget("pick_align") else OFF)
