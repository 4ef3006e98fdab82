"""Error messages for bundles and spaces that cannot be used."""

from __future__ import annotations

import streamlit as st

from dashboard.data.catalogue import (
    Bundle,
    Catalogue,
    LatentcoreError,
    bundle_title,
    catalogue,
    catalogue_place,
    open_bundle,
)
from dashboard.data.items.spaces import ItemSpace, open_space


def catalogue_or_stop(*, also_spaces: bool = False) -> Catalogue:
    """Return the catalogue; without any bundle, or any space if they will do, show an error and stop."""
    found = catalogue()
    if not found.specs and not (also_spaces and found.spaces):
        st.error(
            f"There are no models in {catalogue_place()}. Make one with "
            "`latentcore train digits vae --latent-dim 2`, or point LATENTCORE_MODELS to a folder with some."
        )
        show_problems(found)
        st.stop()
    return found


def bundle_or_error(bundle_id: str) -> Bundle | None:
    """Return the loaded bundle, or show its error."""
    try:
        return open_bundle(bundle_id)
    except LatentcoreError as error:
        st.error(f"{error} The other models can still be used: choose one above.", icon=":material/error:")
        return None


def space_or_error(space_id: str) -> ItemSpace | None:
    """Return the loaded space, or show its error."""
    try:
        return open_space(space_id)
    except LatentcoreError as error:
        st.error(f"{error} The other spaces can still be used: choose one above.", icon=":material/error:")
        return None


def show_removed(error: LatentcoreError) -> None:
    """Show that a bundle was removed or changed after it was listed."""
    st.error(f"{error} Reload the page, or choose another model.", icon=":material/error:")


def show_problems(found: Catalogue) -> None:
    """Show the problems of unreadable bundles."""
    for bundle_id, message in found.problems.items():
        st.warning(f"{bundle_title(bundle_id)} cannot be used. {message}", icon=":material/warning:")
