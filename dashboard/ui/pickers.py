"""Dataset, model family and latent dimension: owns the names "dataset" and "model"."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Catalogue, catalogue, dataset_title, family_title

PREFERRED_MODEL = "vae-d2"


def chosen_model(catalogue: Catalogue) -> tuple[str, str]:
    """Return the valid choice of dataset and model, such as ("digits", "vae-d2")."""
    datasets = catalogue.datasets()
    dataset = state.choose("dataset", datasets, datasets[0])
    models = catalogue.models(dataset)
    default = PREFERRED_MODEL if PREFERRED_MODEL in models else models[0]
    return dataset, state.choose("model", models, default)


def pick_model(catalogue: Catalogue, dataset: str, model: str) -> None:
    """Draw the three pickers in a row."""
    family, latent_dim = _split(catalogue, dataset, model)
    datasets, families = catalogue.datasets(), _families(catalogue, dataset)
    left, middle, right = st.columns([1.1, 2.6, 0.8], vertical_alignment="bottom")
    left.selectbox(
        "Dataset",
        datasets,
        format_func=dataset_title,
        help="The images whose codes the map shows.",
        **state.bind("pick_dataset", dataset, take_dataset, "pick_dataset"),
    )
    middle.segmented_control(
        "Model",
        families,
        format_func=family_title,
        required=True,
        help="The family that maps images to codes and back.",
        **state.bind("pick_family", family, _take_family, dataset, latent_dim),
    )
    right.segmented_control(
        "Latent dimensions",
        _dimensions(catalogue, dataset, family),
        required=True,
        help="How many numbers a code has. With 2, the map is the latent space itself.",
        **state.bind("pick_dimension", latent_dim, _take_dimension, family),
    )


def pick_dataset(datasets: list[str], dataset: str) -> None:
    """Draw the datasets as a row of buttons."""
    st.segmented_control(
        "Images",
        datasets,
        format_func=dataset_title,
        required=True,
        label_visibility="collapsed",
        **state.bind("pick_images", dataset, take_dataset, "pick_images"),
    )


def take_dataset(key: str) -> None:
    """Make what the widget `key` holds the dataset."""
    _change("dataset", state.widget(key))
    state.put("point", None)


def _take_family(dataset: str, latent_dim: int) -> None:
    family = state.widget("pick_family")
    nearest = min(_dimensions(catalogue(), dataset, family), key=lambda k: abs(k - latent_dim))
    _change("model", f"{family}-d{nearest}")


def _take_dimension(family: str) -> None:
    _change("model", f"{family}-d{state.widget('pick_dimension')}")


def _change(name: str, value: str) -> None:
    """Choose anew; a place of the former map means nothing on another one."""
    state.put(name, value)
    for other in ("at", "plane", "colour"):
        state.put(other, None)


def _families(catalogue: Catalogue, dataset: str) -> list[str]:
    specs = (catalogue.spec(dataset, name) for name in catalogue.models(dataset))
    return list(dict.fromkeys(spec.family for spec in specs))


def _dimensions(catalogue: Catalogue, dataset: str, family: str) -> list[int]:
    specs = (catalogue.spec(dataset, name) for name in catalogue.models(dataset))
    return sorted(spec.latent_dim for spec in specs if spec.family == family)


def _split(catalogue: Catalogue, dataset: str, model: str) -> tuple[str, int]:
    spec = catalogue.spec(dataset, model)
    return spec.family, spec.latent_dim
