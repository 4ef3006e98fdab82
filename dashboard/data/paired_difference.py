"""Paired difference of two measurements over the same seeds, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.data.study_results import LearningPoint
from latentcore.studies.resampling import mean_over_seeds


@dataclass(frozen=True)
class Difference:
    """Mean paired difference over seeds with its 95% interval; no interval with a single seed.

    Attributes
    ----------
    mean : float
    low, high : float or None
    """

    mean: float
    low: float | None
    high: float | None

    @property
    def sign(self) -> int:
        """1 if the interval lies above zero, -1 if below, else 0."""
        if self.low is None or self.high is None:
            return 0
        return int(self.low > 0) - int(self.high < 0)

    @property
    def text(self) -> str:
        """The difference in percentage points, with its interval."""
        points = f"{100 * self.mean:+.1f}"
        if self.low is None or self.high is None:
            return points
        return f"{points} [{100 * self.low:+.1f}, {100 * self.high:+.1f}]"


def difference(point: LearningPoint, other: LearningPoint) -> Difference:
    """Return how far one point lies above another, paired by seed: both used the same labelled images."""
    found = mean_over_seeds(np.subtract(point.by_seed, other.by_seed).tolist())
    return Difference(found["mean"], found["low"], found["high"])
