"""A score with its n, seed, interval and protocol."""

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
        A list has one entry per dimension or class.
    n : int
        Number of images or samples.
    seed : int or None
        Seed of sampling or resampling; None if nothing is random.
    interval : (float or list, float or list) or None
        Lower and upper end, as the protocol describes; None for exact values.
    protocol : str
        How it was measured.
    """

    value: Values
    n: int
    seed: int | None
    interval: tuple[Values, Values] | None
    protocol: str

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        interval = None if self.interval is None else list(self.interval)
        return {**vars(self), "interval": interval}


def to_python(values: FloatArray) -> Values:
    """Return an array ``()`` or ``(k,)`` as a float or a list of floats."""
    to_json: Values = np.asarray(values, np.float64).tolist()
    return to_json


def mean_score(values: FloatArray, protocol: str, *, of: str = "images") -> Score:
    """Return the mean over images of values ``(n,)`` or ``(n, k)``, with its bootstrap interval.

    `of` is what the values belong to, in the plural. Where all values are 0 or all are 1, no resample differs
    from another, and the interval is Wilson's.
    """
    interval = f"95% bootstrap interval over {of}, 1,000 resamples"
    low, high = bootstrap_interval(values, seed=SEED)
    if values.ndim == 1 and values[0] in (0, 1) and (values == values[0]).all():
        share = values[:1].astype(np.float32)
        (low,), (high,) = wilson_interval(share, len(values))
        low, high = min(low, share[0]), max(high, share[0])  # rounding would leave the share outside
        interval = f"95% Wilson interval, all {of} being alike"
    return Score(
        value=to_python(values.mean(axis=0, dtype=np.float64)),
        n=len(values),
        seed=SEED,
        interval=(to_python(low), to_python(high)),
        protocol=f"{protocol} Mean over {of}; {interval}.",
    )


def score_over_seeds(values: FloatArray, *, n: int, protocol: str) -> Score:
    """Return the mean over seeds, with their range as interval.

    Parameters
    ----------
    values : float32 array, shape (n_seeds,) or (n_seeds, k)
        One row per seed.
    n : int
        Number of images or samples behind each value.
    protocol : str
        How a value is measured; a description of the interval is added.
    """
    return Score(
        value=to_python(values.mean(axis=0, dtype=np.float64)),
        n=n,
        seed=SEED,
        interval=(to_python(values.min(axis=0)), to_python(values.max(axis=0))),
        protocol=f"{protocol} Mean over {len(values)} seeds from {SEED} on; the interval is their range.",
    )


def wilson_interval(shares: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the 95% Wilson interval of binomial proportions."""
    z = 1.959964
    centre = (shares + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(shares * (1 - shares) / n + z**2 / (4 * n**2))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def psnr_score(errors: FloatArray, what: str) -> Score:
    """Return the PSNR of the mean of squared errors per image ``(n,)``; the protocol begins with `what`."""
    low, high = bootstrap_interval(errors, seed=SEED)
    return Score(
        value=psnr(float(errors.mean(dtype=np.float64))),
        n=len(errors),
        seed=SEED,
        interval=(psnr(float(high)), psnr(float(low))),
        protocol=f"{what} -10 log10 of the mean squared error over all images, decibels; 95% bootstrap "
        "interval over images, 1,000 resamples.",
    )


def bootstrap_score(
    statistic: Callable[[LabelArray], float], *, n: int, n_resamples: int, protocol: str, of: str
) -> Score:
    """Return a statistic of rows with its bootstrap interval.

    Parameters
    ----------
    statistic : callable
        Row indices, int64 ``(n,)``, to the value.
    n : int
        Number of rows.
    n_resamples : int
    protocol : str
        How the statistic is measured; a description of the interval is added.
    of : str
        What the rows are, in the plural.
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
    """Return a value without randomness, hence without seed and interval.

    Parameters
    ----------
    values : float32 array, shape () or (k,)
    n : int
        Number of images behind the value.
    protocol : str
        How it is measured.
    """
    return Score(value=to_python(values), n=n, seed=None, interval=None, protocol=protocol)
