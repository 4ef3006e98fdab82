"""How the space formed, in the place of the map; owns the name "formed"."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, LatentcoreError
from dashboard.explore.player import formation_player
from dashboard.explore.services.formation import player_data
from dashboard.ui.charts.palette import class_colours, ground
from dashboard.ui.charts.scatter import MAX_IN_LEGEND
from dashboard.ui.presentation import is_presenting
from dashboard.ui.share import copy_link
from dashboard.ui.theme import is_dark


def shows_formation(bundle: Bundle) -> bool:
    """Return whether the page shows how the bundle's space formed; a bundle without a record says so."""
    asked = state.choose("formed", ("on", "off"), "off", "view") == "on"
    if asked and not bundle.spec.is_recorded:
        state.put("formed", None)
        state.notify("formed", f"It was not recorded how {bundle.title} formed; showing its map.")
        return False
    return asked


def formation_button(bundle: Bundle) -> None:
    """Draw the button that leads from the map to the player, if there is a record."""
    if bundle.spec.is_recorded and st.button(
        "How it formed",
        icon=":material/movie:",
        help="Watch these points move from the first step of the training to the last.",
        key="open_formation",
        on_click=state.put,
        args=("formed", "on"),
    ):
        st.rerun()  # the button is in the fragment of the map


def formation_view(bundle: Bundle) -> None:
    """Draw the player with its caption."""
    dark, n_groups = is_dark(), len(bundle.groups)
    try:
        data = player_data(
            bundle,
            tuple(class_colours(n_groups)),
            ground(dark=dark),
            names_shown=1 < n_groups <= MAX_IN_LEGEND,
        )
    except LatentcoreError as error:
        st.error(state.escape_markdown(str(error)), icon=":material/error:")
    else:
        formation_player(data)
        st.caption(_caption(bundle, is_second_run=bool(data["is_second_run"])))
    if not is_presenting():
        with st.container(horizontal=True):
            st.button(
                "Back to the map",
                icon=":material/arrow_back:",
                key="close_formation",
                on_click=state.put,
                args=("formed", None),
            )
            copy_link()


def _caption(bundle: Bundle, *, is_second_run: bool) -> str:
    """Return what is seen, and whether the weights are those of the bundle."""
    plane = (
        "their codes"
        if bundle.latent_dim == 2
        else f"the first two principal components of their {bundle.latent_dim} numbers"
    )
    run = (
        " Recorded in a second training of the same recipe and seed, which on this kind of machine ended in "
        "slightly other weights than the bundle's."
        if is_second_run
        else ""
    )
    return (
        f"The same test images throughout, at {plane}; each moment is turned to fit the next, and between "
        f"two moments the points move straight. The first epoch is shown in slow motion.{run}"
    )
