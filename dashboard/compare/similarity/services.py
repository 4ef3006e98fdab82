"""How alike the spaces of a dataset's models are, as the study beside the bundles found it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd

from dashboard.data.catalogue import catalogue, family_title
from latentcore.studies import StudyResult

MEASURES = {
    "cka": "Linear CKA",
    "procrustes": "Procrustes R²",
    "mutual_knn": "Mutual 10-NN",
}
"""Titles of the measures by name."""

MEANINGS = {
    "cka": "How far the large axes of two spaces agree, whatever their rotation and scale.",
    "procrustes": "Share of one space's variance that the other explains, once rotated and scaled.",
    "mutual_knn": "Share of its ten nearest neighbours that an image keeps from one space to the other.",
}


@dataclass(frozen=True)
class Anchor:
    """A likeness to read the others by.

    Attributes
    ----------
    title : str
    value : float
    """

    title: str
    value: float


def similarity_table(study: StudyResult, measure: str, names: Sequence[str]) -> pd.DataFrame:
    """Return one line an ordered pair of models: columns ``row, column, value, text``; 1 with itself."""
    likeness = {frozenset(pair["models"]): float(pair[measure]) for pair in study.found["pairs"]}
    known = [name for name in names if name in study.found["models"]]
    specs = catalogue().specs
    titles = {
        name: f"{family_title(spec.family)}, {spec.latent_dim}-D"
        for name in known
        if (spec := specs.get(f"{study.dataset}/{name}")) is not None
    }
    lines: list[dict[str, Any]] = []
    for (one, row), (other, column) in product(titles.items(), repeat=2):
        value = 1.0 if one == other else likeness[frozenset((one, other))]
        lines.append({"row": row, "column": column, "value": value, "text": f"{value:.2f}"})
    return pd.DataFrame(lines, columns=["row", "column", "value", "text"])


def anchors(study: StudyResult, measure: str) -> list[Anchor]:
    """Return chance, and how alike the same recipe is to itself with another seed."""
    null = study.found["null"][measure]
    found = [Anchor("rows permuted (chance)", float(null["mean"]))]
    for twin in study.found["twins"]:
        spec = catalogue().specs.get(f"{study.dataset}/{twin['model']}")
        title = twin["model"] if spec is None else f"{family_title(spec.family)}, {spec.latent_dim}-D"
        title += ": same recipe, other seed"
        found.append(Anchor(title, float(twin[measure])))
    return found
