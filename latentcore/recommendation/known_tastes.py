"""Ratings drawn at random from known tastes, and how well their known factors are found again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, cross_val_predict

from latentcore.evaluation.score import bootstrap_score
from latentcore.recommendation.ratings import Ratings
from latentcore.types import FloatArray, LabelArray

SEED = 0
Floats: TypeAlias = npt.NDArray[np.float64]
N_FOLDS, N_RESAMPLES = 5, 1000
ADJECTIVES = (
    *("Silent", "Golden", "Broken", "Distant", "Hidden", "Crimson", "Last", "Endless", "Northern", "Little"),
    *("Burning", "Forgotten"),
)
NOUNS = {
    "Drama": ("Harvest", "Letter", "Winter", "Promise", "Orchard", "Inheritance", "Bridge"),
    "Comedy": ("Wedding", "Neighbour", "Uncle", "Holiday", "Dentist", "Parrot", "Reunion"),
    "Thriller": ("Witness", "Alibi", "Cellar", "Stranger", "Verdict", "Ransom", "Signal"),
    "Science fiction": ("Orbit", "Android", "Colony", "Comet", "Reactor", "Portal", "Planet"),
    "Western": ("Saddle", "Canyon", "Sheriff", "Frontier", "Outlaw", "Ranch", "Stagecoach"),
    "Documentary": ("Glacier", "Archive", "Reef", "Factory", "Census", "Delta", "Migration"),
    "Romance": ("Kiss", "Waltz", "Rose", "Summer", "Sweetheart", "Melody", "Moonlight"),
    "Animation": ("Dragon", "Toymaker", "Hedgehog", "Balloon", "Puppet", "Teapot", "Kingdom"),
}
"""Words of made-up titles, by genre."""
BLEND, SPREAD, SHARPNESS = 0.35, 0.25, 4.0
"""Share of a second genre in some items; noise of known factors; how much tastes decide what is rated."""


@dataclass(frozen=True)
class KnownTastes:
    """Ratings with the factors that they were drawn from.

    Attributes
    ----------
    ratings : Ratings
    factors : float32 array, shape (n_items, n_genres)
        The known factors of the items.
    columns : dict of str to list
        Id, title, genre and genres of each item.
    """

    ratings: Ratings
    factors: FloatArray
    columns: dict[str, list[Any]]


def known_tastes(n_users: int = 3000, *, seed: int = SEED) -> KnownTastes:
    """Draw ratings of 672 items from known tastes.

    An item's factors are those of its genre, or a blend of two, plus noise; a user's are weights of the
    genres. Users rate 20 to 120 items, drawn without replacement with odds that grow exponentially with the
    inner product of both and with the item's popularity; ratings 1 to 5 follow the inner product.

    Parameters
    ----------
    n_users : int
    seed : int
    """
    generator = np.random.default_rng(seed)
    genres = tuple(NOUNS)
    titled = [(genre, f"The {first} {noun}") for genre in genres
              for first, noun in product(ADJECTIVES, NOUNS[genre])]  # fmt: skip
    n_items = len(titled)
    first = np.array([genres.index(genre) for genre, _ in titled])
    second = np.where(generator.random(n_items) < BLEND, generator.integers(0, len(genres), n_items), first)
    factors = 0.6 * np.eye(len(genres))[first] + 0.4 * np.eye(len(genres))[second]
    factors += SPREAD * generator.standard_normal(factors.shape) / np.sqrt(len(genres))
    popularity = generator.normal(0, 0.8, n_items)
    tastes = generator.dirichlet(np.full(len(genres), 0.4), n_users)
    users, items, values = _drawn(tastes @ factors.T, popularity, generator)
    columns = {
        "id": [f"f{k:03}" for k in range(n_items)],
        "title": [title for _, title in titled],
        "genre": [genre for genre, _ in titled],
        "genres": [
            ", ".join(dict.fromkeys((genres[a], genres[b]))) for a, b in zip(first, second, strict=True)
        ],
    }
    ratings = Ratings(
        users=users, items=items, values=values, user_ids=tuple(f"u{k:04}" for k in range(n_users)),
        item_ids=tuple(columns["id"]),
        notes=[f"{len(users):,} ratings of {n_items:,} made-up items by {n_users:,} made-up users."],
    )  # fmt: skip
    return KnownTastes(ratings, factors.astype(np.float32), columns)


def found_again(codes: FloatArray, known: FloatArray) -> dict[str, dict[str, Any]]:
    """Return how much of the known factors' variance codes explain linearly, held out, and by chance.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
    known : float32 array, shape (n, k)

    Returns
    -------
    dict
        Scores as JSON values, by name: ``known_factors_r2`` and ``known_factors_r2_chance``.
    """
    folds = KFold(N_FOLDS, shuffle=True, random_state=SEED)
    shuffled = codes[np.random.default_rng(SEED).permutation(len(codes))]
    what = (
        "R² of the known factors, all together, by a linear map of the codes that was fitted to other items "
        f"({N_FOLDS} folds)"
    )
    described = {
        "known_factors_r2": (codes, f"{what}."),
        "known_factors_r2_chance": (shuffled, f"{what}, codes assigned to items at random."),
    }
    scores = {}
    for name, (used, protocol) in described.items():
        predicted = cross_val_predict(LinearRegression(), used, known, cv=folds)
        errors = ((known - predicted) ** 2).sum(axis=1)
        spread = ((known - known.mean(axis=0)) ** 2).sum(axis=1)
        scores[name] = bootstrap_score(
            partial(_explained, errors, spread), n=len(codes), n_resamples=N_RESAMPLES, protocol=protocol,
            of="items",
        ).to_json()  # fmt: skip
    return scores


def _explained(errors: Floats, spread: Floats, rows: LabelArray) -> float:
    return float(1 - errors[rows].sum() / spread[rows].sum())


def _drawn(
    affinity: Floats, popularity: Floats, generator: np.random.Generator
) -> tuple[LabelArray, LabelArray, FloatArray]:
    """Return users, items and ratings; the largest of log-odds plus Gumbel noise are drawn."""
    n_users = len(affinity)
    odds = SHARPNESS * affinity / affinity.std() / 2 + popularity + generator.gumbel(size=affinity.shape)
    order = np.argsort(-odds, axis=1)
    counts = generator.integers(20, 121, n_users)
    users = np.repeat(np.arange(n_users), counts)
    items = np.concatenate([order[user, : counts[user]] for user in range(n_users)])
    liking = affinity[users, items] / affinity.std() + generator.normal(0, 0.5, len(users))
    values = np.clip(np.rint(3 + liking - liking.mean()), 1, 5)
    shuffled = generator.permutation(len(users))
    return users[shuffled], items[shuffled].astype(np.int64), values[shuffled].astype(np.float32)
