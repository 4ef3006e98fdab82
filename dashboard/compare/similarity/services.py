"""Similarity of a dataset's latent spaces: typed reader of the similarity study, and its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, bundle_title, catalogue
from dashboard.data.items.spaces import ItemSpace
from dashboard.server.concurrency import limited
from latentcore.metrics.jackknife import N_GROUPS
from latentcore.studies import StudyResult
from latentcore.studies.similarity import N_IMAGES, N_NEIGHBOURS, N_PERMUTATIONS, SEED, code_similarities


@dataclass(frozen=True)
class SimilarityMeasure:
    """A measure of similarity between two sets of codes of the same images, in [0, 1].

    Attributes
    ----------
    title : str
    meaning : str
        One sentence.
    """

    title: str
    meaning: str


MEASURES = {
    "cka": SimilarityMeasure(
        "Linear CKA",
        "Centred kernel alignment with a linear kernel: agreement of the directions of large variance, "
        "invariant to rotation and isotropic scaling.",
    ),
    "procrustes": SimilarityMeasure(
        "Procrustes R²", "Share of one space's variance that the other explains after rotation and scaling."
    ),
    "mutual_knn": SimilarityMeasure(
        "Mutual 10-NN", "Share of an image's ten nearest neighbours that both spaces have in common."
    ),
}
"""Measures by their names in the study."""


@dataclass(frozen=True)
class SameRecipe:
    """Similarity of two training runs of one recipe with different seeds.

    Attributes
    ----------
    model : str
        Name of the bundle, such as "vae-d16".
    values : dict of str to float
        By name of the measure.
    """

    model: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class SimilarityStudy:
    """Results of the study "similarity" of one dataset.

    Attributes
    ----------
    dataset : str
    models : tuple of str
        Names of the bundles.
    pairs, intervals : dict
        Per unordered pair of names, the similarity, or the ends of its 95% interval, by name of the measure.
    chance : dict of str to float
        Mean similarity after permuting the rows of one space, by name of the measure.
    same_recipe : tuple of SameRecipe
    n : int
        Test images.
    seed : int or None
        None where the file names no seed.
    cpu_seconds : float
    protocol, command : str
        How it was measured, and the command that measures it again.
    """

    dataset: str
    models: tuple[str, ...]
    pairs: Mapping[frozenset[str], Mapping[str, float]]
    intervals: Mapping[frozenset[str], Mapping[str, Sequence[float]]]
    chance: Mapping[str, float]
    same_recipe: tuple[SameRecipe, ...]
    n: int
    seed: int | None
    cpu_seconds: float
    protocol: str
    command: str


@dataclass(frozen=True)
class ReferenceValue:
    """A similarity to compare the others with.

    Attributes
    ----------
    title : str
    value : float
    """

    title: str
    value: float


def read_similarity(result: StudyResult) -> SimilarityStudy:
    """Return the results of the study with types; `read_study` has checked their structure."""
    found = result.found
    return SimilarityStudy(
        dataset=result.dataset,
        models=tuple(found["models"]),
        pairs={frozenset(pair["models"]): _values(pair) for pair in found["pairs"]},
        intervals={frozenset(pair["models"]): pair["intervals"] for pair in found["pairs"]},
        chance={name: float(found["null"][name]["mean"]) for name in MEASURES},
        same_recipe=tuple(SameRecipe(twin["model"], _values(twin)) for twin in found["twins"]),
        n=int(found["n"]),
        seed=result.seeds[0] if result.seeds else None,
        cpu_seconds=result.cpu_seconds,
        protocol=result.protocol,
        command=result.command,
    )


@st.cache_resource(max_entries=8, show_spinner="Comparing the spaces …", hash_funcs=BY_CONTENT)
@limited
def space_similarity(spaces: Sequence[ItemSpace]) -> SimilarityStudy:
    """Measure how similar the spaces of a collection are, by the functions of the study of models.

    Parameters
    ----------
    spaces : sequence of ItemSpace
        At least two of one collection.
    """
    first = spaces[0]
    rows = np.sort(np.random.default_rng(SEED).permutation(len(first.test))[:N_IMAGES])
    found = code_similarities({space.spec.name: space.test.codes[rows] for space in spaces})
    return SimilarityStudy(
        dataset=first.spec.collection.name,
        models=tuple(space.spec.name for space in spaces),
        pairs={frozenset(pair["models"]): _values(pair) for pair in found["pairs"]},
        intervals={frozenset(pair["models"]): pair["intervals"] for pair in found["pairs"]},
        chance={name: float(found["null"][name]["mean"]) for name in MEASURES},
        same_recipe=(),
        n=len(rows),
        seed=SEED,
        cpu_seconds=0.0,
        protocol=(
            f"Codes of the same {len(rows):,} random drawn items, seed {SEED}. Linear CKA; Procrustes R², "
            "the smaller space filled up with zeros; mutual k-NN, share of common neighbours, "
            f"k = {N_NEIGHBOURS}. 95% intervals: jackknife over {N_GROUPS} random groups of the items; for "
            f"mutual k-NN, of the mean over items. By chance: the mean of {N_PERMUTATIONS} random pairs "
            "with the rows of one space permuted."
        ),
        command="",
    )


def similarity_table(study: SimilarityStudy, measure: str, names: Sequence[str]) -> pd.DataFrame:
    """Return the matrix of similarities in long form, one row per ordered pair of models; 1 on the diagonal.

    Parameters
    ----------
    study : SimilarityStudy
    measure : str
        Of `MEASURES`.
    names : sequence of str
        Bundles to compare; those that are not in the study are left out.

    Returns
    -------
    DataFrame
        Columns ``row, column, value, text``.
    """
    lines = []
    for (one, row), (other, column) in product(_titles(study, names).items(), repeat=2):
        value = 1.0 if one == other else study.pairs[frozenset((one, other))][measure]
        lines.append({"row": row, "column": column, "value": value, "text": f"{value:.2f}"})
    return pd.DataFrame(lines, columns=["row", "column", "value", "text"])


def interval_table(study: SimilarityStudy, measure: str, names: Sequence[str]) -> pd.DataFrame:
    """Return each pair of models with its similarity and 95% interval, the most similar first.

    Parameters are those of `similarity_table`.

    Returns
    -------
    DataFrame
        Columns ``first, second, value, low, high``.
    """
    lines = [
        (first, second, study.pairs[pair][measure], *study.intervals[pair][measure])
        for (one, first), (other, second) in combinations(_titles(study, names).items(), 2)
        for pair in [frozenset((one, other))]
    ]
    table = pd.DataFrame(lines, columns=["first", "second", "value", "low", "high"])
    return table.sort_values("value", ascending=False, ignore_index=True)


def reference_values(study: SimilarityStudy, measure: str) -> list[ReferenceValue]:
    """Return the similarity by chance, and of two runs of the same recipe with different seeds."""
    return [
        ReferenceValue("Chance (rows permuted)", study.chance[measure]),
        *(
            ReferenceValue(
                f"{_title(study.dataset, run.model)}: same recipe, other seed", run.values[measure]
            )
            for run in study.same_recipe
        ),
    ]


def _titles(study: SimilarityStudy, names: Sequence[str]) -> dict[str, str]:
    """Return the titles of those models that are in the study and on this machine."""
    present = catalogue()
    known = {*present.specs, *present.spaces}
    return {
        name: _title(study.dataset, name)
        for name in names
        if name in study.models and f"{study.dataset}/{name}" in known
    }


def _values(entry: Mapping[str, float]) -> dict[str, float]:
    return {name: float(entry[name]) for name in MEASURES}


def _title(dataset: str, name: str) -> str:
    """Return the title of a bundle or space, or its name if it is not on this machine any more."""
    space_id = f"{dataset}/{name}"
    title = bundle_title(space_id)
    return name if title == space_id else title
