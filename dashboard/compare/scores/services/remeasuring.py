"""Measure scores again with the user's own sample size and number of seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dashboard.compare.scores.services.scores import Measure, Score, read_score
from dashboard.data.catalogue import Bundle, bundle_title, catalogue, open_bundle
from dashboard.data.images.originals import original_images, originals_problem, train_images
from dashboard.data.jobs import Job
from dashboard.server.malloc import return_memory
from latentcore.datasets import Dataset
from latentcore.evaluation import RealReference, SampleSizes, evaluate
from latentcore.evaluation.real_reference import BASELINE_DIMENSIONS
from latentcore.exceptions import DatasetMissing
from latentcore.models import LatentModel
from latentcore.types import FloatArray, LabelArray

EXCLUDED_PARTS = ("classifier",)
"""Training a classifier on samples needs more memory than a small server has."""

N_CHOICES = (1_000, 2_000, 5_000)
N_SEEDS_CHOICES = (1, 3, 5)


@dataclass(frozen=True)
class Request:
    """What to measure.

    Attributes
    ----------
    ids : tuple of str
        Bundles of one dataset.
    n : int
        Number of random test images, and of samples.
    n_seeds : int
        Number of sets of samples, one per seed.
    """

    ids: tuple[str, ...]
    n: int
    n_seeds: int


@dataclass
class Remeasured:
    """Scores of a request.

    Attributes
    ----------
    request : Request
    metrics : dict
        Per bundle id, its scores by name, as in ``metrics.json``.
    """

    request: Request
    metrics: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def score(self, bundle_id: str, measure: Measure) -> Score | None:
        """Return one score of one bundle, or None if the model does not have it."""
        entry = self.metrics[bundle_id].get(measure.name)
        return None if entry is None else read_score(entry)


def why_not_measurable(dataset: str) -> str | None:
    """Return why scores cannot be measured on this machine, or None if they can."""
    return originals_problem(dataset)


def measure(request: Request, job: Job) -> Remeasured:
    """Measure every model of a request; runs as a job and announces its progress."""
    ids, result = request.ids, Remeasured(request)
    job.announce("Reading the images", 0.0)
    train, test = _datasets(open_bundle(ids[0]), request.n)
    sizes = SampleSizes(n_samples=request.n, n_support=min(request.n, len(test)), n_seeds=request.n_seeds)
    reference = RealReference.compute(train, test, sizes, baseline=_stored_baseline(train.name))
    for k, bundle_id in enumerate(ids):

        def on_part(name: str, share: float, k: int = k, bundle_id: str = bundle_id) -> None:
            job.announce(f"{bundle_title(bundle_id)}: {name}", (k + share) / len(ids))

        result.metrics[bundle_id] = evaluate(
            open_bundle(bundle_id).model,
            train,
            test,
            reference=reference,
            on_part=on_part,
            without=EXCLUDED_PARTS,
        )
        return_memory()
    return result


def _stored_baseline(dataset: str) -> LatentModel | None:
    """Return the PCA bundle that serves as baseline of sample scores, if any: fitting one needs memory."""
    bundle_id = f"{dataset}/pca-d{BASELINE_DIMENSIONS}"
    return open_bundle(bundle_id).model if bundle_id in catalogue().specs else None


def _datasets(bundle: Bundle, n: int) -> tuple[Dataset, Dataset]:
    """Return the train images whose codes bundles store, and `n` random test images.

    Raises
    ------
    DatasetError
        If the images are not on this machine.
    """
    dataset = bundle.spec.dataset
    rows = np.sort(np.random.default_rng(0).permutation(len(bundle.test))[:n])
    indices = bundle.test.indices[rows]
    test_images = original_images(dataset, "test", indices)
    if test_images is None:
        raise DatasetMissing(f"The test images of {dataset} are not on this machine any more.")
    train = _dataset(bundle, "train", train_images(bundle), bundle.train.labels, bundle.train.indices)
    return train, _dataset(bundle, "test", test_images, bundle.test.labels[rows], indices)


def _dataset(
    bundle: Bundle, split: str, images: FloatArray, labels: LabelArray, indices: LabelArray
) -> Dataset:
    return Dataset(
        name=bundle.spec.dataset,
        split=split,
        pixels=images,
        labels=labels,
        indices=indices,
        classes=bundle.classes,
        factors=None,
    )
