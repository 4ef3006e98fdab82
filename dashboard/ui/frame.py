"""The frame of a page on several models: pickers, notices, address, copy-link button, problems."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle
from dashboard.ui.model_set import PREFERRED, pick_bundles
from dashboard.ui.problems import catalogue_or_stop, show_problems
from dashboard.ui.share import copy_link, show_notices


def models_page(
    draw: Callable[[str, list[Bundle]], None], names: Sequence[str], preferred: Sequence[str] = PREFERRED
) -> None:
    """Draw a page on several models of one dataset.

    Parameters
    ----------
    draw : callable
        Draws the content for a dataset and the chosen bundles, of which there is at least one.
    names : sequence of str
        Names of the address that the page owns, beside "dataset" and "models".
    preferred : sequence of str
        Families that are chosen by default.
    """
    catalogue = catalogue_or_stop()
    dataset, models, bundles = pick_bundles(catalogue, preferred)
    notices = st.container()
    chosen = {"dataset": dataset, "models": ",".join(models)}
    state.publish(**chosen, **{name: state.get(name) for name in names})
    if bundles:
        draw(dataset, bundles)
        state.publish(**chosen, **{name: state.get(name) for name in names})  # mended where they were invalid
    with notices:
        show_notices()
    copy_link()
    show_problems(catalogue)
