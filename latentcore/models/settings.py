"""The base class of every family's settings, and their validation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, get_type_hints

MAX_COUNT, MAX_WIDTH, MAX_LAYERS = 10**6, 2**14, 16
"""Limits of what a bundle may ask for: any number, units per layer, layers of one kind."""

RANGES: Mapping[str, tuple[float, float]] = {
    "n_epochs": (1, 100_000),
    "inversion_epochs": (1, 100_000),
    "flow_epochs": (1, 100_000),
    "batch_size": (1, 10_000),
    "flow_batch_size": (1, 10_000),
    "learning_rate": (1e-7, 1),
    "generator_rate": (1e-7, 1),
    "critic_rate": (1e-7, 1),
    "inverter_rate": (1e-7, 1),
    "flow_rate": (1e-7, 1),
    "weight_decay": (0, 10),
    "gradient_limit": (0, MAX_COUNT),
    "gradient_penalty": (0, 1000),
    "average_decay": (0, 0.99999),
    "distorted_share": (0, 1),
    "decoder_distorted_share": (0, 1),
    "label_smoothing": (0, 0.5),
    "binarised_share": (0, 1),
    "warmup": (0, 1),
    "beta": (0, 1000),
    "aggregate_weight": (0, 1000),
    "noise": (0, 2),
    "code_noise": (0, 1),
    "solver_steps": (1, 20),
    "patch": (1, 64),
    "width": (1, 1024),
    "n_heads": (1, 64),
    "encoder_layers": (1, 12),
    "decoder_layers": (1, 12),
    "masked_share": (0, 0.9),
}
"""Smallest and largest value of numbers that have others than `MAX_COUNT`, by the name of the setting."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings that every family has; each family derives its own from them.

    Fields may be int, float, bool or tuple of int (widths of layers); see `check_settings`.

    Attributes
    ----------
    latent_dim : int
        Number of dimensions of a code, at least 1.
    """

    latent_dim: int

    def __post_init__(self) -> None:
        if not isinstance(self.latent_dim, int) or self.latent_dim < 1:
            raise ValueError(f"latent_dim is {self.latent_dim!r}; expected a whole number, 1 or more.")


def check_settings(settings: Settings) -> None:
    """Raise `ValueError` unless every setting has its declared type and is within limits."""
    for name, kind in _types_of(type(settings)).items():  # type: ignore[arg-type] # not of its instances
        value = getattr(settings, name)
        if kind is int or kind is bool:
            fits = type(value) is kind and 0 <= value <= MAX_COUNT
        elif kind is float:
            fits = type(value) in (int, float) and math.isfinite(value) and abs(value) <= MAX_COUNT
        else:  # widths of layers
            fits = type(value) is tuple and len(value) <= MAX_LAYERS
            fits = fits and all(type(width) is int and 1 <= width <= MAX_WIDTH for width in value)
        low, high = RANGES.get(name, (-MAX_COUNT, MAX_COUNT))
        if fits and kind in (int, float) and not low <= value <= high:
            raise ValueError(f"setting {name} is {value}; expected {low:,} to {high:,}")
        if not fits:
            raise ValueError(f"setting {name} is {str(value)[:60]}; expected {kind} within reason")


@cache
def _types_of(settings_type: type) -> Mapping[str, Any]:
    """Return the declared type of each setting by name; Python compiles them anew each time."""
    return get_type_hints(settings_type)


SettingsT = TypeVar("SettingsT", bound=Settings)


def read_settings(settings_type: type[SettingsT], config: Mapping[str, Any]) -> SettingsT:
    """Return the settings of a model's config, checked.

    Raises
    ------
    ValueError
        If one is missing, unknown or out of range.
    """
    try:
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in config["settings"].items()
        }
        built = settings_type(**values)
        check_settings(built)
    except (TypeError, KeyError) as error:
        raise ValueError(f"settings are not as expected: {error}") from error
    return built
