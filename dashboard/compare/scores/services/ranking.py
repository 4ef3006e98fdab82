"""Rank models by a score with ties where intervals overlap; Pareto front of two scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dashboard.compare.scores.services.scores import Better, Measure, Row, Score


def ranks(measure: Measure, rows: Sequence[Row]) -> dict[str, int]:
    """Return the rank of each model by bundle id: 1 + the number of models that are significantly better.

    A model is significantly better if its interval lies entirely on the better side of the other's. Models
    without the score have no rank, and a measure without a better direction ranks none.
    """
    if measure.better is Better.NEITHER:
        return {}
    losses = {row.id: _loss_bounds(measure, score) for row in rows if (score := row.score(measure))}
    return {
        name: 1 + sum(highest < own_lowest for _, highest in losses.values())
        for name, (own_lowest, _) in losses.items()
    }


def pareto_front(horizontal: Measure, vertical: Measure, rows: Sequence[Row]) -> list[str]:
    """Return the bundle ids on the Pareto front: no other model is significantly better in both measures.

    Parameters
    ----------
    horizontal, vertical : Measure
    rows : sequence of Row
        Models; those that lack one of the scores are never on the front.
    """
    bounds = {}
    for row in rows:
        across, up = row.score(horizontal), row.score(vertical)
        if across is not None and up is not None:  # (2, 2): lowest and highest loss of each measure
            bounds[row.id] = np.array([_loss_bounds(horizontal, across), _loss_bounds(vertical, up)])
    return [
        name
        for name, own in bounds.items()
        if not any((other[:, 1] < own[:, 0]).all() for other in bounds.values())
    ]


def _loss_bounds(measure: Measure, score: Score) -> tuple[float, float]:
    """Return the lowest and the highest loss within a score's interval."""
    low, high = score.bounds
    if measure.better is Better.HALF and low < 0.5 < high:
        return 0.0, max(0.5 - low, high - 0.5)
    losses = _loss(measure, low), _loss(measure, high)
    return min(losses), max(losses)


def _loss(measure: Measure, value: float) -> float:
    """Return a number that is the lower the better the value is."""
    return {
        Better.LOWER: value,
        Better.HIGHER: -value,
        Better.HALF: abs(value - 0.5),
        Better.NEITHER: value,
    }[measure.better]
