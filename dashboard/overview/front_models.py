"""Models on the front door: four at first, which the visitor can change; owns the URL name "front"."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Catalogue, family_title

FRONT_MODELS = {
    "pca-d2": "The best linear projection: images overlap, decodes are blurred averages.",
    "ae-d2": "Images compressed to two numbers: sharper decodes, but holes between the groups.",
    "vae-d2": "Trained with noise and a prior: a filled disc, almost every position decodes well.",
    "gan-d2": "Trained against a critic: realistic samples; codes of real images are found afterwards.",
    "flow-d2": "An autoencoder whose codes a flow joins to a prior: every position decodes, as in a VAE.",
    "cnn-d2": "The last hidden layer of a classifier: classes are far apart, other variation is lost.",
    "transformer-d2": "An autoencoder of patches that look at each other by attention.",
}
"""Models on the front door, by name, each with a sentence about it; the first ones are shown at first."""
MAX_MAPS = 4


def front_models(catalogue: Catalogue, dataset: str) -> dict[str, str]:
    """Return the models of a dataset that the front door can show, each with a sentence about it."""
    present = catalogue.models(dataset)
    return {name: line for name, line in FRONT_MODELS.items() if name in present}


def chosen_front_models(lines: dict[str, str]) -> dict[str, str]:
    """Return the one to four models to show, in their usual order; the first four by default."""
    asked = (state.get("front") or "").split(",")
    chosen = [name for name in lines if name in asked] or list(lines)
    return {name: lines[name] for name in chosen[:MAX_MAPS]}


def published_front(lines: dict[str, str], chosen: dict[str, str]) -> str | None:
    """Return the value of the URL's name; None for the usual choice."""
    return None if list(chosen) == list(lines)[:MAX_MAPS] else ",".join(chosen)


def pick_front_models(lines: dict[str, str], chosen: dict[str, str]) -> None:
    """Draw the picker of models; nothing if there are no more than are shown at once."""
    if len(lines) <= MAX_MAPS:
        return
    st.multiselect(
        "Models on this page",
        list(lines),
        format_func=_title,
        max_selections=MAX_MAPS,
        help=f"Up to {MAX_MAPS} models of two dimensions, side by side.",
        **state.bind("pick_front", list(chosen), _set_front),
    )


def _title(name: str) -> str:
    return family_title(name.partition("-")[0])


def _set_front() -> None:
    state.put("front", ",".join(state.widget("pick_front")) or None)
