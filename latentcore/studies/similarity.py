"""The similarity study: pairwise similarity of latent spaces, with chance level and retrained twins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.datasets import load_dataset
from latentcore.exceptions import BundleError
from latentcore.metrics.jackknife import N_GROUPS, jackknife_interval, mean_interval
from latentcore.metrics.similarity import (
    linear_cka,
    mutual_knn,
    neighbour_rows,
    procrustes_r2,
    shared_neighbours,
)
from latentcore.recipes import Recipe, make_recipe
from latentcore.store import list_bundles, load_bundle
from latentcore.store.schema import check_schema, short_repr
from latentcore.studies.requirements import Requirements
from latentcore.types import FloatArray

N_IMAGES, N_NEIGHBOURS, SEED = 2_000, 10, 0
N_PERMUTATIONS = 20
TWIN_SEED = 101
TWINS: tuple[tuple[str, int], ...] = (("vae", 2), ("ae", 8), ("ae", 16))
"""Families and dimensions that are trained again with another seed."""

NEEDS = Requirements(n_test=2 * N_NEIGHBOURS + 1)
"""With fewer images, most of the others would be neighbours in any two spaces."""

PROTOCOL = (
    f"Codes of the same {N_IMAGES:,} random test images (all, if there are fewer), seed {SEED}. Linear CKA; "
    "Procrustes R2, the smaller space filled up with zeros; mutual k-NN, share of common neighbours, "
    f"k = {N_NEIGHBOURS}. 95% intervals: jackknife over {N_GROUPS} random groups of the images; for mutual "
    "k-NN, of the mean over images. The null is the same with the rows of one space permuted, mean and "
    f"largest of {N_PERMUTATIONS} random pairs. A twin is the same recipe trained on train with seed "
    f"{TWIN_SEED}."
)
MEASURES: dict[str, Callable[[FloatArray, FloatArray], float]] = {
    "cka": linear_cka,
    "procrustes": procrustes_r2,
    "mutual_knn": lambda one, other: mutual_knn(one, other, k=N_NEIGHBOURS),
}


def similarities(dataset: str, root: Path, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Return the similarity of every pair of bundles, of permuted rows, and of twins.

    Parameters
    ----------
    dataset : str
    root : Path
        Models folder.
    on_stage : callable
        Receives the name of each stage.

    Returns
    -------
    dict
        ``models`` (names), ``pairs`` (two names, one number per measure, and ``intervals``, two ends per
        measure), ``null`` (mean and largest value per measure over random pairs with permuted rows),
        ``twins`` (a name and one number per measure).
    """
    specs = [spec for spec in list_bundles(root) if spec.dataset == dataset]
    if not specs:
        raise BundleError(f"{root / dataset} holds no models to compare; train some first.")
    rows = np.sort(
        np.random.default_rng(SEED).permutation(len(load_bundle(specs[0].id, root).test))[:N_IMAGES]
    )
    codes = {spec.name: load_bundle(spec.id, root).test.codes[rows] for spec in specs}
    on_stage(f"{len(codes)} spaces, and permuted rows")
    return {
        "models": list(codes),
        "n": len(rows),
        "k": N_NEIGHBOURS,
        **code_similarities(codes),
        "twins": [_twin(recipe, codes, rows, on_stage) for recipe in _twin_recipes(dataset, codes)],
    }


def code_similarities(codes: Mapping[str, FloatArray]) -> dict[str, Any]:
    """Return the similarity of every pair of spaces, and of random pairs with the rows of one permuted.

    Parameters
    ----------
    codes : mapping of str to float32 array, shape (n, latent_dim)
        Codes of the same items by name of the space.

    Returns
    -------
    dict
        ``pairs`` and ``null``, as of `similarities`.
    """
    neighbours = {name: neighbour_rows(own, k=N_NEIGHBOURS) for name, own in codes.items()}
    pairs = [
        {
            "models": [one, other],
            **_measure(codes[one], codes[other]),
            "intervals": _intervals(
                codes[one], codes[other], shared_neighbours(neighbours[one], neighbours[other])
            ),
        }
        for one, other in combinations(codes, 2)
    ]
    return {"pairs": pairs, "null": _null(codes)}


def check_result(found: Mapping[str, Any]) -> None:
    """Raise `ValueError` unless a JSON value has the schema of a result of `similarities`."""
    similarity = dict.fromkeys(MEASURES, float)
    ends = {name: [float, float] for name in MEASURES}
    check_schema(
        found,
        {
            "models": [str],
            "n": int,
            "k": int,
            "pairs": [{"models": [str], **similarity, "intervals": ends}],
            "null": {name: {"mean": float, "largest": float} for name in MEASURES},
            "twins": [{"model": str, "seed": int, **similarity}],
        },
        "found",
    )
    if {frozenset(pair["models"]) for pair in found["pairs"]} != {
        frozenset(pair) for pair in combinations(found["models"], 2)
    }:
        raise ValueError("found.pairs are not those of found.models")
    for twin in found["twins"]:
        if twin["model"] not in found["models"]:
            raise ValueError(f"found.twins holds {short_repr(twin['model'])}, which is no model of the study")


def _measure(one: FloatArray, other: FloatArray) -> dict[str, float]:
    return {name: measure(one, other) for name, measure in MEASURES.items()}


def _intervals(one: FloatArray, other: FloatArray, shared: FloatArray) -> dict[str, list[float]]:
    """Return the 95% interval of each measure, from the codes and from the share of common neighbours."""
    found = {
        "cka": jackknife_interval(linear_cka, one, other, seed=SEED),
        "procrustes": jackknife_interval(procrustes_r2, one, other, seed=SEED),
        "mutual_knn": mean_interval(shared),
    }
    return {name: list(ends) for name, ends in found.items()}


def _null(codes: Mapping[str, FloatArray]) -> dict[str, dict[str, float]]:
    """Return mean and largest similarity of random pairs of spaces with the rows of one permuted."""
    generator = np.random.default_rng(SEED)
    names = list(codes)
    found = []
    for _ in range(N_PERMUTATIONS):
        one, other = generator.choice(len(names), 2, replace=len(names) < 2)  # noqa: PLR2004
        shuffled = codes[names[other]][generator.permutation(len(codes[names[other]]))]
        found.append(_measure(codes[names[one]], shuffled))
    return {
        name: {
            "mean": float(np.mean([row[name] for row in found])),
            "largest": float(max(row[name] for row in found)),
        }
        for name in MEASURES
    }


def _twin_recipes(dataset: str, codes: Mapping[str, FloatArray]) -> list[Recipe]:
    """Return the recipes of the models that are trained once more, those that the study has codes of."""
    recipes = [make_recipe(dataset, family, k, seeds=(TWIN_SEED,)) for family, k in TWINS]
    return [recipe for recipe in recipes if recipe.bundle_name in codes]


def _twin(
    recipe: Recipe, codes: Mapping[str, FloatArray], rows: np.ndarray, on_stage: Callable[[str], None]
) -> dict[str, Any]:
    """Train the recipe of a model with another seed; return how similar the two spaces are."""
    on_stage(f"training a twin of {recipe.bundle_name}")
    train, test = load_dataset(recipe.dataset, "train"), load_dataset(recipe.dataset, "test")
    model = recipe.make_model().fit(train.images, train.labels, seed=TWIN_SEED)
    found = _measure(codes[recipe.bundle_name], model.encode(test.images[rows]))
    return {"model": recipe.bundle_name, "seed": TWIN_SEED, **found}
