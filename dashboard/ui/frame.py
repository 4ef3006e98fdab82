"""The frame of a page on several models: pickers, notices, address, copy-link button, problems."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, Space, dataset_title
from dashboard.ui.model_set import PREFERRED, load_models, load_spaces, model_head
from dashboard.ui.panels.collections import stop_at_collection
from dashboard.ui.problems import catalogue_or_stop, show_problems
from dashboard.ui.share import copy_link, show_notices


def models_page(
    draw: Callable[[str, list[Bundle]], None],
    names: Sequence[str],
    preferred: Sequence[str] = PREFERRED,
    *,
    needs: str = "",
    draw_items: Callable[[str, list[Space]], None] | None = None,
) -> None:
    """Draw a page on several models of one dataset, or on several spaces of one collection of items.

    Parameters
    ----------
    draw : callable
        Draws the content for a dataset and the chosen bundles, of which there is at least one.
    names : sequence of str
        Names of the address that the page owns, beside "dataset" and "models".
    preferred : sequence of str
        Families that are chosen by default.
    needs : str
        What a collection of items lacks for the page, such as "Denoising needs a model that decodes".
    draw_items : callable, optional
        Draws the content for a collection and the chosen spaces instead.
    """
    of_items = draw_items is not None
    if not of_items:
        stop_at_collection(needs)
    catalogue = catalogue_or_stop(also_spaces=of_items)
    dataset, models = model_head(catalogue, preferred=preferred, also_spaces=of_items)
    ids = [f"{dataset}/{name}" for name in models]
    notices = st.container()
    chosen = {"dataset": dataset, "models": ",".join(models)}
    state.publish(**chosen, **{name: state.get(name) for name in names})
    if draw_items is not None and catalogue.is_collection(dataset):
        spaces = load_spaces(ids)
        if spaces:
            draw_items(dataset, spaces)
    elif bundles := load_models(ids):
        draw(dataset, bundles)
        state.publish(**chosen, **{name: state.get(name) for name in names})  # mended where they were invalid
    with notices:
        show_notices()
    copy_link()
    show_problems(catalogue)


def needs_labels(bundles: Sequence[Bundle], why: str) -> bool:
    """Say that a page needs labels where the images of its dataset have none; return whether it does so.

    Parameters
    ----------
    bundles : sequence of Bundle
        Of one dataset.
    why : str
        First half of the sentence, such as "A linear probe is trained on labelled images".
    """
    if bundles[0].has_labels:
        return False
    title = dataset_title(bundles[0].spec.dataset)
    st.info(
        f"{why}; those of {title} have no labels. Choose another dataset, or add the images again with one "
        "folder per class.",
        icon=":material/info:",
    )
    return True
