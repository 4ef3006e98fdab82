"""Measuring scores anew beside the sessions: one request at a time on a server, with progress and cancel."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st
import torch

from dashboard.services.catalogue import LatentcoreError, bundle_title, catalogue, open_bundle
from dashboard.services.originals import original_images, originals_problem, train_images
from dashboard.services.runtime import return_memory
from latentcore.datasets import Dataset
from latentcore.evaluation import RealReference, Sizes, evaluate
from latentcore.evaluation.samples import BASELINE_DIMENSIONS
from latentcore.models import LatentModel
from latentcore.types import TrainingCancelled

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
class Measuring:
    """A request under way, or done.

    Attributes
    ----------
    request : Request
    share : float
        What is done, in [0, 1].
    stage : str
    scores : dict
        What was measured, by bundle id and score.
    problem : str or None
        Why it failed.
    finished : bool
    cancelled : Event
        Set it to end the work at its next step.
    """

    request: Request
    share: float = 0.0
    stage: str = "waiting"
    scores: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    problem: str | None = None
    finished: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event)


@dataclass
class _Desk:
    """The one request that a server works on."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    current: Measuring | None = None


@st.cache_resource(show_spinner=False)
def _desk() -> _Desk:
    return _Desk()


def start_measuring(request: Request) -> Measuring | None:
    """Begin, or return None while the server works on another request."""
    desk = _desk()
    with desk.lock:
        if desk.current is not None and not desk.current.finished:
            return None
        desk.current = Measuring(request)
        threading.Thread(target=_work, args=(desk.current,), daemon=True).start()
        return desk.current


def is_measuring() -> bool:
    """Return whether the server works on a request."""
    current = _desk().current
    return current is not None and not current.finished


def cannot_measure(dataset: str) -> str | None:
    """Return why scores cannot be measured here, or None if they can."""
    return originals_problem(dataset)


def _work(job: Measuring) -> None:
    torch.set_num_threads(1)
    try:
        _measure(job)
    except TrainingCancelled:
        job.problem = "The measurement was cancelled."
    except (LatentcoreError, ValueError, MemoryError) as error:
        job.problem = f"The measurement failed: {error}"
    finally:
        job.finished = True


def _measure(job: Measuring) -> None:
    ids, request = job.request.ids, job.request
    train, test = _parts(ids[0], request.n)
    _announce(job, "real images", 0.0)
    sizes = Sizes(n_samples=request.n, n_support=min(request.n, len(test)), n_seeds=request.n_seeds)
    reference = RealReference.of(train, test, sizes, rival=_rival(train.name))
    for k, bundle_id in enumerate(ids):

        def on_part(name: str, share: float, k: int = k, bundle_id: str = bundle_id) -> None:
            _announce(job, f"{bundle_title(bundle_id)}: {name}", (k + share) / len(ids))

        model = open_bundle(bundle_id).model
        job.scores[bundle_id] = evaluate(
            model, train, test, reference=reference, on_part=on_part, without=LEFT_OUT
        )
        return_memory()
    job.share = 1.0


def _rival(dataset: str) -> LatentModel | None:
    """Return the shipped baseline of sample scores, where there is one: a fit would fill memory."""
    bundle_id = f"{dataset}/pca-d{BASELINE_DIMENSIONS}"
    return open_bundle(bundle_id).model if bundle_id in catalogue().specs else None


def _announce(job: Measuring, stage: str, share: float) -> None:
    if job.cancelled.is_set():
        raise TrainingCancelled(stage)
    job.stage, job.share = stage, share


def _parts(bundle_id: str, n: int) -> tuple[Dataset, Dataset]:
    """Return the train images that bundles keep codes of, and `n` random test images."""
    bundle = open_bundle(bundle_id)
    dataset, tables = bundle.spec.dataset, (bundle.train, bundle.test)
    rows = np.sort(np.random.default_rng(0).permutation(len(bundle.test))[:n])
    known, _ = train_images(bundle_id)
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
