"""Comparison of recorded scores with a second measurement, with tolerances for different processors.

Processors sum in different orders, so results in single precision differ by about 1e-7 of their size. How
much a score differs depends on its `latentcore.evaluation.suite.ScoreKind`. The tolerances follow from
bundles of all families that were recorded on Intel (AVX-512) and measured again on AMD, with its own kernels
(AVX2) and with those of older processors (SSE), in torch, oneDNN, MKL, OpenBLAS and numpy.

- CONTINUOUS scores differed by at most 7e-6 of their value, most by 1e-7. `RELATIVE_TOLERANCE` is more than a
  hundred times that, and still detects an error of half a percent.
- A PROPORTION counts items, and decisions that depend on the last digits may change. None did among some
  600,000 (neighbours and exact linear probes of all bundles, overlaps and shares of a few): with 95%
  confidence fewer than 5e-6 of all do, and more than `MAX_CHANGED_ITEMS` of 10,000 with a probability below
  2e-5.
- TRAINED scores amplify rounding. After a change of 1e-7 in its images, a network trained for 468 steps ends
  with other weights, in double precision too: the standard deviation of its accuracy over six such trainings
  was 0.5 to 1.1 times that of sampling other test images. The tolerance is the width of the interval, 3.9
  times that. Forests differed by at most 4e-4; their tolerance is the range over their three seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from latentcore.evaluation.suite import ScoreKind, kind_of

RELATIVE_TOLERANCE = 1e-3
MAX_CHANGED_ITEMS = 2
"""Items of a proportion whose decision may change, whatever their number."""
FLOAT32_SLACK = 1e-7
"""Added to every tolerance, because recorded proportions are float32 values."""


def tolerance(kind: ScoreKind, score: Mapping[str, Any]) -> float:
    """Return the largest accepted difference between a recorded score and a second measurement.

    Parameters
    ----------
    kind : ScoreKind
    score : mapping
        ``value``, ``n`` of a proportion, ``interval`` of a trained score.
    """
    relative = RELATIVE_TOLERANCE * float(np.abs(score["value"]).max(initial=0.0))
    if kind is ScoreKind.PROPORTION:
        return MAX_CHANGED_ITEMS / max(int(score["n"]), 1)
    if kind is ScoreKind.TRAINED and score["interval"] is not None:
        return max(relative, float(np.ptp(score["interval"])))
    return relative


def tolerance_note(kind: ScoreKind, score: Mapping[str, Any]) -> str:
    """Return the tolerance of a recorded score in one sentence."""
    if kind is ScoreKind.PROPORTION:
        return f"Measured elsewhere, it may differ by {MAX_CHANGED_ITEMS} of {score['n']:,} items."
    if kind is ScoreKind.TRAINED:
        return "Measured elsewhere, it may differ by the width of its interval: training amplifies rounding."
    return f"Measured elsewhere, it may differ by {RELATIVE_TOLERANCE:.1%}."


def compare_scores(
    recorded: Mapping[str, Any], fresh: Mapping[str, Any], image_shape: tuple[int, ...]
) -> list[str]:
    """Return one sentence for each score that is missing or differs by more than its tolerance.

    Parameters
    ----------
    recorded, fresh : mapping
        Scores by name, as JSON values.
    image_shape : tuple of int
        ``(channels, height, width)`` of the dataset; see `latentcore.evaluation.suite.kind_of`.
    """
    differences = [
        f"{name} is recorded, but was not measured." for name in sorted(set(recorded) - set(fresh))
    ]
    for name, score in fresh.items():
        if name not in recorded:
            differences.append(f"{name} was measured, but is not recorded.")
            continue
        kind, former = kind_of(name, image_shape), recorded[name]
        was, now = (np.atleast_1d(np.asarray(one["value"], np.float64)) for one in (former, score))
        if was.shape != now.shape or np.abs(was - now).max() > tolerance(kind, former) + FLOAT32_SLACK:
            differences.append(
                f"{name} is recorded as {former['value']}, measured {score['value']}. "
                f"{tolerance_note(kind, former)}"
            )
    return differences
