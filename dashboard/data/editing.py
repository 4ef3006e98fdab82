"""Editing a code: dimensions by importance, traversals, and semantic directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, Bundle
from dashboard.data.ownership import dataset_spec, find_dataset
from dashboard.server.concurrency import limited
from latentcore.directions import Direction, class_direction, factor_direction, principal_directions
from latentcore.types import Capability, FloatArray

__all__ = ["Dimension", "Direction"]

INACTIVE_KL = 0.01
INACTIVE_SHARE = 1e-3
N_PRINCIPAL = 6


@dataclass(frozen=True)
class Dimension:
    """One dimension of a code.

    Attributes
    ----------
    number : int
        Counted from 0.
    weight : float
        Importance; dimensions are ordered by it.
    measure : str
        Name and unit of `weight`.
    mean, deviation : float
        Of the train codes.
    active : bool
        False for a dimension that the model does not use (posterior collapse, or no variance).
    """

    number: int
    weight: float
    measure: str
    mean: float
    deviation: float
    active: bool


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=BY_CONTENT)
def dimensions_of(bundle: Bundle) -> list[Dimension]:
    """Return the dimensions of a model's codes, the most important first.

    Dimensions of a model with a posterior are ordered by its KL divergence from the prior, 0 where unused;
    those of other models by the variance of the train codes.
    """
    codes = bundle.train.codes
    deviations = codes.std(axis=0)
    has_posterior = Capability.POSTERIOR in bundle.capabilities
    kl = bundle.metrics.get("kl", {}).get("value") if has_posterior else None
    if kl is not None:
        weights, measure = np.asarray(kl), "nats of KL"
        active = weights > INACTIVE_KL
    else:
        weights, measure = deviations**2, "variance"
        active = weights > INACTIVE_SHARE * weights.max()
    return [
        Dimension(
            int(k),
            float(weights[k]),
            measure,
            float(codes[:, k].mean()),
            float(deviations[k]),
            bool(active[k]),
        )
        for k in np.argsort(-weights)
    ]


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def traversal(bundle: Bundle, code: FloatArray, dimensions: list[Dimension], steps: FloatArray) -> FloatArray:
    """Return decodes ``(len(dimensions) * len(steps), c, h, w)``, row by row.

    Each row sets one dimension to its mean plus `steps` standard deviations of the train codes and leaves
    the other dimensions of `code` unchanged.
    """
    codes = np.tile(code, (len(dimensions) * len(steps), 1))
    for row, dimension in enumerate(dimensions):
        part = slice(row * len(steps), (row + 1) * len(steps))
        codes[part, dimension.number] = dimension.mean + steps * dimension.deviation
    images: FloatArray = bundle.model.decode(codes.astype(np.float32))
    return images


def decode_one(bundle: Bundle, code: FloatArray) -> FloatArray:
    """Return the decode ``(c, h, w)`` of one code."""
    image: FloatArray = bundle.model.decode(code[None])[0]
    return image


def along(bundle: Bundle, code: FloatArray, direction: Direction, steps: FloatArray) -> FloatArray:
    """Return decodes of ``code + step * direction`` for each step, float32 ``(n, c, h, w)``."""
    codes = (code + steps[:, None] * direction.vector).astype(np.float32)
    images: FloatArray = bundle.model.decode(codes)
    return images


@st.cache_data(max_entries=128, show_spinner=False, hash_funcs=BY_CONTENT)
def between_classes(bundle: Bundle, source: int, target: int) -> Direction:
    """Return the direction between the mean train codes of two classes."""
    name = f"{bundle.classes[source]} to {bundle.classes[target]}"
    return class_direction(bundle.train.codes, bundle.train.labels, source, target, name=name)


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=BY_CONTENT)
def principal(bundle: Bundle) -> list[Direction]:
    """Return the first principal directions of a model's train codes."""
    return principal_directions(bundle.train.codes, N_PRINCIPAL)


def factor_names(dataset: str) -> tuple[str, ...]:
    """Return the continuous factors that a dataset was drawn from."""
    spec = find_dataset(dataset)
    return () if spec is None else spec.factor_names


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_CONTENT)
def of_factor(bundle: Bundle, name: str) -> Direction:
    """Return the direction along which a known factor grows, from the train codes."""
    spec = dataset_spec(bundle.spec.dataset)
    assert spec.read_factors is not None  # noqa: S101 - its factors were named
    column = spec.read_factors("train")[bundle.train.indices, spec.factor_names.index(name)]
    return factor_direction(bundle.train.codes, column, name=name)
