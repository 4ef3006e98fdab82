"""Overview, the front door: latent maps of the same images, with links to the other pages."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import dataset_description, dataset_title
from dashboard.data.maps import FRAMED, clusters_note
from dashboard.overview.front_models import (
    chosen_front_models,
    front_models,
    pick_front_models,
    published_front,
)
from dashboard.overview.glossary import glossary
from dashboard.overview.maps import draw_front_maps, page_links
from dashboard.overview.preview import originals_preview
from dashboard.overview.services import N_SHOWN
from dashboard.ui.panels.collections import collection_links, collection_note, named_collection
from dashboard.ui.pickers import pick_dataset
from dashboard.ui.presentation import is_presenting, start_button
from dashboard.ui.problems import bundle_or_error, catalogue_or_stop, show_problems
from dashboard.ui.share import show_notices


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop()
    datasets = catalogue.datasets()
    collection = named_collection(catalogue)
    dataset = datasets[0] if collection else state.choose("dataset", datasets, datasets[0])
    present = front_models(catalogue, dataset)
    lines = chosen_front_models(present)
    state.publish(dataset=collection or dataset, front=published_front(present, lines))
    text, pictures = st.columns([1, 1], gap="large", vertical_alignment="bottom")
    if not is_presenting():
        with text:
            _welcome()
    with text if is_presenting() else pictures, st.container(horizontal=True, vertical_alignment="center"):
        pick_dataset(datasets, dataset)
        if not is_presenting():
            start_button(catalogue, dataset)
    first = bundle_or_error(f"{dataset}/{catalogue.models(dataset)[0]}")
    if first is not None:
        with pictures:
            originals_preview(first)
    show_notices()
    if collection is not None:
        collection_note(collection, "The maps on this page show models of images")
    bundles = [bundle for name in lines if (bundle := bundle_or_error(f"{dataset}/{name}")) is not None]
    shown = ""
    if bundles:
        word = bundles[0].group_word
        n_shown = draw_front_maps(bundles, lines)
        shown = (
            f" Shown: {n_shown:,} test images, which no model was trained on: a {word}-stratified "
            f"random sample of at most {N_SHOWN:,}, without those outside the frame of a map (the middle "
            f"{FRAMED:.0%} of the codes on each axis).{clusters_note(bundles[0])}"
        )
    else:
        st.info(
            "These maps show models of two dimensions, and this dataset has none. Explore shows every model.",
            icon=":material/info:",
        )
        st.page_link(
            "explore/page.py",
            label=f"Explore {dataset_title(dataset)}",
            icon=":material/scatter_plot:",
            query_params={"dataset": dataset},
        )
    if not is_presenting():
        pick_front_models(present, lines)  # below the maps, which the first screen has to hold
    page_links(dataset, list(lines))
    collection_links(catalogue)
    st.caption(dataset_description(dataset) + shown)
    glossary()
    show_problems(catalogue)


def _welcome() -> None:
    st.title("Latent Atlas")
    st.markdown(
        "Each model describes an image by a few numbers, its **code**. These maps show the codes that "
        "different models give to the same images. **Point at a map** to see what its model decodes at that "
        "position, and where the nearest image lies on the other maps."
    )


page()
