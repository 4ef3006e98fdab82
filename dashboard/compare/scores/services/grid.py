"""Scores of all models of a dataset by family and latent dimension."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.compare.scores.services.scores import SUITE, score_rows
from dashboard.data.catalogue import catalogue, family_title

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


def grid_points(dataset: str, measure: str) -> list[GridPoint]:
    """Return a score of all models of a dataset whose family has it in at least two dimensions.

    Parameters
    ----------
    dataset, measure : str
    """
    specs = [spec for spec in catalogue().specs.values() if spec.dataset == dataset]
    specs.sort(key=lambda spec: (spec.family, spec.latent_dim, spec.has_own_name, spec.name))
    rows = {row.id: row for row in score_rows([spec.id for spec in specs])}
    wanted = next(one for one in SUITE if one.name == measure)
    points, seen = [], set[tuple[str, int]]()
    for spec in specs:
        score = rows[spec.id].score(wanted)
        if score is not None:
            low, high = score.bounds
            key = (spec.family, spec.latent_dim)
            points.append(
                GridPoint(
                    family_title(spec.family),
                    spec.latent_dim,
                    score.value,
                    low,
                    high,
                    on_line=key not in seen,
                )
            )
            seen.add(key)
    dimensions: dict[str, set[int]] = {}
    for point in points:
        dimensions.setdefault(point.family, set()).add(point.dimensions)
    return [point for point in points if len(dimensions[point.family]) >= FEWEST_DIMENSIONS]
