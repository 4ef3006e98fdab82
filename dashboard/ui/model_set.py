"""Picker of several models of one dataset; owns the URL names "dataset" and "models"."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import (
    Bundle,
    Catalogue,
    LatentcoreError,
    Space,
    catalogue,
    dataset_title,
    open_bundle,
)
from dashboard.ui.pickers import set_dataset
from dashboard.ui.presentation import is_presenting
from dashboard.ui.problems import bundle_or_error, space_or_error
from dashboard.ui.share import reset_button

PREFERRED = ("pca", "ae", "vae", "gan")
"""Families that are chosen by default."""
MAX_MODELS = 6


def chosen_models(
    catalogue: Catalogue,
    most: int = MAX_MODELS,
    preferred: Sequence[str] = PREFERRED,
    *,
    also_spaces: bool = False,
) -> tuple[str, list[str]]:
    """Return the chosen dataset and the names of one to `most` of its models.

    By default all models are chosen if `most` exceeds `MAX_MODELS`, else one of each preferred family; of a
    collection, which `also_spaces` allows, the first spaces.
    """
    datasets = _datasets(catalogue, also_spaces=also_spaces)
    dataset = state.choose("dataset", datasets, datasets[0])
    present = catalogue.models(dataset)
    text = state.get("models")
    names = list(dict.fromkeys(text.split(","))) if text else []
    unknown = [name for name in names if name not in present]
    known = [name for name in names if name in present]
    chosen = known[:most]
    if len(known) > most:
        state.put("models", ",".join(chosen))
        state.notify("models", f"This page shows at most {most} models; the first {most} are chosen.")
    if unknown:
        state.put("models", ",".join(chosen) or None)
        state.notify(
            "models", f"There is no model “{unknown[0][:60]}” of {dataset_title(dataset)} here; left out."
        )
    if chosen:
        return dataset, chosen
    return dataset, present if most > MAX_MODELS else _defaults(catalogue, dataset, preferred)


def _datasets(catalogue: Catalogue, *, also_spaces: bool) -> list[str]:
    return [*catalogue.datasets(), *(catalogue.collections() if also_spaces else [])]


def pick_models(
    catalogue: Catalogue,
    dataset: str,
    chosen: list[str],
    most: int = MAX_MODELS,
    *,
    also_spaces: bool = False,
) -> None:
    """Draw the pickers of the dataset and of its models."""
    left, right = st.columns([1, 3.4], vertical_alignment="bottom")
    left.selectbox(
        "Dataset",
        _datasets(catalogue, also_spaces=also_spaces),
        format_func=dataset_title,
        help="The images that go through every model, or the items that every space has codes of.",
        **state.bind("pick_dataset", dataset, _set_dataset),
    )
    titles = {name: catalogue.title(dataset, name) for name in catalogue.models(dataset)}
    word = "Spaces" if catalogue.is_collection(dataset) else "Models"
    right.multiselect(
        word,
        list(titles),
        format_func=titles.__getitem__,
        max_selections=most,
        help=f"Up to {most} {word.lower()} to compare.",
        **state.bind("pick_models", chosen, _set_models),
    )


def pick_bundles(
    catalogue: Catalogue, preferred: Sequence[str] = PREFERRED
) -> tuple[str, list[str], list[Bundle]]:
    """Draw the pickers of a page that compares models; return dataset, names and loaded bundles."""
    dataset, names = model_head(catalogue, preferred=preferred)
    return dataset, names, load_models([f"{dataset}/{name}" for name in names])


def model_head(
    catalogue: Catalogue,
    most: int = MAX_MODELS,
    preferred: Sequence[str] = PREFERRED,
    *,
    also_spaces: bool = False,
) -> tuple[str, list[str]]:
    """Draw the pickers and the reset button; return the dataset and the names of the models.

    In present mode neither is drawn: the story has chosen already.
    """
    dataset, names = chosen_models(catalogue, most, preferred, also_spaces=also_spaces)
    if is_presenting():
        return dataset, names
    pickers, actions = st.columns([7, 1], vertical_alignment="bottom")
    with pickers:
        pick_models(catalogue, dataset, names, most, also_spaces=also_spaces)
    with actions:
        reset_button()
    return dataset, names


def default_bundles(dataset: str) -> list[Bundle]:
    """Return the bundles that are chosen by default, without those that cannot be loaded."""
    loaded = []
    for name in _defaults(catalogue(), dataset, PREFERRED):
        with suppress(LatentcoreError):
            loaded.append(open_bundle(f"{dataset}/{name}"))
    return loaded


def load_models(ids: list[str]) -> list[Bundle]:
    """Return the bundles that can be loaded, and show the errors of the others."""
    loaded = (bundle_or_error(bundle_id) for bundle_id in ids)
    return [bundle for bundle in loaded if bundle is not None]


def load_spaces(ids: list[str]) -> list[Space]:
    """Return the bundles or spaces that can be loaded, and show the errors of the others."""
    found = catalogue().spaces
    loaded = [space_or_error(one) if one in found else bundle_or_error(one) for one in ids]
    return [space for space in loaded if space is not None]


def _set_dataset() -> None:
    set_dataset("pick_dataset")
    for name in ("models", "start", "end", "maker", "normal", "against", "detector"):
        state.put(name, None)


def _set_models() -> None:
    state.put("models", ",".join(state.widget("pick_models")) or None)


def _defaults(catalogue: Catalogue, dataset: str, preferred: Sequence[str]) -> list[str]:
    """Return one model of each preferred family, in the largest dimension that they share."""
    if catalogue.is_collection(dataset):
        return catalogue.models(dataset)[:MAX_MODELS]
    specs = [catalogue.spec(dataset, name) for name in catalogue.models(dataset)]
    largest: dict[str, str] = {}
    for spec in specs:  # sorted by dimension within a family
        if spec.family in preferred:
            largest[spec.family] = spec.name
    return list(largest.values()) or [spec.name for spec in specs[:1]]
