"""Measuring linear probes on the page, with the user's own numbers of labels; the work of a job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.apply.transfer.services.study import ProbeCurve, ProbeResults, source_title
from dashboard.data.catalogue import Bundle, catalogue, open_bundle
from dashboard.data.images.originals import original_images, train_images
from dashboard.data.jobs import Job
from dashboard.data.study_results import read_points
from latentcore.studies.resampling import smallest_class_size
from latentcore.studies.transfer import PIXELS, CodeSource, constant_source, label_curve, probe_test_rows
from latentcore.types import Capability, LabelArray

LABEL_CHOICES = (1, 2, 5, 10, 20, 50, 100)
"""Numbers of labels per class to choose from; the study measures `latentcore.studies.transfer.N_LABELS`."""
SEED_CHOICES = (3, 10, 30)


@dataclass(frozen=True)
class Request:
    """Which probes to measure.

    Attributes
    ----------
    ids : tuple of str
        Bundles of one dataset.
    n_labels : tuple of int
        Labels per class, ascending.
    n_seeds : int
        Random sets of labelled images.
    """

    ids: tuple[str, ...]
    n_labels: tuple[int, ...]
    n_seeds: int


def label_choices(bundle: Bundle) -> list[int]:
    """Return the numbers of labels per class to choose from: no more than the smallest class has."""
    most = smallest_class_size(bundle.train.labels)
    return [n for n in LABEL_CHOICES if n <= most]


def measure(request: Request, job: Job) -> ProbeResults:
    """Return the probes' accuracy for a request, measured as the study does.

    Where the originals are not on this machine, pixels are left out.
    """
    job.announce("Reading codes", 0.0)
    first = open_bundle(request.ids[0])
    dataset, rows = first.spec.dataset, probe_test_rows(len(first.test))
    sources = _sources(request.ids, rows)
    curves = []
    for k, (name, source) in enumerate(sources.items()):
        title = source_title(dataset, name, supervised=False)
        points = label_curve(
            source,
            first.train.labels,
            first.test.labels[rows],
            n_labels=request.n_labels,
            seeds=range(request.n_seeds),
            on_seed=_announcer(job, title, request.n_seeds, k, len(sources)),
        )
        supervised = name != PIXELS and _is_supervised(f"{dataset}/{name}")
        curves.append(ProbeCurve(name, supervised, read_points(points, "labels")))
    return ProbeResults(
        dataset=dataset,
        n_test=len(rows),
        n_pool=len(first.train),
        n_labels=request.n_labels,
        curves=tuple(curves),
        across=(),
    )


def _announcer(job: Job, title: str, n_seeds: int, done: int, n_sources: int) -> Callable[[int], None]:
    """Return a callback that reports the job's progress per seed; `done` sources are finished."""
    return lambda seed: job.announce(
        f"{title}: seed {seed + 1} of {n_seeds}", (done + seed / n_seeds) / n_sources
    )


def _sources(ids: Sequence[str], rows: LabelArray) -> dict[str, CodeSource]:
    """Return the features to probe by name: pixels, where there are originals, and each bundle's codes."""
    bundles = [open_bundle(bundle_id) for bundle_id in ids]
    first = bundles[0]
    codes = {
        bundle.spec.name: constant_source(bundle.train.codes, bundle.test.codes[rows]) for bundle in bundles
    }
    test = original_images(first.spec.dataset, "test", first.test.indices[rows])
    if test is None:
        return codes
    pool = train_images(first)
    return {PIXELS: constant_source(pool.reshape(len(pool), -1), test.reshape(len(test), -1)), **codes}


def _is_supervised(bundle_id: str) -> bool:
    return Capability.SUPERVISED in catalogue().specs[bundle_id].capabilities
