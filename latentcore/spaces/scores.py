"""Scores of a space without a model: how well its plane keeps neighbours, and the structure of its codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from latentcore.evaluation.score import Score, bootstrap_score, mean_score
from latentcore.large_arrays import take_rows
from latentcore.metrics.classification import majority_correct, probe_correct
from latentcore.metrics.neighbour_lists import NeighbourLists
from latentcore.metrics.neighbourhoods import (
    MIN_RATIOS,
    continuity,
    neighbour_ratios,
    trustworthiness,
    two_nn_dimension,
)
from latentcore.store.code_table import CodeTable
from latentcore.types import LabelArray

N_PLANE, K = 2_000, 10
N_PROBE, MAX_PROBED_CLASSES = 10_000, 100
VOTERS, N_RESAMPLES, SEED = 5, 200, 0


@dataclass(frozen=True)
class ScoredSpace:
    """What scores are measured on.

    Attributes
    ----------
    test, train : CodeTable
        Of the space; ``test.indices`` are rows of `train`.
    lists : NeighbourLists
    n_classes : int
        Classes, without the one that holds items without a label.
    """

    test: CodeTable
    train: CodeTable
    lists: NeighbourLists
    n_classes: int

    @property
    def labelled(self) -> LabelArray:
        """Rows of `test` with a label."""
        return np.flatnonzero((self.test.labels >= 0) & (self.test.labels < self.n_classes))


def space_scores(space: ScoredSpace) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the scores as JSON values, and the reason why others are missing, by name."""
    scores: dict[str, Score] = {}
    absent: dict[str, str] = {}
    for measure in (_plane_scores, _label_scores, _probe_score, _dimension_score):
        found = measure(space)
        target: dict[str, Any] = absent if any(isinstance(one, str) for one in found.values()) else scores
        target.update(found)
    return {name: score.to_json() for name, score in scores.items()}, absent


def _plane_scores(space: ScoredSpace) -> Mapping[str, Score | str]:
    test = space.test
    n = min(N_PLANE, len(test))
    if n < 2 * K + 1:
        return dict.fromkeys(("plane_trustworthiness", "plane_continuity"), f"fewer than {2 * K + 1} items")
    rows = np.sort(np.random.default_rng(SEED).choice(len(test), n, replace=False))
    codes, plane = test.codes[rows], test.plane[rows]
    within = f"among {n:,} random items, k = {K}, distances of codes and on the plane."
    return {
        "plane_trustworthiness": mean_score(
            trustworthiness(codes, plane, k=K),
            f"How few neighbours on the plane are intruders, {within}",
            of="items",
        ),
        "plane_continuity": mean_score(
            continuity(codes, plane, k=K),
            f"How few neighbours of codes are separated on the plane, {within}",
            of="items",
        ),
    }


def _label_scores(space: ScoredSpace) -> Mapping[str, Score | str]:
    names = ("knn_accuracy", "neighbourhood_hit")
    rows = space.labelled
    if space.n_classes < 2 or not len(rows):  # noqa: PLR2004
        return dict.fromkeys(names, "no labels")
    if space.lists.rows.shape[1] < K:
        return dict.fromkeys(names, f"fewer than {K + 1} items")
    near = space.train.labels[space.lists.rows[space.test.indices[rows]]]
    labels = space.test.labels[rows]
    n_all = len(space.train)
    return {
        "knn_accuracy": mean_score(
            majority_correct(near[:, :VOTERS], labels),
            f"Share of drawn items whose class is that of most of their {VOTERS} nearest among all "
            f"{n_all:,} items, itself left out.",
            of="items",
        ),
        "neighbourhood_hit": mean_score(
            np.asarray((near[:, :K] == labels[:, None]).mean(axis=1), np.float32),
            f"Share of the {K} nearest of all {n_all:,} items with the same class.",
            of="items",
        ),
    }


def _probe_score(space: ScoredSpace) -> Mapping[str, Score | str]:
    tested = space.labelled
    if space.n_classes < 2 or not len(tested):  # noqa: PLR2004
        return {"probe_accuracy": "no labels"}
    if space.n_classes > MAX_PROBED_CLASSES:
        return {"probe_accuracy": f"more than {MAX_PROBED_CLASSES} classes"}
    generator = np.random.default_rng(SEED)
    tested = np.sort(generator.permutation(tested)[: max(len(tested) // 2, 1)])
    labels = space.train.labels
    others = np.setdiff1d(
        np.flatnonzero((labels >= 0) & (labels < space.n_classes)), space.test.indices[tested]
    )
    fitted = np.sort(generator.permutation(others)[:N_PROBE])
    if len(np.unique(labels[fitted])) < 2:  # noqa: PLR2004
        return {"probe_accuracy": "too few labelled items"}
    correct = probe_correct(
        take_rows(space.train.codes, fitted),
        labels[fitted],
        space.test.codes[tested],
        space.test.labels[tested],
    )
    protocol = f"Accuracy of a logistic regression on {len(fitted):,} other items, standardised, held out."
    return {"probe_accuracy": mean_score(correct, protocol, of="items")}


def _dimension_score(space: ScoredSpace) -> Mapping[str, Score | str]:
    ratios = neighbour_ratios(space.test.codes) if len(space.test) > 2 else np.zeros(0, np.float32)  # noqa: PLR2004
    if len(ratios) < MIN_RATIOS:
        return {"intrinsic_dimension": f"fewer than {MIN_RATIOS} different items"}
    return {
        "intrinsic_dimension": bootstrap_score(
            lambda rows: two_nn_dimension(np.sort(ratios[rows])),
            n=len(ratios),
            n_resamples=N_RESAMPLES,
            protocol="Intrinsic dimension of the drawn items by their two nearest neighbours (TwoNN).",
            of="the ratios of their distances",
        )
    }
