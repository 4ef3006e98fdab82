"""From noise to image: decodes at each step of a flow's solver, and what fewer steps cost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, Bundle, catalogue
from dashboard.data.study_results import StudyResult
from dashboard.server.concurrency import limited
from latentcore.exceptions import UnsupportedOperation
from latentcore.metrics.reconstruction import image_mse
from latentcore.models.capabilities import HasFlow
from latentcore.store.names import default_name
from latentcore.types import FloatArray

MAX_STEPS = 20
EXACT_STEPS, N_COMPARED = 100, 100
"""Solver steps that count as exact, and samples that fewer steps are compared on."""
MAX_COLUMNS = 11


@dataclass(frozen=True)
class NoiseToImage:
    """Samples of a flow on their way from noise to image.

    Attributes
    ----------
    images : float32 array (n_rows, n_columns, channels, height, width)
        One row per sample; noise first, the decoded sample last.
    steps : tuple of int
        Solver steps done, per column.
    difference : float
        Mean squared difference of `N_COMPARED` samples to those of `EXACT_STEPS` steps.
    """

    images: FloatArray
    steps: tuple[int, ...]
    difference: float


@dataclass(frozen=True)
class AgainstAutoencoder:
    """FD% of a flow's samples and of those of an autoencoder of the same dataset and dimension."""

    title: str
    flow: float
    autoencoder: float


def against_autoencoder(bundle: Bundle) -> AgainstAutoencoder | None:
    """Return by how much a flow changes FD%; None where the autoencoder or a score is missing."""
    spec = bundle.spec
    other = catalogue().specs.get(f"{spec.dataset}/{default_name('ae', spec.latent_dim)}")
    if other is None:
        return None
    own, plain = (metrics.get("fd_percent", {}).get("value") for metrics in (spec.metrics, other.metrics))
    if own is None or plain is None:
        return None
    return AgainstAutoencoder(other.title, float(own), float(plain))


def has_flow(bundle: Bundle) -> bool:
    """Return whether samples of the bundle's model come from a flow."""
    return isinstance(bundle.model, HasFlow)


def usual_steps(bundle: Bundle) -> int:
    """Return the number of solver steps that the bundle's model decodes with."""
    return _flow(bundle).solver_steps


def quality_by_steps(study: StudyResult, bundles: Sequence[Bundle]) -> pd.DataFrame:
    """Return FD% of flows' samples by number of solver steps, as the study measured it.

    Parameters
    ----------
    study : StudyResult
        Of `latentcore.studies.solver_steps`.
    bundles : sequence of Bundle

    Returns
    -------
    DataFrame
        One row per bundle and number of steps: ``series`` (the bundle's title), ``x`` (steps), ``mean``,
        ``low``, ``high``; without rows if the dataset has no feature network or no bundle was measured.
    """
    titles = {bundle.spec.name: bundle.spec.title for bundle in bundles}
    rows = [
        {
            "series": titles[curve["model"]],
            "x": point["steps"],
            **{name: point["fd_percent"][name] for name in ("mean", "low", "high")},
        }
        for curve in study.found["curves"]
        for point in curve["points"]
        if curve["model"] in titles and point["fd_percent"] is not None
    ]
    return pd.DataFrame(rows, columns=["series", "x", "mean", "low", "high"])


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def noise_to_image(bundle: Bundle, n_rows: int, seed: int, n_steps: int) -> NoiseToImage:
    """Sample a flow with a number of solver steps, and decode on the way.

    Parameters
    ----------
    bundle : Bundle
    n_rows : int
        Samples; the first ones that the page shows with this seed.
    seed : int
    n_steps : int
        From 1 to `MAX_STEPS`.

    Raises
    ------
    UnsupportedOperation
        If the model has no flow.
    """
    model = _flow(bundle)
    path = model.decode_path(model.sample_codes(n_rows, seed=seed), n_steps)
    steps = np.unique(np.linspace(0, n_steps, min(n_steps + 1, MAX_COLUMNS)).round().astype(int))
    compared = model.sample_codes(N_COMPARED, seed=seed)
    exact, found = (model.decode_in_steps(compared, n) for n in (EXACT_STEPS, n_steps))
    return NoiseToImage(
        images=path[steps].swapaxes(0, 1),
        steps=tuple(steps.tolist()),
        difference=float(image_mse(exact, found).mean(dtype=np.float64)),
    )


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def milliseconds(bundle: Bundle, n_steps: int) -> float:
    """Return the time that decoding `N_COMPARED` samples takes on this machine, the shortest of three."""
    model = _flow(bundle)
    codes = model.sample_codes(N_COMPARED, seed=0)
    times = []
    for _ in range(3):
        started = time.perf_counter()
        model.decode_in_steps(codes, n_steps)
        times.append(time.perf_counter() - started)
    return 1000 * min(times)


def _flow(bundle: Bundle) -> HasFlow:
    model = bundle.model
    if not isinstance(model, HasFlow):
        raise UnsupportedOperation(f"{bundle.spec.title} has no flow; choose a latent flow.")
    return model
