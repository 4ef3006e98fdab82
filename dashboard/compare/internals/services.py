"""What the bundle of each family tells of its inside: scores by dimension, posteriors, spread, separation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, Bundle
from dashboard.data.images.stand_ins import maker_of, shown_test_images
from dashboard.data.maps import stratified_rows
from dashboard.server.concurrency import dear
from latentcore.models.vae import ACTIVE_VARIANCE, VAEModel
from latentcore.types import FloatArray, LabelArray

__all__ = ["ACTIVE_VARIANCE", "Posterior"]

N_POSTERIORS = 500
REACH, N_GRID = 4.0, 81


@dataclass(frozen=True)
class Posterior:
    """The posteriors q(z|x) of some test images.

    Attributes
    ----------
    mean, deviation : float32 arrays (n, latent_dim)
    labels : int64 array (n,)
    made_by : str or None
        Id of the bundle whose decodes stood in for the images; None for originals.
    """

    mean: FloatArray
    deviation: FloatArray
    labels: LabelArray
    made_by: str | None


def score_of(bundle: Bundle, name: str, n_values: int | None = None) -> Mapping[str, Any] | None:
    """Return a score with its protocol, or None where the bundle holds none of this name.

    Parameters
    ----------
    bundle : Bundle
    name : str
    n_values : int, optional
        How many values it must have, such as one a dimension; a single number by default.
    """
    score = bundle.metrics.get(name)
    if not isinstance(score, Mapping) or "value" not in score:
        return None
    expected = () if n_values is None else (n_values,)
    return score if np.shape(score["value"]) == expected else None


def score_table(score: Mapping[str, Any], names: list[str]) -> pd.DataFrame:
    """Return ``name, value, low, high`` of a score with one value a name; no interval gives NaN."""
    interval = score.get("interval") or (np.nan, np.nan)
    low, high = (np.broadcast_to(np.asarray(end, np.float64), len(names)) for end in interval)
    return pd.DataFrame({"name": names, "value": np.atleast_1d(score["value"]), "low": low, "high": high})


def dimension_names(latent_dim: int) -> list[str]:
    """Return ``z1, z2, ...``."""
    return [f"z{k + 1}" for k in range(latent_dim)]


def active_dimensions(bundle: Bundle) -> list[bool]:
    """Return for each dimension of a VAE whether its posterior mean varies over test images."""
    active: list[bool] = (bundle.codes.var(axis=0) > ACTIVE_VARIANCE).tolist()
    return active


def posterior_of(bundle: Bundle) -> Posterior:
    """Return the posteriors of up to 500 random test images of a VAE, every class with its share."""
    return _posterior_of(bundle, maker_of(bundle.spec.dataset))


@st.cache_resource(max_entries=12, show_spinner=False, hash_funcs=BY_CONTENT)
@dear
def _posterior_of(
    bundle: Bundle,
    made_by: str | None,  # noqa: ARG001 - the key
) -> Posterior:
    assert isinstance(bundle.model, VAEModel)  # noqa: S101 - the caller looked at the family
    rows = stratified_rows(bundle.labels, N_POSTERIORS)
    shown = shown_test_images(bundle.spec.dataset, bundle.test.indices[rows])
    mean, deviation = bundle.model.posterior(shown.images)
    return Posterior(mean, deviation, bundle.labels[rows], shown.made_by)


def aggregate_density(posterior: Posterior) -> tuple[FloatArray, FloatArray]:
    """Return the density of the aggregate posterior in each dimension, and where.

    It is the mean of the densities of all q(z|x), exactly, without a kernel.

    Returns
    -------
    grid : float32 array (81,)
        From -4 to 4.
    density : float32 array (81, latent_dim)

    References
    ----------
    M. D. Hoffman and M. J. Johnson, "ELBO surgery: yet another way to carve up the variational
    evidence lower bound", 2016.
    """
    grid = np.linspace(-REACH, REACH, N_GRID, dtype=np.float32)
    columns = [
        normal_density((grid[:, None] - mean) / deviation) @ (1 / deviation) / len(mean)
        for mean, deviation in zip(posterior.mean.T, posterior.deviation.T, strict=True)
    ]
    return grid, np.stack(columns, axis=1).astype(np.float32)


def normal_density(values: FloatArray) -> FloatArray:
    """Return the density of N(0, 1), same shape."""
    density: FloatArray = np.exp(-0.5 * values**2) / np.float32(np.sqrt(2 * np.pi))
    return density


def class_separation(bundle: Bundle) -> FloatArray:
    """Return the variance of train codes between classes over that within, float32 ``(latent_dim,)``.

    References
    ----------
    R. A. Fisher, "The use of multiple measurements in taxonomic problems", 1936.
    """
    codes, labels = bundle.train.codes.astype(np.float64), bundle.train.labels
    shares = np.bincount(labels, minlength=len(bundle.classes)) / len(labels)
    present = np.flatnonzero(shares)
    means = np.stack([codes[labels == label].mean(axis=0) for label in present])
    between = shares[present] @ (means - codes.mean(axis=0)) ** 2
    within = codes.var(axis=0) - between
    ratio: FloatArray = (between / np.maximum(within, 1e-12)).astype(np.float32)
    return ratio


def code_spread(bundle: Bundle) -> FloatArray:
    """Return the standard deviation of each dimension of the test codes, float32 ``(latent_dim,)``."""
    spread: FloatArray = bundle.codes.std(axis=0)
    return spread
