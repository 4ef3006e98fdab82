"""Interpolate: paths between the same two images through the latent space of every chosen model."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle
from dashboard.data.endpoints import ImageEndpoint
from dashboard.interpolate.corner_grid import corner_grid, published_corners
from dashboard.interpolate.endpoint_controls import (
    choose_random_pair,
    chosen_endpoints,
    pick_endpoints,
    published_endpoints,
)
from dashboard.interpolate.path_controls import chosen_path, kind_of, pick_path
from dashboard.interpolate.path_maps import path_maps
from dashboard.interpolate.services import make_strip
from dashboard.interpolate.strips import (
    draw_autoencoder_line,
    draw_strip,
    endpoint_row,
    strip_legend,
    upper_limit,
)
from dashboard.ui.fragments import bundle_fragment
from dashboard.ui.image_input import bundles_with_codes
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.model_set import pick_bundles
from dashboard.ui.panels.collections import stop_at_collection
from dashboard.ui.presentation import is_presenting
from dashboard.ui.problems import catalogue_or_stop, show_problems
from dashboard.ui.share import copy_link, show_notices


def page() -> None:
    """Draw the page."""
    stop_at_collection("Paths between images need a model that decodes codes")
    catalogue = catalogue_or_stop()
    dataset, names, bundles = pick_bundles(catalogue)
    if bundles:
        interpolate(bundles, dataset, names)
    show_problems(catalogue)


@bundle_fragment
def interpolate(bundles: list[Bundle], dataset: str, names: list[str]) -> None:
    """Draw endpoints, controls and strips; a change among them reruns this fragment only."""
    first = bundles[0]
    endpoints, choice = chosen_endpoints(first), chosen_path()
    state.publish(
        dataset=dataset,
        models=",".join(names),
        **published_endpoints(first, endpoints),
        path=choice.path,
        steps=str(choice.n_steps),
        **published_corners(),
    )
    show_notices()
    if not is_presenting():
        pick_endpoints(first, endpoints)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pick_path(choice)
        st.button("Random pair", icon=":material/casino:", on_click=choose_random_pair, args=(first.spec.id,))
        copy_link()
    originals_note(dataset)
    indices = [endpoint.index for endpoint in endpoints if isinstance(endpoint, ImageEndpoint)]
    shown = bundles_with_codes(bundles, indices)
    with st.spinner("Interpolating in every model..."):
        strips = [make_strip(bundle, *endpoints, choice.n_steps, kind_of(choice, bundle)) for bundle in shown]
    with st.container(key="interpolation"):
        strip_legend(strips)
        endpoint_row(first, endpoints, choice.n_steps)
        for bundle, strip in zip(shown, strips, strict=True):
            draw_strip(strip, top=upper_limit(strips))
            draw_autoencoder_line(bundle, endpoints, choice.n_steps)
    path_maps(shown, strips, endpoints)
    corner_grid(bundles)


page()
