"""Scores of all models of a dataset by family and latent dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.compare.scores.services.scores import SUITE, Measure, Row, score_rows
from dashboard.data.catalogue import BundleSpec, catalogue, family_title

FEWEST_DIMENSIONS = 2
"""Of a family, for a line."""


@dataclass(frozen=True)
class GridPoint:
    """A score of one model.

    Attributes
    ----------
    family : str
        Display name.
    dimensions : int
    value, low, high : float
        The score and its interval.
    on_line : bool
        Whether the family's line goes through it: of several models of one dimension, the one that has no
        name of its own, or else the first.
    """

    family: str
    dimensions: int
    value: float
    low: float
    high: float
    on_line: bool


def grid_points(dataset: str) -> dict[str, list[GridPoint]]:
    """Return the scores of all models of a dataset, by name of the measure.

    Of each measure, these are the models whose family has it in at least two dimensions; measures without
    any are left out.
    """
    specs = [spec for spec in catalogue().specs.values() if spec.dataset == dataset]
    specs.sort(key=lambda spec: (spec.family, spec.latent_dim, spec.has_own_name, spec.name))
    rows = score_rows([spec.id for spec in specs])
    found = {measure.name: _points(measure, specs, rows) for measure in SUITE}
    return {name: points for name, points in found.items() if points}


def _points(measure: Measure, specs: Sequence[BundleSpec], rows: Sequence[Row]) -> list[GridPoint]:
    points: list[GridPoint] = []
    dimensions: dict[str, set[int]] = {}
    for spec, row in zip(specs, rows, strict=True):
        score = row.score(measure)
        if score is not None:
            family, (low, high) = family_title(spec.family), score.bounds
            seen = dimensions.setdefault(family, set())
            on_line = spec.latent_dim not in seen
            points.append(GridPoint(family, spec.latent_dim, score.value, low, high, on_line=on_line))
            seen.add(spec.latent_dim)
    return [point for point in points if len(dimensions[point.family]) >= FEWEST_DIMENSIONS]
