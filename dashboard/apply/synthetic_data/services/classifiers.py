"""Training classifiers on real and synthetic images on the page; the work of a job."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.apply.synthetic_data.services.study import ClassifierResults, read_classifiers
from dashboard.data.catalogue import Bundle, open_bundle
from dashboard.data.images.originals import required_originals, train_images
from dashboard.data.jobs import Job
from latentcore.datasets import Dataset
from latentcore.lenet import fits_lenet64
from latentcore.studies.resampling import smallest_class_size
from latentcore.studies.synthesis import N_TEST, synthesis_curves
from latentcore.studies.transfer import probe_test_rows

N_CHOICES = (10, 30, 100, 300)
SEED_CHOICES = (1, 2, 4)
SECONDS = {True: 3.2, False: 0.3}
"""CPU seconds to train and test one classifier: True for a LeNet64, False for a logistic regression."""


@dataclass(frozen=True)
class Request:
    """Which classifiers to train.

    Attributes
    ----------
    ids : tuple of str
        Bundles of one dataset.
    n_real : tuple of int
        Real images per class, ascending.
    n_seeds : int
    """

    ids: tuple[str, ...]
    n_real: tuple[int, ...]
    n_seeds: int


def real_choices(bundle: Bundle) -> list[int]:
    """Return the numbers of real images per class to choose from: no more than the smallest class has."""
    most = smallest_class_size(bundle.train.labels)
    return [n for n in N_CHOICES if n <= most]


def cost_in_minutes(request: Request) -> float:
    """Return about how many CPU minutes a request takes."""
    seconds = SECONDS[fits_lenet64(open_bundle(request.ids[0]).image_shape)]
    return (1 + 2 * len(request.ids)) * len(request.n_real) * request.n_seeds * seconds / 60


def measure(request: Request, job: Job) -> ClassifierResults:
    """Return the learning curves of a request, measured as the study does."""
    job.announce("Reading the images", 0.0)
    bundles = [open_bundle(bundle_id) for bundle_id in request.ids]
    found = synthesis_curves(
        {bundle.spec.name: bundle.model for bundle in bundles},
        _train_images(bundles[0]),
        _test_images(bundles[0]),
        n_real=request.n_real,
        seeds=range(request.n_seeds),
        on_step=job.announce,
    )
    return read_classifiers(bundles[0].spec.dataset, found)


def _train_images(bundle: Bundle) -> Dataset:
    """Return the train images whose codes bundles store."""
    return Dataset(
        name=bundle.spec.dataset,
        split="train",
        pixels=train_images(bundle),
        labels=bundle.train.labels,
        indices=bundle.train.indices,
        classes=bundle.classes,
    )


def _test_images(bundle: Bundle) -> Dataset:
    """Return random test images, those of the study."""
    rows = probe_test_rows(len(bundle.test), N_TEST)
    indices = bundle.test.indices[rows]
    return Dataset(
        name=bundle.spec.dataset,
        split="test",
        pixels=required_originals(bundle.spec.dataset, "test", indices),
        labels=bundle.test.labels[rows],
        indices=indices,
        classes=bundle.classes,
    )
