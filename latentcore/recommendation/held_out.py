"""Choosing the settings of a factorisation, and its scores on held-out ratings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from latentcore.evaluation.score import mean_score
from latentcore.exceptions import SpaceError
from latentcore.recommendation.factors import SEED, Factors, FactorSettings, fit_factors
from latentcore.recommendation.ranking import RankingQuality, chance_quality, ranking_quality
from latentcore.recommendation.ratings import HELD_OUT, VALIDATION, Ratings, split_per_user
from latentcore.types import FloatArray, LabelArray

CONFIDENCES = (1.0, 3.0, 10.0)
REGULARISATIONS = (0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
MAX_SCORED = 20_000
"""Users that are scored at most: a seeded random sample."""
MAX_TUNED = 2_000_000
"""Ratings that settings are chosen on at most: those of a seeded random sample of users."""
PROTOCOL = (
    f"Of each user's ratings {HELD_OUT:.0%} are held out at random (seed {SEED}), whatever the rating is; "
    "among all items that a user has not rated in the rest, "
)

OnStep = Callable[[int, int], None]
"""Receives the steps that are done, and all."""


def tuned_settings(ratings: Ratings, latent_dim: int, on_step: OnStep | None = None) -> FactorSettings:
    """Return the settings of the highest validation NDCG@10; the held-out ratings are not used.

    Parameters
    ----------
    ratings : Ratings
    latent_dim : int
        2 to 64.
    on_step : callable, optional

    Raises
    ------
    SpaceError
        As `fit_factors` does, or if no user has enough ratings.
    """
    generator = np.random.default_rng(SEED)
    rest, _ = split_per_user(ratings.users, HELD_OUT, generator)
    fitted, validation = split_per_user(ratings.users[rest], VALIDATION, generator)
    rows, held_rows = _of_sampled_users(ratings, rest[fitted], rest[validation], generator)
    known, held = ratings.matrix(rows), ratings.matrix(held_rows)
    users = _scored_users(held, generator)
    settings = [
        FactorSettings(latent_dim=latent_dim, confidence=confidence, regularisation=regularisation)
        for confidence in CONFIDENCES
        for regularisation in REGULARISATIONS
    ]
    found: list[float] = []
    for one in settings:
        factors = fit_factors(known, one)
        found.append(float(ranking_quality(_by_factors(factors), known, held, users).ndcg.mean()))
        if on_step is not None:
            on_step(len(found), len(settings))
    return settings[int(np.argmax(found))]


def held_out_scores(ratings: Ratings, settings: FactorSettings) -> dict[str, dict[str, Any]]:
    """Return recall@10 and NDCG@10 of factors on held-out ratings, of popularity, and of chance.

    Parameters
    ----------
    ratings : Ratings
    settings : FactorSettings

    Returns
    -------
    dict
        Scores as JSON values, by name: ``recall_at_10``, ``ndcg_at_10``, and both with ``_popularity`` and
        ``_chance``.

    Raises
    ------
    SpaceError
        As `tuned_settings` does.
    """
    generator = np.random.default_rng(SEED)
    rest, held_rows = split_per_user(ratings.users, HELD_OUT, generator)
    known, held = ratings.matrix(rest), ratings.matrix(held_rows)
    users = _scored_users(held, generator)
    popularity = np.asarray(known.sum(axis=0), np.float32)

    def by_popularity(part: LabelArray) -> FloatArray:
        return np.repeat(popularity, len(part), axis=0)

    factors = fit_factors(known, settings)
    measured = {
        "": ("those of the largest inner product with the user's factors", _by_factors(factors)),
        "_popularity": ("those that most users rated", by_popularity),
    }
    found: dict[str, tuple[str, RankingQuality]] = {
        name: (how, ranking_quality(score, known, held, users)) for name, (how, score) in measured.items()
    }
    found["_chance"] = "items at random, in expectation,", chance_quality(known, held, users)
    return _as_scores(found)


def _as_scores(found: Mapping[str, tuple[str, RankingQuality]]) -> dict[str, dict[str, Any]]:
    scores = {}
    for name, (how, quality) in found.items():
        recall = f"{PROTOCOL}{how} are shown: share of the user's held-out items among the first 10."
        ndcg = f"{PROTOCOL}{how} are shown: NDCG of the first 10, each held-out item counting 1."
        scores[f"recall_at_10{name}"] = mean_score(quality.recall, recall, of="users").to_json()
        scores[f"ndcg_at_10{name}"] = mean_score(quality.ndcg, ndcg, of="users").to_json()
    return scores


def _by_factors(factors: Factors) -> Callable[[LabelArray], FloatArray]:
    return lambda users: factors.users[users] @ factors.items.T


def _scored_users(held: Any, generator: np.random.Generator) -> LabelArray:  # noqa: ANN401
    users = np.flatnonzero(np.diff(held.indptr))
    if not len(users):
        raise SpaceError(
            "No user has enough ratings: at least 6 per user are needed to choose the settings and to hold "
            "some out."
        )
    return users if len(users) <= MAX_SCORED else np.sort(generator.choice(users, MAX_SCORED, replace=False))


def _of_sampled_users(
    ratings: Ratings, rows: LabelArray, held_rows: LabelArray, generator: np.random.Generator
) -> tuple[LabelArray, LabelArray]:
    """Return the rows of so many random users that settings can be compared in reasonable time."""
    if len(rows) <= MAX_TUNED:
        return rows, held_rows
    taken = generator.random(len(ratings.user_ids)) < MAX_TUNED / len(rows)
    return rows[taken[ratings.users[rows]]], held_rows[taken[ratings.users[held_rows]]]
