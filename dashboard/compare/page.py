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
from dashboard.data.catalogue import Bundle, Space, dataset_title
from dashboard.ui.model_set import MAX_MODELS, load_models, load_spaces, model_head
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
    needs_decoder : str
        Why a collection of items does not have the section; empty where it does.
    """

    title: str
    draw: Callable[[list[str]], None]
    url_names: tuple[str, ...] = ()
    max_models: int = MAX_MODELS
    needs_decoder: str = ""


def with_loaded_bundles(draw: Callable[[list[Bundle]], None]) -> Callable[[list[str]], None]:
    """Return a section that takes bundle ids and calls `draw` with the bundles that could be loaded."""

    def draw_loaded(ids: list[str]) -> None:
        if bundles := load_models(ids):
            draw(bundles)

    return draw_loaded


def with_loaded_spaces(draw: Callable[[list[Space]], None]) -> Callable[[list[str]], None]:
    """Return a section that takes ids and calls `draw` with the bundles or spaces that could be loaded."""

    def draw_loaded(ids: list[str]) -> None:
        if spaces := load_spaces(ids):
            draw(spaces)

    return draw_loaded


# By the value of "view" in the address; shared links have these names, so they stay.
SECTIONS = {
    "scores": Section("Scoreboard", scores.draw_scores, scores.URL_NAMES, max_models=MAX_TABLE_MODELS),
    "image": Section(
        "One image",
        with_loaded_bundles(one_image.draw_one_image),
        one_image.URL_NAMES,
        needs_decoder="Reconstructions of one image need models that encode and decode",
    ),
    "maps": Section(
        "Linked maps",
        with_loaded_spaces(maps.draw_linked_maps),
        (*maps.URL_NAMES, *model_pair.URL_NAMES),
    ),
    "neighbours": Section("Neighbours", with_loaded_spaces(neighbours.draw_neighbours), model_pair.URL_NAMES),
    "spaces": Section(
        "Similarity", similarity.draw_similarity, similarity.URL_NAMES, max_models=MAX_TABLE_MODELS
    ),
    "inside": Section(
        "Internals",
        with_loaded_bundles(internals.draw_internals),
        needs_decoder="Internals are those of trained models",
    ),
    "geometry": Section(
        "Decoder geometry",
        with_loaded_bundles(decoder_geometry.draw_decoder_geometry),
        needs_decoder="Decoder geometry is that of a model's decoder",
    ),
}


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop(also_spaces=True)
    view = state.choose("view", list(SECTIONS), next(iter(SECTIONS)))
    section = SECTIONS[view]
    dataset, names = model_head(catalogue, section.max_models, also_spaces=True)
    _pick_section(view)
    notices = st.container()
    if section.needs_decoder and catalogue.is_collection(dataset):
        st.info(
            state.escape_markdown(
                f"{section.needs_decoder}; {dataset_title(dataset)} has spaces of items without a model."
            ),
            icon=":material/info:",
        )
    else:
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
