"""Controls of the kind of path and its number of steps: owns the names "path" and "steps"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle
from dashboard.interpolate.services import PathKind, has_gaussian_prior

PATHS = ("apt", "straight", "spherical")
FEWEST, MOST, DEFAULT = 5, 25, 11
TITLES = {"apt": "Auto", "straight": "Straight", "spherical": "Spherical"}


@dataclass(frozen=True)
class PathChoice:
    """Kind of path and number of steps.

    Attributes
    ----------
    path : "apt", "straight" or "spherical"
        "apt": spherical for models with the prior N(0, I), straight for the others.
    n_steps : int
    """

    path: Literal["apt", "straight", "spherical"]
    n_steps: int


def chosen_path() -> PathChoice:
    """Return the choice; a number of steps out of range is clipped to it, with a notice."""
    path = state.choose("path", PATHS, "apt")
    n_steps = int(state.number("steps", DEFAULT, FEWEST, MOST, whole=True, word="number of steps"))
    kinds: dict[str, Literal["apt", "straight", "spherical"]] = {
        "apt": "apt",
        "straight": "straight",
        "spherical": "spherical",
    }
    return PathChoice(kinds[path], n_steps)


def kind_of(choice: PathChoice, bundle: Bundle) -> PathKind:
    """Return the kind of path for one model; "apt" is resolved by the model's prior."""
    if choice.path == "apt":
        return "spherical" if has_gaussian_prior(bundle) else "straight"
    return choice.path


def pick_path(choice: PathChoice) -> None:
    """Draw the controls."""
    st.segmented_control(
        "Path",
        PATHS,
        format_func=TITLES.__getitem__,
        required=True,
        help="Auto: spherical for a VAE, a GAN and a flow, straight for the other families. In many "
        "dimensions, codes from the prior N(0, I) lie close to a sphere. A straight line crosses its inside, "
        "where the prior has hardly any mass; a spherical path (slerp) follows an arc around the origin.",
        **state.bind("pick_path", choice.path, _set_path),
    )
    st.slider("Steps", FEWEST, MOST, width=220, **state.bind("pick_steps", choice.n_steps, _set_steps))


def _set_path() -> None:
    state.put("path", state.widget("pick_path"))


def _set_steps() -> None:
    state.put("steps", str(state.widget("pick_steps")))
