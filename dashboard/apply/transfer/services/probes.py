"""Measuring linear probes on the page, with the user's own numbers of labels; the work of a job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.apply.transfer.services.probed import pool_labels, probed
from dashboard.apply.transfer.services.study import ProbeCurve, ProbeResults, source_title
from dashboard.data.catalogue import catalogue
from dashboard.data.jobs import Job
from dashboard.data.study_results import read_points
from latentcore.studies.resampling import smallest_class_size
from latentcore.studies.transfer import PIXELS, label_curve
from latentcore.types import Capability

LABEL_CHOICES = (1, 2, 5, 10, 20, 50, 100)
"""Numbers of labels per class to choose from; the study measures `latentcore.studies.transfer.N_LABELS`."""
SEED_CHOICES = (3, 10, 30)


@dataclass(frozen=True)
class Request:
    """Which probes to measure.

    Attributes
    ----------
    ids : tuple of str
        Bundles of one dataset, or spaces of one collection of items.
    n_labels : tuple of int
        Labels per class, ascending.
    n_seeds : int
        Random sets of labelled images.
    """

    ids: tuple[str, ...]
    n_labels: tuple[int, ...]
    n_seeds: int


def label_choices(ids: Sequence[str]) -> list[int]:
    """Return the numbers of labels per class to choose from: no more than the smallest class has."""
    most = smallest_class_size(pool_labels(ids))
    return [n for n in LABEL_CHOICES if n <= most]


def measure(request: Request, job: Job) -> ProbeResults:
    """Return the probes' accuracy for a request, measured as the study does.

    Where the originals are not on this machine, pixels are left out.
    """
    job.announce("Reading codes", 0.0)
    dataset, on = request.ids[0].partition("/")[0], probed(request.ids)
    curves = []
    for k, (name, source) in enumerate(on.sources.items()):
        title = source_title(dataset, name, supervised=False)
        points = label_curve(
            source,
            on.pool_labels,
            on.test_labels,
            n_labels=request.n_labels,
            seeds=range(request.n_seeds),
            on_seed=_announcer(job, title, request.n_seeds, k, len(on.sources)),
        )
        supervised = name != PIXELS and _is_supervised(f"{dataset}/{name}")
        curves.append(ProbeCurve(name, supervised, read_points(points, "labels")))
    return ProbeResults(
        dataset=dataset,
        n_test=len(on.test_labels),
        n_pool=len(on.pool_labels),
        n_labels=request.n_labels,
        curves=tuple(curves),
        across=(),
        things=on.things,
    )


def _announcer(job: Job, title: str, n_seeds: int, done: int, n_sources: int) -> Callable[[int], None]:
    """Return a callback that reports the job's progress per seed; `done` sources are finished."""
    return lambda seed: job.announce(
        f"{title}: seed {seed + 1} of {n_seeds}", (done + seed / n_seeds) / n_sources
    )


def _is_supervised(bundle_id: str) -> bool:
    spec = catalogue().specs.get(bundle_id)
    return spec is not None and Capability.SUPERVISED in spec.capabilities
