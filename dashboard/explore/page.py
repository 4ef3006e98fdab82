"""Explore: one model's latent map, hover to see decodes, click for one code in full."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, Catalogue
from dashboard.explore.about import about_model
from dashboard.explore.decode_panel import decode_panel
from dashboard.explore.downloads import downloads
from dashboard.explore.latent_map import latent_map
from dashboard.explore.map_controls import MapChoice, chosen_map, pick_map
from dashboard.ui.fragments import bundle_fragment
from dashboard.ui.pickers import chosen_model, pick_model
from dashboard.ui.presentation import is_presenting
from dashboard.ui.problems import bundle_or_error, catalogue_or_stop, show_problems
from dashboard.ui.selection import current_selection, inspect, position, published
from dashboard.ui.share import copy_link, reset_button, show_notices


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop()
    dataset, model = chosen_model(catalogue)
    if not is_presenting():
        _head(catalogue, dataset, model)
    bundle = bundle_or_error(f"{dataset}/{model}")
    if bundle is not None:
        choice = chosen_map(bundle.spec.latent_dim, len(bundle.test))
        if not is_presenting():
            pick_map(choice, bundle.spec.latent_dim, len(bundle.test))
        state.flag("whole page")
        explore(bundle, choice, dataset, model)
        about_model(bundle)
    show_problems(catalogue)


def _head(catalogue: Catalogue, dataset: str, model: str) -> None:
    pickers, actions = st.columns([6, 1], vertical_alignment="bottom")
    with pickers:
        pick_model(catalogue, dataset, model)
    with actions:
        reset_button()


@bundle_fragment
def explore(bundle: Bundle, choice: MapChoice, dataset: str, model: str) -> None:
    """Draw map and panel; a click runs this part only.

    What is waited for comes first: the map when the page is opened, the panel after a click.
    """
    n_total = len(bundle.test)
    selection = current_selection(bundle)
    state.publish(
        dataset=dataset,
        model=model,
        plane=choice.plane,
        colour=choice.colour,
        shade="on" if choice.shade else None,
        **published(selection),
    )
    show_notices()
    left, right = st.columns([1.2, 1], gap="medium")
    place = position(bundle, choice.plane, selection)
    map_first = state.lower("whole page")
    if map_first:
        with left:
            latent_map(bundle, choice, place)
    with right:
        decode_panel(bundle, inspect(bundle, choice.plane, selection), selection, n_total)
    with left:
        if not map_first:
            latent_map(bundle, choice, place)
        with st.container(horizontal=True):
            copy_link()
            downloads(bundle, choice, n_total)


page()
