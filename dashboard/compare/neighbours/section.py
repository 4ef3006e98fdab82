"""Whose neighbours change from one space to another; `dashboard.compare.model_pair` owns the pair."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.compare.model_pair import chosen_pair, pick_pair
from dashboard.compare.neighbours.charts import change_map
from dashboard.compare.neighbours.services import (
    N_NEIGHBOURS,
    MovedSample,
    NeighbourChange,
    moved_samples,
    neighbour_change,
)
from dashboard.data.catalogue import BY_CONTENT, Bundle
from dashboard.data.images.stand_ins import stand_in_words
from dashboard.ui.chart_data import compact
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.pictures import Picture, in_brackets, picture_row
from dashboard.ui.theme import is_dark

SIZE, SIDE = 470, 58


def neighbours(bundles: list[Bundle]) -> None:
    """Draw the section."""
    if len(bundles) < 2:
        st.info(
            "It takes two spaces to compare neighbours. Choose a second model above.", icon=":material/info:"
        )
        return
    st.markdown(
        f"Take each image's {N_NEIGHBOURS} nearest neighbours in one space: how many are others in the "
        "second? Dark: the two agree. Bright: the image has moved among others."
    )
    pair = chosen_pair(bundles)
    pick_pair(bundles, pair, ("Map of", "Compared with"))
    change = neighbour_change(*pair)
    originals_note(pair[0].spec.dataset)
    picture, moved = st.columns([1, 1.45], gap="medium")
    with picture, st.container(key="neighbour_map"):
        st.vega_lite_chart(
            spec=_spec(*pair, dark=is_dark()),
            key="neighbour_chart",
            width="content",
            alt=f"Map of {change.titles[0]}, coloured by the share of neighbours that differ from "
            f"those in {change.titles[1]}",
        )
    with moved:
        _list(moved_samples(*pair), change)
    _caption(change)


def _list(samples: list[MovedSample], change: NeighbourChange) -> None:
    first, second = change.titles
    kind = in_brackets(stand_in_words(samples[0].made_by))
    shown = f"the image{kind}" if kind else "the original"
    st.markdown(f"**Moved most**: {shown}, the decodes by {first} and by {second}")
    for start in range(0, len(samples), 3):
        for k, column in enumerate(st.columns(3)):
            if start + k < len(samples):
                with column:
                    _sample(start + k + 1, samples[start + k], change.titles)


def _sample(number: int, sample: MovedSample, titles: tuple[str, str]) -> None:
    st.caption(f"**{number}** · {sample.label}, {sample.change:.0%}  \nTest image {sample.index}")
    name = f"Test image {sample.index}"
    pictures = [Picture(sample.image, name + in_brackets(stand_in_words(sample.made_by)), "", SIDE)]
    pictures += [
        Picture(uri, f"{name} decoded by {title}", "", SIDE)
        for uri, title in zip(sample.decodes, titles, strict=True)
    ]
    picture_row(pictures, gap=4)


def _caption(change: NeighbourChange) -> None:
    n, listed = len(change.points), len(change.moved)
    sample = f"a random sample of {n:,} of the {change.n_total:,}" if n < change.n_total else f"all {n:,}"
    drawn = f" {listed} of the {change.n_equal:,} that changed as much are listed, drawn at random."
    st.caption(
        f"Neighbours by Euclidean distance between codes, not on the map, among {sample} test images. On "
        f"average {change.mean:.0%} of an image's neighbours differ; between unrelated spaces "
        f"{change.by_chance:.1%} would." + (drawn if change.n_equal > listed else "")
    )


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(first: Bundle, second: Bundle, *, dark: bool) -> dict[str, Any]:
    change = neighbour_change(first, second)
    return compact(change_map(change.points, change.moved, change.extent, size=SIZE, dark=dark))
