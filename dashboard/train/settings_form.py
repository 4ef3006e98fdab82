"""The part of the form with the settings of one family or two: size, the main setting, and all others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.data.catalogue import family_title
from dashboard.train.services.choices import suggested_name
from dashboard.train.services.family_settings import (
    EPOCHS,
    FIRST,
    SIZES,
    USUAL_SIZE,
    Field,
    has_size,
    setting_fields,
)

SIZE_HELP = (
    "Widths of all layers: small is half, large one and a half times the recipe's. A larger network takes "
    "longer and makes a larger file: the shipped models keep to 2.5 MB, yours need not."
)


def main_settings(dataset: str, families: Sequence[str], latent_dim: int) -> tuple[str, dict[str, Any]]:
    """Draw the size of the network and the main setting of each family.

    Parameters
    ----------
    dataset : str
    families : sequence of str
    latent_dim : int

    Returns
    -------
    (str, dict)
        The size, and the values of main settings by family, as ``{family: {name: value}}``.
    """
    main = {family: FIRST[family] for family in families if family in FIRST}
    size = USUAL_SIZE
    sized = any(has_size(family) for family in families)
    row = iter(st.columns([1.7] * sized + [1] * len(main), gap="medium") if sized or main else ())
    if sized:
        size = next(row).segmented_control(
            "Size of the network",
            list(SIZES),
            default=USUAL_SIZE,
            required=True,
            key="train_size",
            help=SIZE_HELP,
        )
    values: dict[str, Any] = {}
    for family, name in main.items():
        field = next(one for one in setting_fields(dataset, family, latent_dim, size) if one.name == name)
        with next(row):
            label = f"{family_title(family)}: {field.name}" if len(main) > 1 else field.label
            values[family] = {name: _field(field, label, f"{dataset}_{family}_{latent_dim}")}
    return size, values


def other_settings(dataset: str, family: str, latent_dim: int, size: str, *, timed: bool) -> dict[str, Any]:
    """Draw every other setting of a family; return their values by name.

    Parameters
    ----------
    dataset, family : str
    latent_dim : int
    size : str
        Of the network.
    timed : bool
        Whether the number of epochs follows from a time.
    """
    hidden = (FIRST.get(family), *(EPOCHS if timed else ()))
    fields = [one for one in setting_fields(dataset, family, latent_dim, size) if one.name not in hidden]
    values = {}
    for first in range(0, len(fields), 2):  # a row per pair, so that a narrow page keeps their order
        for field, column in zip(fields[first : first + 2], st.columns(2, gap="medium"), strict=False):
            with column:
                values[field.name] = _field(field, field.label, f"{dataset}_{family}_{latent_dim}_{size}")
    if timed and any(one.name in EPOCHS for one in setting_fields(dataset, family, latent_dim, size)):
        st.caption("The number of epochs follows from the time that you chose.")
    return values


def name_input(dataset: str, family: str, latent_dim: int) -> str:
    """Draw the name of the model to be trained; return it."""
    suggested = suggested_name(dataset, family, latent_dim)
    return st.text_input(
        "Name of the model",
        suggested,
        max_chars=64,
        key=f"train_name_{dataset}_{suggested}",
        help="Small letters, digits and . _ -; addresses and files use it.",
    )


def _field(field: Field, label: str, place: str) -> Any:  # noqa: ANN401 - of the kind of the setting
    """Draw a setting; return its value. Its range is checked with all others."""
    shown: dict[str, Any] = {"help": field.help or None, "key": f"train_set_{place}_{field.name}"}
    if field.kind is bool:
        return st.checkbox(label, bool(field.value), **shown)
    if field.kind is str:
        return st.text_input(label, str(field.value), max_chars=80, placeholder="none", **shown)
    if field.kind is int:
        return st.number_input(label, value=int(field.value), step=1, **shown)
    return st.number_input(
        label, value=float(field.value), step=_step(float(field.value)), format="%g", **shown
    )


def _step(value: float) -> float:
    """Return a step of about a tenth of a value, such as 0.0001 for 0.002; 0.1 for 0."""
    return float(f"1e{int(f'{value:e}'.partition('e')[2]) - 1}") if value else 0.1
