"""Finding what does not belong: models of one class, and every bundle against images from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.anomaly_scores import SCORES, Seen, scores_of
from latentcore.corruptions import CORRUPTIONS, corrupt
from latentcore.datasets import load_dataset
from latentcore.exceptions import DatasetError
from latentcore.metrics.detection import auroc
from latentcore.out_of_distribution import foreign_datasets, foreign_images
from latentcore.store import list_bundles, load_bundle
from latentcore.studies.anomaly import one_class
from latentcore.studies.anomaly.one_class import SEED, one_class_table, plain
from latentcore.types import FloatArray

N = 1_000

PROTOCOL = (
    f"{one_class.PROTOCOL} Whole dataset normal: {N:,} random test images, seed {SEED}, against as many test "
    f"images of another dataset (larger ones reduced to the same size), or against {N:,} other test images "
    "that were spoilt at a moderate level; normal codes are those of the train images in the bundle; 95% "
    "intervals over images (DeLong)."
)


def anomalies(dataset: str, root: Path, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Return both tables.

    Returns
    -------
    dict
        ``one_class`` (see `latentcore.studies.anomaly.one_class.one_class_table`) and ``whole``: ``n``,
        ``left_out`` (sentences) and ``cells`` (``model, against, score, auroc``), where `against` is the name
        of a dataset or of a corruption.
    """
    return {"whole": against_others(dataset, root, on_stage), "one_class": one_class_table(dataset, on_stage)}


def against_others(dataset: str, root: Path, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Return how well every bundle tells its dataset's test images from others."""
    test = load_dataset(dataset, "test").images
    order = np.random.default_rng(SEED).permutation(len(test))
    n = min(N, len(test) // 2)
    normal, rest = test[order[:n]], test[order[n : 2 * n]]
    left_out: list[str] = []
    others = dict(_others(dataset, rest, n, left_out))
    cells = []
    for spec in list_bundles(root):
        if spec.dataset != dataset:
            continue
        on_stage(spec.name)
        bundle = load_bundle(spec.id, root)
        reference, usual = (
            Seen(bundle.train.codes, bundle.train.errors),
            Seen.by(bundle.model, normal),
        )
        own = {
            name: SCORES[name].measure(bundle.model, reference, usual)
            for name in scores_of(spec.capabilities)
        }
        for against, images in others.items():
            seen = Seen.by(bundle.model, images)
            for score, values in own.items():
                both = np.concatenate([values, SCORES[score].measure(bundle.model, reference, seen)])
                area = auroc(both, np.arange(len(both)) >= len(values))
                cells.append({"model": spec.name, "against": against, "score": score, "auroc": plain(area)})
    return {"n": n, "left_out": left_out, "cells": cells}


def _others(dataset: str, rest: FloatArray, n: int, left_out: list[str]) -> Iterator[tuple[str, FloatArray]]:
    """Yield images that are not normal, by where they come from; say what is not at hand."""
    shape = (rest.shape[1], rest.shape[2], rest.shape[3])
    for other in foreign_datasets(dataset):
        try:
            yield other, foreign_images(other, shape, n, seed=SEED)
        except DatasetError as error:
            left_out.append(f"{other}: {error}")
    for kind, corruption in CORRUPTIONS.items():
        yield kind, corrupt(rest, kind, corruption.moderate, seed=SEED)
