"""Controls: kind of corruption, its level and its seed; owns the names "noise", "level" and "seed"."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard import state
from dashboard.apply.denoising.services.denoise import CorruptionKind, corruption_kinds

DEFAULT_KIND = "gaussian"
N_SEEDS = 1_000_000


@dataclass(frozen=True)
class ChosenCorruption:
    """How the image is corrupted.

    Attributes
    ----------
    kind : CorruptionKind
    level : float
        In [0, `kind.max_level`], in the units of `kind.unit`.
    seed : int
    """

    kind: CorruptionKind
    level: float
    seed: int


def chosen_corruption() -> ChosenCorruption:
    """Return the valid choice of kind, level and seed."""
    kinds = corruption_kinds()
    kind = kinds[state.choose("noise", list(kinds), DEFAULT_KIND)]
    level = state.number("level", kind.default_level, 0.0, kind.max_level)
    return ChosenCorruption(kind, level, int(state.number("seed", 0, 0, N_SEEDS - 1, whole=True)))


def pick_corruption(chosen: ChosenCorruption) -> None:
    """Draw the controls of kind and level, and the button for the next seed."""
    names, slider, reseed = st.columns([2.2, 2.2, 1], vertical_alignment="bottom")
    kinds, kind = corruption_kinds(), chosen.kind
    names.segmented_control(
        "Corruption",
        list(kinds),
        format_func=lambda name: kinds[name].title,
        required=True,
        **state.bind("pick_noise", kind.name, _set_kind),
    )
    slider.slider(
        f"Level: {kind.unit}",
        0.0,
        kind.max_level,
        step=kind.level_step,
        format="%g",
        **state.bind("pick_level", chosen.level, _set_level),
    )
    reseed.button(
        "New seed",
        icon=":material/casino:",
        help="Corrupts the image again with the next seed; kind and level stay the same.",
        on_click=state.put,
        args=("seed", str((chosen.seed + 1) % N_SEEDS)),
    )


def _set_kind() -> None:
    state.put("noise", state.widget("pick_noise"))
    state.put("level", None)  # levels of different kinds have different units


def _set_level() -> None:
    state.put("level", f"{state.widget('pick_level'):g}")
