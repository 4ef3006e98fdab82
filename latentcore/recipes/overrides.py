"""Settings that replace those of a recipe: as text ``name=value``, and widths of layers that are scaled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, get_type_hints

from latentcore.models import model_family
from latentcore.models.settings import Settings

TRUE, FALSE = "true", "false"


def read_overrides(family: str, texts: Iterable[str]) -> dict[str, Any]:
    """Return settings by name from texts such as ``beta=4`` and ``hidden=128,64``; see `overrides_text`.

    Raises
    ------
    UnknownNameError
        If there is no such family.
    ValueError
        If a text is not of this form, the family has no such setting, or a value is of another type.
    """
    kinds = setting_types(family)
    found: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise ValueError(f"{text[:60]!r} is no setting; write name=value, such as n_epochs=20.")
        if name not in kinds:
            known = ", ".join(kinds)
            raise ValueError(f"{family} has no setting {name[:40]!r}. There is: {known or 'none'}.")
        found[name] = _read_value(name, value, kinds[name])
    return found


def setting_types(family: str) -> dict[str, Any]:
    """Return the type of each setting of a family except its latent dimension, by name."""
    hints = get_type_hints(model_family(family).settings_type)
    return {name: kind for name, kind in hints.items() if name != "latent_dim"}


def _read_value(name: str, text: str, kind: Any) -> object:  # noqa: ANN401 - a type or a generic alias
    try:
        if kind is bool:
            return {TRUE: True, FALSE: False}[text.casefold()]
        if kind in (int, float):
            return kind(text)
        return tuple(int(width) for width in text.split(",") if width.strip())
    except (ValueError, KeyError):
        words = {bool: f"{TRUE} or {FALSE}", int: "a whole number", float: "a number"}
        expected = words.get(kind, "widths of layers such as 128,64")
        raise ValueError(f"setting {name} is {text[:40]!r}; expected {expected}.") from None


def overrides_text(overrides: Mapping[str, Any]) -> list[str]:
    """Return settings as texts ``name=value``, from which `read_overrides` makes exactly the same."""
    return [f"{name}={value_text(value)}" for name, value in overrides.items()]


def value_text(value: object) -> str:
    """Return the value of a setting as text."""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def scaled_widths(settings: Settings, factor: float) -> dict[str, tuple[int, ...]]:
    """Return the widths of all layers times a factor, by the name of the setting; at least 1 each."""
    return {
        name: tuple(max(1, round(width * factor)) for width in value)
        for name, value in asdict(settings).items()
        if isinstance(value, tuple)
    }
