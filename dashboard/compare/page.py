"""Compare: scores, maps and images of several models of one dataset, one question a section."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard import state
from dashboard.compare.decoder_geometry.section import decoder_geometry
from dashboard.compare.internals.section import inside
from dashboard.compare.maps.section import linked_maps
from dashboard.compare.model_pair import NAMES as PAIR
from dashboard.compare.neighbours.section import neighbours
from dashboard.compare.one_image.section import NAMES as IMAGE_NAMES
from dashboard.compare.one_image.section import one_image
from dashboard.compare.scores.scoreboard import NAMES, scoreboard
from dashboard.compare.similarity.section import NAMES as LIKENESS
from dashboard.compare.similarity.section import similarity
from dashboard.data.catalogue import Bundle
from dashboard.ui.model_set import MOST, load_models, model_head
from dashboard.ui.problems import catalogue_or_stop, show_problems
from dashboard.ui.share import copy_link, show_notices

EVERY = 40


@dataclass(frozen=True)
class Section:
    """One way to compare.

    Attributes
    ----------
    title : str
        Label of its button.
    draw : callable
        Draws the section for the ids of the chosen bundles.
    names : tuple of str
        Names of the state that it owns and writes into the URL.
    most : int
        How many models it can show.
    """

    title: str
    draw: Callable[[list[str]], None]
    names: tuple[str, ...] = ()
    most: int = MOST


def with_bundles(draw: Callable[[list[Bundle]], None]) -> Callable[[list[str]], None]:
    """Return a section that loads what it is given and draws what loads."""

    def draw_loaded(ids: list[str]) -> None:
        if bundles := load_models(ids):
            draw(bundles)

    return draw_loaded


SECTIONS = {
    "scores": Section("Scoreboard", scoreboard, NAMES, most=EVERY),
    "image": Section("One image", with_bundles(one_image), IMAGE_NAMES),
    "maps": Section("Linked maps", with_bundles(linked_maps), ("align", *PAIR)),
    "neighbours": Section("Neighbours", with_bundles(neighbours), PAIR),
    "spaces": Section("Likeness", similarity, LIKENESS, most=EVERY),
    "inside": Section("Inside", with_bundles(inside)),
    "geometry": Section("Stretch", with_bundles(decoder_geometry)),
}


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop()
    view = state.choose("view", list(SECTIONS), next(iter(SECTIONS)))
    section = SECTIONS[view]
    dataset, names = model_head(catalogue, section.most)
    _pick_section(view)
    notices = st.container()
    section.draw([f"{dataset}/{name}" for name in names])
    state.publish(
        dataset=dataset,
        models=",".join(names),
        view=view,
        **{name: state.get(name) for name in section.names},
    )
    with notices:  # a section may have found something to say
        show_notices()
    copy_link()
    show_problems(catalogue)


def _pick_section(view: str) -> None:
    st.segmented_control(
        "What to compare",
        list(SECTIONS),
        format_func=lambda name: SECTIONS[name].title,
        required=True,
        label_visibility="collapsed",
        **state.bind("pick_view", view, _take_section),
    )


def _take_section() -> None:
    state.put("view", state.widget("pick_view"))


page()
