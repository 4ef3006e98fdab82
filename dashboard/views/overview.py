"""Overview, the front door: four maps of the same images, each leading into Explore."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.components.front_maps import front_map
from dashboard.components.pickers import pick_dataset
from dashboard.components.problems import catalogue_or_stop, show_problems
from dashboard.components.share import show_notices
from dashboard.services.catalogue import dataset_description

FRONT_MODELS = (
    ("pca-d2", "The best flat projection: classes overlap, decodes are averages."),
    ("ae-d2", "Learned by squeezing through two numbers: sharp, but with holes between the classes."),
    ("vae-d2", "Learned with noise and a prior: a filled disc in which every place means something."),
    ("gan-d2", "Learned to fool a critic: draws well, and finds the codes of real images only afterwards."),
)


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop()
    datasets = catalogue.datasets()
    dataset = state.choose("dataset", datasets, datasets[0])
    state.publish(dataset=dataset)
    st.title("Latent Atlas")
    st.markdown(
        "A generative model files every image under a few numbers, its **code**. Here are the codes that "
        "four models give the same images. Open a map, move the pointer, and watch what the model draws for "
        "each place."
    )
    pick_dataset(datasets, dataset)
    show_notices()
    present = [(name, line) for name, line in FRONT_MODELS if name in catalogue.models(dataset)]
    for column, (name, sentence) in zip(
        st.columns(max(len(present), 1), gap="medium"), present, strict=False
    ):
        with column:
            front_map(dataset, name, sentence)
    st.caption(f"{dataset_description(dataset)} Shown: the test split, which no model was trained on.")
    show_problems(catalogue)


page()
