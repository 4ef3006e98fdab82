"""The anomaly study: one-class models, and every bundle against out-of-distribution and corrupted images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.anomaly_scores import ANOMALY_SCORES, ModelOutputs, available_scores
from latentcore.corruptions import CORRUPTIONS, corrupt
from latentcore.datasets import load_dataset
from latentcore.exceptions import DatasetError
from latentcore.metrics.detection import auroc
from latentcore.out_of_distribution import ood_datasets, ood_images
from latentcore.store import Bundle, list_bundles, load_bundle
from latentcore.studies.anomaly import one_class
from latentcore.studies.anomaly.one_class import SEED, auroc_to_json, one_class_table
from latentcore.studies.requirements import Requirements
from latentcore.types import FloatArray

N_IMAGES = 1_000

NEEDS = Requirements(n_test=4)
"""Two normal test images, and two others that are corrupted; one-class models need more."""

PROTOCOL = (
    f"{one_class.PROTOCOL} Whole dataset normal: {N_IMAGES:,} random test images, seed {SEED}, against as "
    "many test images of another dataset (larger ones reduced to the same size), or against "
    f"{N_IMAGES:,} other test images that were spoilt at a moderate level; normal codes are those of the "
    "train images in the bundle; 95% intervals over images (DeLong)."
)


def anomalies(dataset: str, root: Path, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Run the anomaly study of a dataset.

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
        ``one_class`` (see `latentcore.studies.anomaly.one_class.one_class_table`), None where the dataset
        has no labels or too few images of a class, and ``whole``: ``n``, ``left_out`` (sentences) and
        ``cells`` (``model, against, score, auroc``), where `against` is the name of a dataset or of a
        corruption.
    """
    whole, lack = whole_dataset_table(dataset, root, on_stage), one_class.NEEDS.missing(dataset)
    if lack is not None:
        whole["left_out"].append(f"One-class models need {lack}.")
    return {"whole": whole, "one_class": one_class_table(dataset, on_stage) if lack is None else None}


def whole_dataset_table(dataset: str, root: Path, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Return the AUROC of every bundle, with its dataset's test images normal and other images anomalous.

    Parameters are those of `anomalies`.

    Returns
    -------
    dict
        Value of ``whole``; see `anomalies`.
    """
    test = load_dataset(dataset, "test").images
    order = np.random.default_rng(SEED).permutation(len(test))
    n = min(N_IMAGES, len(test) // 2)
    normal, rest = test[order[:n]], test[order[n : 2 * n]]
    left_out: list[str] = []
    anomaly_sources = dict(_anomaly_sources(dataset, rest, n, left_out))
    cells = []
    for spec in list_bundles(root):
        if spec.dataset != dataset:
            continue
        on_stage(spec.name)
        cells += _bundle_cells(load_bundle(spec.id, root), normal, anomaly_sources)
    return {"n": n, "left_out": left_out, "cells": cells}


def _bundle_cells(
    bundle: Bundle, normal: FloatArray, anomaly_sources: Mapping[str, FloatArray]
) -> list[dict[str, Any]]:
    """Return the AUROC of every score of a bundle against every source of anomalies."""
    reference = ModelOutputs(bundle.train.codes, bundle.train.errors)
    normal_outputs = ModelOutputs.compute(bundle.model, normal)
    normal_scores = {
        name: ANOMALY_SCORES[name].measure(bundle.model, reference, normal_outputs)
        for name in available_scores(bundle.spec.capabilities)
    }
    cells = []
    for against, images in anomaly_sources.items():
        outputs = ModelOutputs.compute(bundle.model, images)
        for name, values in normal_scores.items():
            both = np.concatenate([values, ANOMALY_SCORES[name].measure(bundle.model, reference, outputs)])
            area = auroc(both, np.arange(len(both)) >= len(values))
            cells.append(
                {"model": bundle.spec.name, "against": against, "score": name, "auroc": auroc_to_json(area)}
            )
    return cells


def _anomaly_sources(
    dataset: str, rest: FloatArray, n: int, left_out: list[str]
) -> Iterator[tuple[str, FloatArray]]:
    """Yield anomalous images by their source; append a sentence to `left_out` for each unavailable one."""
    shape = (rest.shape[1], rest.shape[2], rest.shape[3])
    for other in ood_datasets(dataset):
        try:
            yield other, ood_images(other, shape, n, seed=SEED)
        except DatasetError as error:
            left_out.append(f"{other}: {error}")
    for kind, corruption in CORRUPTIONS.items():
        yield kind, corrupt(rest, kind, corruption.moderate, seed=SEED)
