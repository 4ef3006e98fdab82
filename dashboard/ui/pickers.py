"""Pickers of the dataset and of one model; own the URL names "dataset" and "model"."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import BundleSpec, Catalogue, catalogue, dataset_title, family_title

PREFERRED_MODEL = "vae-d2"
OF_ITEMS = ("find", "where", "box", "near", "liked", "second")
"""Names of the address that only a collection of items has a use for."""


def chosen_model(catalogue: Catalogue) -> tuple[str, str]:
    """Return the chosen dataset and model, such as ("digits", "vae-d2"), or collection and space."""
    datasets = [*catalogue.datasets(), *catalogue.collections()]
    dataset = state.choose("dataset", datasets, datasets[0])
    models = catalogue.models(dataset)
    default = PREFERRED_MODEL if PREFERRED_MODEL in models else models[0]
    return dataset, state.choose("model", models, default)


def pick_space(catalogue: Catalogue, collection: str, space: str) -> None:
    """Draw the pickers of the collection, beside the datasets, and of one of its spaces."""
    left, right = st.columns([1.1, 3.4], vertical_alignment="bottom")
    with left:
        pick_any_dataset(catalogue, collection)
    titles = {name: catalogue.title(collection, name) for name in catalogue.models(collection)}
    right.segmented_control(
        "Space",
        list(titles),
        format_func=lambda name: state.escape_markdown(titles[name]),
        required=True,
        help="Codes of these items, computed in one way.",
        **state.bind("pick_space", space, _set_space),
    )


def pick_any_dataset(catalogue: Catalogue, dataset: str) -> None:
    """Draw the picker of a dataset or of a collection of items."""
    st.selectbox(
        "Dataset",
        [*catalogue.datasets(), *catalogue.collections()],
        format_func=dataset_title,
        help="The images or items whose codes the map shows.",
        **state.bind("pick_dataset", dataset, set_dataset, "pick_dataset"),
    )


def pick_model(catalogue: Catalogue, dataset: str, model: str) -> None:
    """Draw the pickers of dataset, family and latent dimension, and of the variant if there are several."""
    spec = catalogue.spec(dataset, model)
    families = _families(catalogue, dataset)
    left, middle, right = st.columns([0.95, 2.9, 0.65], vertical_alignment="bottom")
    with left:
        pick_any_dataset(catalogue, dataset)
    middle.segmented_control(
        "Model",
        families,
        format_func=family_title,
        required=True,
        help="The family that maps images to codes and back.",
        **state.bind("pick_family", spec.family, _set_family, dataset, spec.latent_dim),
    )
    right.segmented_control(
        "Latent dimensions",
        sorted({one.latent_dim for one in _specs(catalogue, dataset, spec.family)}),
        required=True,
        help="How many numbers a code has. With 2, the map is the latent space itself.",
        **state.bind("pick_dimension", spec.latent_dim, _set_dimension, dataset, spec.family),
    )
    variants = {
        one.name: one.title
        for one in _specs(catalogue, dataset, spec.family)
        if one.latent_dim == spec.latent_dim
    }
    if len(variants) > 1:
        st.selectbox(
            "Variant",
            list(variants),
            format_func=variants.__getitem__,
            help="Bundles of this family and dimension.",
            **state.bind("pick_variant", model, _set_variant),
        )


def pick_dataset(datasets: list[str], dataset: str) -> None:
    """Draw the picker of the dataset as a row of buttons."""
    st.segmented_control(
        "Images",
        datasets,
        format_func=dataset_title,
        required=True,
        label_visibility="collapsed",
        **state.bind("pick_images", dataset, set_dataset, "pick_images"),
    )


def set_dataset(key: str) -> None:
    """Set the dataset, or the collection, to the value of the widget `key`."""
    found, chosen = catalogue(), state.widget(key)
    if found.is_collection(chosen) or found.is_collection(state.get("dataset") or ""):
        for name in (*OF_ITEMS, "model", "models"):  # models and spaces have no names in common
            state.put(name, None)
    _change("dataset", chosen)
    state.put("point", None)


def _set_family(dataset: str, latent_dim: int) -> None:
    _set_nearest(dataset, state.widget("pick_family"), latent_dim)


def _set_dimension(dataset: str, family: str) -> None:
    _set_nearest(dataset, family, state.widget("pick_dimension"))


def _set_space() -> None:
    _change("model", state.widget("pick_space"))


def _set_variant() -> None:
    _change("model", state.widget("pick_variant"))


def _set_nearest(dataset: str, family: str, latent_dim: int) -> None:
    """Choose the model of a family whose dimension is nearest, variants with a name of their own last."""
    specs = _specs(catalogue(), dataset, family)
    nearest = min(specs, key=lambda spec: (abs(spec.latent_dim - latent_dim), spec.has_own_name))
    _change("model", nearest.name)


def _change(name: str, value: str) -> None:
    """Set the dataset or the model; position, plane and colour of the former map are reset."""
    state.put(name, value)
    for other in ("at", "plane", "colour"):
        state.put(other, None)


def _families(catalogue: Catalogue, dataset: str) -> list[str]:
    specs = (catalogue.spec(dataset, name) for name in catalogue.models(dataset))
    return list(dict.fromkeys(spec.family for spec in specs))


def _specs(catalogue: Catalogue, dataset: str, family: str) -> list[BundleSpec]:
    """Return the models of a family, the fewest dimensions first."""
    specs = (catalogue.spec(dataset, name) for name in catalogue.models(dataset))
    return [spec for spec in specs if spec.family == family]
