"""Explore: one latent map; hovering shows decodes or items, a click shows one code in full."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, Catalogue
from dashboard.data.class_names import format_classes
from dashboard.explore.about import about_model
from dashboard.explore.decode_panel import decode_panel
from dashboard.explore.downloads import downloads
from dashboard.explore.formation import formation_button, formation_view, shows_formation
from dashboard.explore.latent_map import latent_map
from dashboard.explore.map_controls import DEFAULT_COLOUR, MapChoice, chosen_map, pick_map
from dashboard.ui.fragments import bundle_fragment
from dashboard.ui.pickers import chosen_model, pick_model, pick_space
from dashboard.ui.presentation import is_presenting
from dashboard.ui.problems import bundle_or_error, catalogue_or_stop, show_problems, space_or_error
from dashboard.ui.selection import (
    current_selection,
    inspect_selection,
    published_selection,
    selected_position,
)
from dashboard.ui.share import copy_link, reset_button, show_notices

PAGE_RUNS = "page runs"


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop(also_spaces=True)
    dataset, model = chosen_model(catalogue)
    if catalogue.is_collection(dataset):
        _space(catalogue, dataset, model)
    else:
        _model(catalogue, dataset, model)
    show_problems(catalogue)


def _space(catalogue: Catalogue, collection: str, name: str) -> None:
    """Draw a space without a model: what needs a decoder is absent."""
    from dashboard.explore.items.view import items_view  # noqa: PLC0415 - the first map does not wait for it

    pickers, actions = st.columns([6, 1], vertical_alignment="bottom")
    with pickers:
        pick_space(catalogue, collection, name)
    with actions:
        reset_button()
    space = space_or_error(f"{collection}/{name}")
    if space is not None:
        items_view(space)


def _model(catalogue: Catalogue, dataset: str, model: str) -> None:
    if not is_presenting():
        _pickers(catalogue, dataset, model)
    bundle = bundle_or_error(f"{dataset}/{model}")
    if bundle is not None:
        if shows_formation(bundle):
            _formation(bundle, dataset, model)
        else:
            _map(bundle, dataset, model)
        about_model(bundle)


def _formation(bundle: Bundle, dataset: str, model: str) -> None:
    state.publish(dataset=dataset, model=model, formed="on")
    show_notices()
    formation_view(bundle)


def _map(bundle: Bundle, dataset: str, model: str) -> None:
    choice = chosen_map(bundle)
    if not is_presenting():
        pick_map(choice, bundle)
    state.flag(PAGE_RUNS)
    explore(bundle, choice, dataset, model)


def _pickers(catalogue: Catalogue, dataset: str, model: str) -> None:
    pickers, actions = st.columns([6, 1], vertical_alignment="bottom")
    with pickers:
        pick_model(catalogue, dataset, model)
    with actions:
        reset_button()


@bundle_fragment
def explore(bundle: Bundle, choice: MapChoice, dataset: str, model: str) -> None:
    """Draw map and decode panel; a click reruns this fragment only.

    When the page opens, the map is drawn first; after a click the panel is, since only it changes. Streamlit
    calls a fragment with the same arguments in both cases and does not tell it which one it is, so the page
    sets a flag before it calls it.
    """
    selection = current_selection(bundle)
    state.publish(
        {"colour": DEFAULT_COLOUR, "shade": "off"},
        dataset=dataset,
        model=model,
        plane=choice.plane,
        colour=choice.colour,
        shade="on" if choice.shade else None,
        classes=format_classes(choice.only) if choice.only else None,
        **published_selection(selection),
    )
    show_notices()
    left, right = st.columns([1.2, 1], gap="medium")

    def draw_map() -> None:
        with left:
            latent_map(bundle, choice, selected_position(bundle, choice.plane, selection))

    def draw_panel() -> None:
        with right:
            decode_panel(bundle, inspect_selection(bundle, choice.plane, selection), selection)

    for draw in (draw_map, draw_panel) if state.lower(PAGE_RUNS) else (draw_panel, draw_map):
        draw()
    with left, st.container(horizontal=True):
        formation_button(bundle)
        copy_link()
        downloads(bundle, choice, len(bundle.test))


page()
