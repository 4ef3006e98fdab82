"""Internals of a bundle: scores per dimension, VAE posteriors, class separation, spread of the codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, Bundle
from dashboard.data.images.stand_ins import shown_test_images, stand_in_bundle
from dashboard.data.maps import stratified_rows
from dashboard.server.concurrency import limited
from latentcore.exceptions import UnsupportedOperation
from latentcore.models.capabilities import ACTIVE_VARIANCE, HasPosterior
from latentcore.types import Capability, DoubleArray, FloatArray, LabelArray

__all__ = ["ACTIVE_VARIANCE", "Capability"]

N_POSTERIORS = 500
GRID_END, N_GRID = 4.0, 81


@dataclass(frozen=True)
class BundleScore:
    """A score of a bundle's ``metrics.json``.

    Attributes
    ----------
    values : float64 array (k,)
        One per dimension or class; k is 1 for a single number.
    interval : (float64 array (k,), float64 array (k,)) or None
        Lower and upper ends; None where the score is exact.
    n : int or None
        Sample size, if stated.
    seed : int or None
    protocol : str
    """

    values: DoubleArray
    interval: tuple[DoubleArray, DoubleArray] | None
    n: int | None
    seed: int | None
    protocol: str


@dataclass(frozen=True)
class Posterior:
    """The posteriors q(z|x) of some test images, Gaussians with diagonal covariance.

    Attributes
    ----------
    mean, deviation : float32 arrays (n, latent_dim)
    groups : int64 array (n,)
        Class or cluster of each image.
    made_by : str or None
        Id of the bundle whose decodes stand in for the images; None for originals.
    """

    mean: FloatArray
    deviation: FloatArray
    groups: LabelArray
    made_by: str | None


def score_of(bundle: Bundle, name: str, n_values: int | None = None) -> BundleScore | None:
    """Return a score of a bundle, or None if the bundle has no score of this name and length.

    Parameters
    ----------
    bundle : Bundle
    name : str
        As in ``metrics.json``.
    n_values : int, optional
        Expected number of values, such as one per dimension; a single number by default.
    """
    entry = bundle.metrics.get(name)
    if not isinstance(entry, Mapping) or "value" not in entry:
        return None
    if np.shape(entry["value"]) != (() if n_values is None else (n_values,)):
        return None
    values = np.atleast_1d(np.asarray(entry["value"], np.float64))
    n, interval = entry.get("n"), entry.get("interval")
    return BundleScore(
        values=values,
        interval=(_as_long_as(values, interval[0]), _as_long_as(values, interval[1])) if interval else None,
        n=n if isinstance(n, int) else None,
        seed=entry.get("seed"),
        protocol=str(entry.get("protocol", "")),
    )


def score_table(score: BundleScore, names: list[str]) -> pd.DataFrame:
    """Return ``name, value, low, high`` of a score with one value per name; NaN without an interval."""
    low, high = score.interval or (np.nan, np.nan)
    return pd.DataFrame({"name": names, "value": score.values, "low": low, "high": high})


def dimension_names(latent_dim: int) -> list[str]:
    """Return ``z1, z2, ...``."""
    return [f"z{k + 1}" for k in range(latent_dim)]


def active_dimensions(bundle: Bundle) -> list[bool]:
    """Return per dimension whether it is active, that is its posterior mean varies over images."""
    active: list[bool] = (bundle.codes.var(axis=0) > ACTIVE_VARIANCE).tolist()
    return active


def posterior_of(bundle: Bundle) -> Posterior:
    """Return the posteriors of up to 500 test images, a class-stratified random sample.

    Raises
    ------
    UnsupportedOperation
        If the bundle's model has no posterior.
    """
    return _posterior_of(bundle, stand_in_bundle(bundle.spec.dataset))


@st.cache_resource(max_entries=12, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def _posterior_of(
    bundle: Bundle,
    made_by: str | None,  # noqa: ARG001 - part of the cache key
) -> Posterior:
    model = bundle.model
    if not isinstance(model, HasPosterior):
        raise UnsupportedOperation(f"{bundle.spec.title} has no posterior q(z|x); choose a VAE.")
    rows = stratified_rows(bundle.test_groups, N_POSTERIORS)
    shown = shown_test_images(bundle.spec.dataset, bundle.test.indices[rows])
    mean, deviation = model.posterior(shown.images)
    return Posterior(mean, deviation, bundle.test_groups[rows], shown.made_by)


def aggregate_posterior_density(posterior: Posterior) -> tuple[FloatArray, FloatArray]:
    """Return the marginal density of the aggregate posterior in each dimension, on a grid.

    It is the exact mean of the densities of all q(z|x), not a kernel density estimate.

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
    grid = np.linspace(-GRID_END, GRID_END, N_GRID, dtype=np.float32)
    columns = [
        standard_normal_density((grid[:, None] - mean) / deviation) @ (1 / deviation) / len(mean)
        for mean, deviation in zip(posterior.mean.T, posterior.deviation.T, strict=True)
    ]
    return grid, np.stack(columns, axis=1).astype(np.float32)


def standard_normal_density(values: FloatArray) -> FloatArray:
    """Return the density of N(0, 1) at each value, same shape."""
    density: FloatArray = np.exp(-0.5 * values**2) / np.float32(np.sqrt(2 * np.pi))
    return density


def fisher_ratios(bundle: Bundle) -> FloatArray:
    """Return the between-class over the within-class variance of the train codes, float32 ``(latent_dim,)``.

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
    ratios: FloatArray = (between / np.maximum(within, 1e-12)).astype(np.float32)
    return ratios


def code_deviations(bundle: Bundle) -> FloatArray:
    """Return the standard deviation of each dimension of the test codes, float32 ``(latent_dim,)``."""
    deviations: FloatArray = bundle.codes.std(axis=0)
    return deviations


def has_free_scale(bundle: Bundle) -> bool:
    """Return whether nothing fixes the scale of the codes: neither a prior nor orthonormal components."""
    capabilities = bundle.capabilities
    return Capability.FITTED_DENSITY in capabilities and Capability.PRINCIPAL_COMPONENTS not in capabilities


def _as_long_as(values: DoubleArray, ends: object) -> DoubleArray:
    """Return interval ends as one float64 per value; a single number holds for all."""
    return np.broadcast_to(np.asarray(ends, np.float64), values.shape)
