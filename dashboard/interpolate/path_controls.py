"""Kind and number of steps of a path: owns the names "path" and "steps"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle
from dashboard.data.interpolation import PathKind, has_gaussian_prior

PATHS = ("apt", "straight", "spherical")
FEWEST, MOST, DEFAULT = 5, 25, 11
TITLES = {"apt": "Apt for each", "straight": "Straight", "spherical": "Spherical"}


@dataclass(frozen=True)
class PathChoice:
    """Kind of path, "apt" for what fits each model, and number of steps."""

    path: Literal["apt", "straight", "spherical"]
    n_steps: int


def chosen_path() -> PathChoice:
    """Return the valid choice; a number of steps out of range is brought into it, with a notice."""
    path = state.choose("path", PATHS, "apt")
    n_steps = int(state.number("steps", DEFAULT, FEWEST, MOST, whole=True, word="number of steps"))
    kinds: dict[str, Literal["apt", "straight", "spherical"]] = {
        "apt": "apt",
        "straight": "straight",
        "spherical": "spherical",
    }
    return PathChoice(kinds[path], n_steps)


def kind_of(choice: PathChoice, bundle: Bundle) -> PathKind:
    """Return the kind of path for one model: an arc where the prior is N(0, I), if left to what is apt."""
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
        help="Codes of a Gaussian prior lie near a sphere, so a VAE and a GAN are apt for an arc around the "
        "origin: the inside of the sphere, which a straight line crosses, holds hardly any code. PCA and "
        "autoencoders have no such prior: straight.",
        **state.bind("pick_path", choice.path, _take_path),
    )
    st.slider("Steps", FEWEST, MOST, width=220, **state.bind("pick_steps", choice.n_steps, _take_steps))


def _take_path() -> None:
    state.put("path", state.widget("pick_path"))


def _take_steps() -> None:
    state.put("steps", str(state.widget("pick_steps")))
