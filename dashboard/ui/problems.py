"""Error messages for bundles and studies that cannot be used."""

from __future__ import annotations

import streamlit as st

from dashboard import state
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
from dashboard.data.study_results import StudyResult, study_obstacle, study_of

SLOW = dict.fromkeys(
    ("synthesis", "anomaly"),
    " It trains many models: minutes for small images, an hour or more for 64x64 pixels in colour.",
)
"""What is added to the commands of studies that take long, by name."""


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


def study_or_message(dataset: str, name: str) -> StudyResult | None:
    """Return the result of a study, or show why there is none."""
    try:
        found = study_of(dataset, name)
    except LatentcoreError as error:
        st.error(str(error), icon=":material/error:")
        return None
    if found is None:
        obstacle = study_obstacle(name, dataset)
        st.info(
            state.escape_markdown(f"This cannot be measured here. {obstacle}")
            if obstacle
            else f"This has not been measured yet. Run `latentcore study {name} {dataset}`."
            + SLOW.get(name, ""),
            icon=":material/info:",
        )
    return found


def show_removed(error: LatentcoreError) -> None:
    """Show that a bundle was removed or changed after it was listed."""
    st.error(f"{error} Reload the page, or choose another model.", icon=":material/error:")


def show_problems(found: Catalogue) -> None:
    """Show the problems of unreadable bundles."""
    for bundle_id, message in found.problems.items():
        st.warning(f"{bundle_title(bundle_id)} cannot be used. {message}", icon=":material/warning:")
