"""Interpolate: the same two images through every chosen model, step by step."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle
from dashboard.data.interpolation import make_strip
from dashboard.interpolate.corner_grid import corner_grid
from dashboard.interpolate.endpoints import chosen_ends, pick_ends, published_ends, randomise
from dashboard.interpolate.path_controls import chosen_path, kind_of, pick_path
from dashboard.interpolate.path_maps import path_maps
from dashboard.interpolate.strips import common_top, draw_strip, real_row, strip_legend
from dashboard.ui.fragments import bundle_fragment
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.model_set import several_models
from dashboard.ui.presentation import is_presenting
from dashboard.ui.problems import catalogue_or_stop, show_problems
from dashboard.ui.share import copy_link, show_notices


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop()
    dataset, names, bundles = several_models(catalogue)
    if bundles:
        interpolate(bundles, dataset, names)
    show_problems(catalogue)


@bundle_fragment
def interpolate(bundles: list[Bundle], dataset: str, names: list[str]) -> None:
    """Draw ends, path and strips; a choice among them runs this part only."""
    first = bundles[0]
    ends, choice = chosen_ends(first), chosen_path()
    state.publish(
        dataset=dataset,
        models=",".join(names),
        **published_ends(first, ends),
        path=choice.path,
        steps=str(choice.n_steps),
    )
    show_notices()
    if not is_presenting():
        pick_ends(first, ends)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pick_path(choice)
        st.button("Random pair", icon=":material/casino:", on_click=randomise, args=(first.spec.id,))
        copy_link()
    originals_note(dataset)
    with st.spinner("Walking from one image to the other in every model..."):
        strips = [make_strip(bundle, *ends, choice.n_steps, kind_of(choice, bundle)) for bundle in bundles]
    with st.container(key="interpolation"):
        strip_legend(strips)
        real_row(first, ends, choice.n_steps)
        for strip in strips:
            draw_strip(strip, top=common_top(strips))
    path_maps(bundles, strips, ends)
    corner_grid(bundles)


page()
