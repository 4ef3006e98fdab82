"""Neighbours section: map of the share of nearest neighbours that differ between two models."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.compare.model_pair import chosen_pair, pick_pair
from dashboard.compare.neighbours.charts import neighbour_change_map
from dashboard.compare.neighbours.items import draw_items
from dashboard.compare.neighbours.services import (
    N_NEIGHBOURS,
    ChangedSample,
    NeighbourChange,
    has_enough_images,
    most_changed_items,
    most_changed_samples,
    neighbour_change,
)
from dashboard.data.catalogue import BY_CONTENT, Bundle, Space
from dashboard.data.images.stand_ins import stand_in_label
from dashboard.data.items.spaces import ItemSpace, shown_things
from dashboard.ui.chart_cache import compact
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.pictures import Picture, in_brackets, picture_row, shown_name, whole_name
from dashboard.ui.theme import is_dark

MAP_SIZE, IMAGE_SIDE = 470, 58
"""Pixels."""
SAMPLES_PER_ROW = 3
MAX_LETTERS = 24
"""Of a class's name in a caption."""


def draw_neighbours(bundles: list[Space]) -> None:
    """Draw the section."""
    if len(bundles) < 2:
        st.info("Comparing neighbours needs two models. Choose a second model above.", icon=":material/info:")
        return
    st.markdown(
        f"Each of the {shown_things(bundles[0])} has {N_NEIGHBOURS} nearest neighbours in either space of "
        "codes. Colour: the share of neighbours that differ. Dark: same neighbours in both; bright: "
        "different neighbours."
    )
    pair = chosen_pair(bundles)
    pick_pair(bundles, pair, ("Map of", "Compared with"))
    if not has_enough_images(*pair):
        st.info(
            f"There are too few {shown_things(bundles[0])}: each needs {N_NEIGHBOURS} others as neighbours.",
            icon=":material/info:",
        )
        return
    change = neighbour_change(*pair)
    if isinstance(pair[0], Bundle):
        originals_note(pair[0].spec.dataset)
    picture, listed = st.columns([1, 1.45], gap="medium")
    with picture, st.container(key="neighbour_map"):
        st.vega_lite_chart(
            spec=_spec(*pair, dark=is_dark()),
            key="neighbour_chart",
            width="content",
            alt=f"Map of {change.titles[0]}, coloured by the share of neighbours that differ from "
            f"those in {change.titles[1]}",
        )
    with listed:
        _draw_most_changed(pair, change)
    _draw_caption(change, shown_things(pair[0]))


def _draw_most_changed(pair: tuple[Space, Space], change: NeighbourChange) -> None:
    first, second = pair
    if isinstance(first, Bundle) and isinstance(second, Bundle):
        _draw_samples(most_changed_samples(first, second), change)
    elif isinstance(first, ItemSpace) and isinstance(second, ItemSpace):
        draw_items(most_changed_items(first, second), change.titles)


def _draw_samples(samples: list[ChangedSample], change: NeighbourChange) -> None:
    first, second = change.titles
    kind = in_brackets(stand_in_label(samples[0].made_by))
    image = f"the image{kind}" if kind else "the original"
    st.markdown(f"**Largest change**: {image}, the reconstructions by {first} and by {second}")
    for start in range(0, len(samples), SAMPLES_PER_ROW):
        row = samples[start : start + SAMPLES_PER_ROW]
        for k, (sample, column) in enumerate(zip(row, st.columns(SAMPLES_PER_ROW), strict=False)):
            with column:
                _draw_sample(start + k + 1, sample, change.titles)


def _draw_sample(number: int, sample: ChangedSample, titles: tuple[str, str]) -> None:
    st.caption(
        f"**{number}** · {shown_name(sample.label, MAX_LETTERS)}, {sample.change:.0%}  \n"
        f"Test image {sample.index}",
        help=whole_name(sample.label, MAX_LETTERS),
    )
    name = f"Test image {sample.index}"
    pictures = [Picture(sample.image, name + in_brackets(stand_in_label(sample.made_by)), "", IMAGE_SIDE)]
    pictures += [
        Picture(uri, f"{name} reconstructed by {title}", "", IMAGE_SIDE)
        for uri, title in zip(sample.decodes, titles, strict=True)
    ]
    picture_row(pictures, gap=4)


def _draw_caption(change: NeighbourChange, things: str) -> None:
    n, n_listed = len(change.points), len(change.most_changed)
    sample = f"a random sample of {n:,} of the {change.n_total:,}" if n < change.n_total else f"all {n:,}"
    ties = f" Listed: {n_listed} of the {change.n_tied:,} with the largest change, ties broken at random."
    st.caption(
        f"Neighbours by Euclidean distance between codes, not on the map, among {sample} {things}. On "
        f"average {change.mean:.0%} of the neighbours differ; for unrelated spaces it would be "
        f"{change.expected_by_chance:.1%}." + (ties if change.n_tied > n_listed else "")
    )


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(first: Space, second: Space, *, dark: bool) -> dict[str, Any]:
    change = neighbour_change(first, second)
    return compact(
        neighbour_change_map,
        change.points,
        change.most_changed,
        change.extent,
        size=MAP_SIZE,
        dark=dark,
    )
