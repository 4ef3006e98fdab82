"""Recall and NDCG of the items that are ranked first for each user, and of what needs no model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from latentcore.types import FloatArray, LabelArray

TOP = 10
CELLS_PER_BLOCK = 2**24
"""Scores of users times items that are in memory at once."""

ScoreUsers = Callable[[LabelArray], FloatArray]
"""Users ``(m,)`` to scores of all items ``(m, n_items)``."""


@dataclass(frozen=True)
class RankingQuality:
    """Per user, in [0, 1].

    Attributes
    ----------
    recall : float32 array, shape (n_users,)
        Share of the user's held-out items that is among the first ten.
    ndcg : float32 array, shape (n_users,)
        Discounted cumulative gain of the first ten, where each held-out item counts 1, over the largest
        possible one.
    """

    recall: FloatArray
    ndcg: FloatArray


def ranking_quality(score: ScoreUsers, known: Any, held_out: Any, users: LabelArray) -> RankingQuality:  # noqa: ANN401
    """Return how well scores rank the held-out items of users first, among those that they do not know.

    Parameters
    ----------
    score : callable
        Users, int64 ``(m,)``, to scores of all items, float32 ``(m, n_items)``.
    known, held_out : sparse matrices, shape (n_users, n_items)
        Known items are never recommended.
    users : int64 array, shape (m,)
        Each with at least one held-out item.
    """
    discounts = _discounts(TOP)
    ideal = np.concatenate([[0.0], np.cumsum(discounts)])
    recalls, gains = [], []
    size = max(1, CELLS_PER_BLOCK // known.shape[1])
    for start in range(0, len(users), size):
        part = users[start : start + size]
        scores = np.array(score(part), np.float32)
        scores[known[part].nonzero()] = -np.inf
        top = top_items(scores, TOP)
        relevant = held_out[part].toarray() > 0
        hits = np.take_along_axis(relevant, top, axis=1)
        hits &= np.isfinite(np.take_along_axis(scores, top, axis=1))
        n = relevant.sum(axis=1)
        recalls.append(hits.sum(axis=1) / n)
        gains.append((hits * discounts[: top.shape[1]]).sum(axis=1) / ideal[np.minimum(n, TOP)])
    return RankingQuality(
        np.concatenate(recalls).astype(np.float32), np.concatenate(gains).astype(np.float32)
    )


def chance_quality(known: Any, held_out: Any, users: LabelArray) -> RankingQuality:  # noqa: ANN401
    """Return what a random order of the unknown items has in expectation; see `ranking_quality`."""
    n_known, n_held = (np.diff(matrix.indptr)[users] for matrix in (known, held_out))
    unknown = known.shape[1] - n_known
    ideal = np.cumsum(_discounts(TOP))
    shown = np.minimum(unknown, TOP)
    ndcg = n_held / unknown * ideal[shown - 1] / ideal[np.minimum(n_held, TOP) - 1]
    return RankingQuality((shown / unknown).astype(np.float32), ndcg.astype(np.float32))


def top_items(scores: FloatArray, k: int) -> LabelArray:
    """Return the `k` items of the largest scores per row, best first; of equal scores the earlier item.

    Parameters
    ----------
    scores : float32 array, shape (m, n_items)
    k : int

    Returns
    -------
    int64 array, shape (m, min(k, n_items))
    """
    k = min(k, scores.shape[1])
    candidates = np.sort(np.argpartition(-scores, k - 1, axis=1)[:, :k], axis=1)
    order = np.argsort(-np.take_along_axis(scores, candidates, axis=1), axis=1, kind="stable")
    return np.take_along_axis(candidates, order, axis=1)


def _discounts(k: int) -> FloatArray:
    return np.asarray(1 / np.log2(np.arange(2, k + 2)))
