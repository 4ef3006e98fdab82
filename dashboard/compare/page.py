"""Compare page: scores, reconstructions and latent spaces of several models, one section per question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard import state
from dashboard.compare import model_pair
from dashboard.compare.decoder_geometry import section as decoder_geometry
from dashboard.compare.internals import section as internals
from dashboard.compare.maps import section as maps
from dashboard.compare.neighbours import section as neighbours
from dashboard.compare.one_image import section as one_image
from dashboard.compare.scores import section as scores
from dashboard.compare.similarity import section as similarity
from dashboard.data.catalogue import Bundle
from dashboard.ui.model_set import MAX_MODELS, load_models, model_head
from dashboard.ui.problems import catalogue_or_stop, show_problems
from dashboard.ui.share import copy_link, show_notices

MAX_TABLE_MODELS = 40  # of sections that show tables or matrices


@dataclass(frozen=True)
class Section:
    """One section of the page.

    Attributes
    ----------
    title : str
        Label of its button.
    draw : callable
        Draws the section for bundle ids.
    url_names : tuple of str
        Names in the URL that the section owns.
    max_models : int
    """

    title: str
    draw: Callable[[list[str]], None]
    url_names: tuple[str, ...] = ()
    max_models: int = MAX_MODELS


def with_loaded_bundles(draw: Callable[[list[Bundle]], None]) -> Callable[[list[str]], None]:
    """Return a section that takes bundle ids and calls `draw` with the bundles that could be loaded."""

    def draw_loaded(ids: list[str]) -> None:
        if bundles := load_models(ids):
            draw(bundles)

    return draw_loaded


# By the value of "view" in the address; shared links have these names, so they stay.
SECTIONS = {
    "scores": Section("Scoreboard", scores.draw_scores, scores.URL_NAMES, max_models=MAX_TABLE_MODELS),
    "image": Section("One image", with_loaded_bundles(one_image.draw_one_image), one_image.URL_NAMES),
    "maps": Section(
        "Linked maps",
        with_loaded_bundles(maps.draw_linked_maps),
        (*maps.URL_NAMES, *model_pair.URL_NAMES),
    ),
    "neighbours": Section(
        "Neighbours", with_loaded_bundles(neighbours.draw_neighbours), model_pair.URL_NAMES
    ),
    "spaces": Section(
        "Similarity", similarity.draw_similarity, similarity.URL_NAMES, max_models=MAX_TABLE_MODELS
    ),
    "inside": Section("Internals", with_loaded_bundles(internals.draw_internals)),
    "geometry": Section("Decoder geometry", with_loaded_bundles(decoder_geometry.draw_decoder_geometry)),
}


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop()
    view = state.choose("view", list(SECTIONS), next(iter(SECTIONS)))
    section = SECTIONS[view]
    dataset, names = model_head(catalogue, section.max_models)
    _pick_section(view)
    notices = st.container()
    section.draw([f"{dataset}/{name}" for name in names])
    state.publish(
        dataset=dataset,
        models=",".join(names),
        view=view,
        **{name: state.get(name) for name in section.url_names},
    )
    with notices:  # filled last: drawing a section may add notices
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
        **state.bind("pick_view", view, _set_section),
    )


def _set_section() -> None:
    state.put("view", state.widget("pick_view"))


page()
