"""Whether one of two measurements over the same seeds is clearly better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from latentcore.studies.resampling import mean_over_seeds


@dataclass(frozen=True)
class Difference:
    """A mean difference over seeds, with its 95% interval; without one where there is one seed.

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
        """1 if it is clearly above zero, -1 if clearly below, else 0."""
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


def difference(point: Mapping[str, Any], other: Mapping[str, Any]) -> Difference:
    """Return how far one point lies above another, seed by seed: both drew the same images."""
    found = mean_over_seeds(np.subtract(point["by_seed"], other["by_seed"]).tolist())
    return Difference(found["mean"], found["low"], found["high"])
