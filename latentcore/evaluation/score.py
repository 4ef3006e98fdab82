"""One number and what one has to know to trust it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from latentcore.metrics.reconstruction import bootstrap_interval, psnr
from latentcore.types import FloatArray, LabelArray

SEED = 0

Values: TypeAlias = float | list[float]


@dataclass(frozen=True, kw_only=True)
class Score:
    """A measured value.

    Attributes
    ----------
    value : float or list of float
        A list has one entry a dimension or class.
    n : int
        How many images or samples it rests on.
    seed : int or None
        Seed of sampling or resampling, None where nothing is random.
    interval : (float or list, float or list) or None
        Lower and upper end; the protocol says of what. None for what is computed exactly.
    protocol : str
        How it was measured.
    """

    value: Values
    n: int
    seed: int | None
    interval: tuple[Values, Values] | None
    protocol: str

    def plain(self) -> dict[str, Any]:
        """Return the fields as plain JSON values."""
        interval = None if self.interval is None else list(self.interval)
        return {**vars(self), "interval": interval}


def plain_values(values: FloatArray) -> Values:
    """Return an array ``()`` or ``(k,)`` as a float or a list of floats."""
    plain: Values = np.asarray(values, np.float64).tolist()
    return plain


def mean_score(values: FloatArray, protocol: str) -> Score:
    """Return the mean of one value, or one row of values, an image, with its bootstrap interval."""
    low, high = bootstrap_interval(values, seed=SEED)
    return Score(
        value=plain_values(values.mean(axis=0, dtype=np.float64)),
        n=len(values),
        seed=SEED,
        interval=(plain_values(low), plain_values(high)),
        protocol=protocol + " Mean over images; 95% bootstrap interval over images, 1,000 resamples.",
    )


def repeated_score(values: FloatArray, *, n: int, protocol: str) -> Score:
    """Return the mean over repetitions with other seeds, one row each, and their lowest and highest."""
    return Score(
        value=plain_values(values.mean(axis=0, dtype=np.float64)),
        n=n,
        seed=SEED,
        interval=(plain_values(values.min(axis=0)), plain_values(values.max(axis=0))),
        protocol=f"{protocol} Mean over {len(values)} seeds from {SEED} on; the interval is their range.",
    )


def psnr_score(errors: FloatArray, what: str) -> Score:
    """Return the PSNR of the mean of squared errors ``(n,)``; `what` begins the protocol."""
    low, high = bootstrap_interval(errors, seed=SEED)
    return Score(
        value=psnr(float(errors.mean(dtype=np.float64))),
        n=len(errors),
        seed=SEED,
        interval=(psnr(float(high)), psnr(float(low))),
        protocol=f"{what} -10 log10 of the mean squared error over all images, decibels; 95% bootstrap "
        "interval over images, 1,000 resamples.",
    )


def resampled_score(
    statistic: Callable[[LabelArray], float], *, n: int, n_resamples: int, protocol: str, of: str
) -> Score:
    """Return a statistic of rows with its bootstrap interval.

    Parameters
    ----------
    statistic : callable
        Row numbers, int64 ``(n,)``, to the value.
    n : int
        How many rows there are.
    n_resamples : int
    protocol : str
        How the statistic is measured; the interval's own words are added.
    of : str
        What a row is, in the plural.
    """
    generator = np.random.default_rng(SEED)
    resampled = [statistic(generator.integers(0, n, n)) for _ in range(n_resamples)]
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Score(
        value=float(statistic(np.arange(n))),
        n=n,
        seed=SEED,
        interval=(float(low), float(high)),
        protocol=f"{protocol} 95% bootstrap interval over {of}, {n_resamples} resamples.",
    )


def exact_score(values: FloatArray, *, n: int, protocol: str) -> Score:
    """Return a value that nothing random enters."""
    return Score(value=plain_values(values), n=n, seed=None, interval=None, protocol=protocol)
