"""Measuring scores anew, on the user's own settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dashboard.data.catalogue import bundle_title, catalogue, open_bundle
from dashboard.data.images.originals import original_images, originals_problem, train_images
from dashboard.data.jobs import Job
from dashboard.server.malloc import return_memory
from latentcore.datasets import Dataset
from latentcore.evaluation import RealReference, SampleSizes, evaluate
from latentcore.evaluation.sample_scores import BASELINE_DIMENSIONS
from latentcore.models import LatentModel

LEFT_OUT = ("classifier",)
"""Training a classifier on samples would fill the memory of a small server."""

N_CHOICES = (1_000, 2_000, 5_000)
SEED_CHOICES = (1, 3, 5)


@dataclass(frozen=True)
class Request:
    """What to measure.

    Attributes
    ----------
    ids : tuple of str
        Bundles of one dataset.
    n : int
        Random test images, and samples, that the scores rest on.
    n_seeds : int
        Sets of samples.
    """

    ids: tuple[str, ...]
    n: int
    n_seeds: int


@dataclass
class Measured:
    """What was measured.

    Attributes
    ----------
    request : Request
    scores : dict
        Scores by bundle id and name.
    """

    request: Request
    scores: dict[str, Mapping[str, Any]] = field(default_factory=dict)


def cannot_measure(dataset: str) -> str | None:
    """Return why scores cannot be measured here, or None if they can."""
    return originals_problem(dataset)


def measure(request: Request, job: Job) -> Measured:
    """Measure every model of a request; the work of a job."""
    ids, measured = request.ids, Measured(request)
    job.announce("Reading the images", 0.0)
    train, test = _parts(ids[0], request.n)
    sizes = SampleSizes(n_samples=request.n, n_support=min(request.n, len(test)), n_seeds=request.n_seeds)
    reference = RealReference.compute(train, test, sizes, baseline=_rival(train.name))
    for k, bundle_id in enumerate(ids):

        def on_part(name: str, share: float, k: int = k, bundle_id: str = bundle_id) -> None:
            job.announce(f"{bundle_title(bundle_id)}: {name}", (k + share) / len(ids))

        measured.scores[bundle_id] = evaluate(
            open_bundle(bundle_id).model,
            train,
            test,
            reference=reference,
            on_part=on_part,
            without=LEFT_OUT,
        )
        return_memory()
    return measured


def _rival(dataset: str) -> LatentModel | None:
    """Return the shipped baseline of sample scores, where there is one: a fit would fill memory."""
    bundle_id = f"{dataset}/pca-d{BASELINE_DIMENSIONS}"
    return open_bundle(bundle_id).model if bundle_id in catalogue().specs else None


def _parts(bundle_id: str, n: int) -> tuple[Dataset, Dataset]:
    """Return the train images that bundles keep codes of, and `n` random test images."""
    bundle = open_bundle(bundle_id)
    dataset, tables = bundle.spec.dataset, (bundle.train, bundle.test)
    rows = np.sort(np.random.default_rng(0).permutation(len(bundle.test))[:n])
    known = train_images(bundle_id)
    held = original_images(dataset, "test", bundle.test.indices[rows])
    assert held is not None  # noqa: S101 - see cannot_measure
    chosen: Sequence[Any] = (slice(None), rows)
    return tuple(  # type: ignore[return-value]
        Dataset(
            name=dataset,
            split=split,
            images=images,
            labels=table.labels[part],
            indices=table.indices[part],
            classes=bundle.classes,
            factors=None,
        )
        for split, images, table, part in zip(("train", "test"), (known, held), tables, chosen, strict=True)
    )
