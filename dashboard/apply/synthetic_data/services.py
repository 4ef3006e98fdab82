"""Labelled images drawn from models: what the study found, drawing some, and measuring anew."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.catalogue import catalogue, open_bundle
from dashboard.data.images.grids import sheet_uri
from dashboard.data.images.originals import original_images, train_images
from dashboard.data.jobs import Job
from dashboard.data.paired_difference import Difference, difference
from dashboard.data.study_results import curves_table, model_title
from dashboard.server.concurrency import dear
from latentcore.datasets import Dataset
from latentcore.evaluation.class_conditional import fits_lenet64, sample_classes
from latentcore.studies.resampling import balanced_rows, smallest_class_size
from latentcore.studies.synthesis import N_TEST, synthesis_curves
from latentcore.studies.transfer import probe_test_rows
from latentcore.types import Capability, FloatArray, LabelArray

ARMS = ("real", "synthetic", "both")
N_CHOICES = (10, 30, 100, 300)
SEED_CHOICES = (1, 2, 4)
SECONDS = {True: 3.2, False: 0.3}
"""CPU seconds that a LeNet64, and a logistic regression, take to learn and to be tested."""
ALL = "all"
LABELLED = ("10", "30", "100", ALL)
"""How many labelled images a class the densities of a drawn set rest on."""
N_WIDE = 12


@dataclass(frozen=True)
class Request:
    """What to measure.

    Attributes
    ----------
    ids : tuple of str
        Bundles of one dataset.
    n_real : tuple of int
        Real images a class, ascending.
    n_seeds : int
    """

    ids: tuple[str, ...]
    n_real: tuple[int, ...]
    n_seeds: int


@dataclass(frozen=True)
class Maker:
    """How a labelled set is drawn.

    Attributes
    ----------
    bundle_id : str
    labelled : str
        One of `LABELLED`.
    seed : int
    """

    bundle_id: str
    labelled: str
    seed: int


def can_make(bundle_id: str) -> bool:
    """Return whether a model can be asked for images of a class: not one that has seen all labels."""
    return Capability.SUPERVISED not in catalogue().specs[bundle_id].capabilities


def real_choices(bundle_id: str) -> list[int]:
    """Return how many real images a class can be asked for."""
    most = smallest_class_size(open_bundle(bundle_id).train.labels)
    return [n for n in N_CHOICES if n <= most]


def labelled_choices(bundle_id: str) -> list[str]:
    """Return what `Maker.labelled` can be."""
    most = smallest_class_size(open_bundle(bundle_id).train.labels)
    return [choice for choice in LABELLED if choice == ALL or int(choice) <= most]


def cost_in_minutes(request: Request) -> float:
    """Return about how many CPU minutes a request takes."""
    seconds = SECONDS[fits_lenet64(open_bundle(request.ids[0]).image_shape)]
    return (1 + 2 * len(request.ids)) * len(request.n_real) * request.n_seeds * seconds / 60


def arm_table(found: Mapping[str, Any], name: str) -> pd.DataFrame:
    """Return the three curves of a model, a line a point: columns ``series, x, mean, low, high``."""
    curve = next(curve for curve in found["curves"] if curve["model"] == name)
    return curves_table({arm: found["real"] if arm == "real" else curve[arm] for arm in ARMS}, "n")


def gain_table(found: Mapping[str, Any], names: Sequence[str]) -> pd.DataFrame:
    """Return what adding drawn images does to the accuracy, a line a model and number of real images."""
    lines = []
    for name in names:
        for n, both, synthetic in gains(found, name):
            lines.append(
                {
                    "Model": model_title(name),
                    "Real images a class": n,
                    "Both minus real, points": both.text,
                    "Adding drawn images": {1: "helps", 0: "no clear difference", -1: "hurts"}[both.sign],
                    "Synthetic minus real, points": synthetic.text,
                }
            )
    return pd.DataFrame(lines)


def gains(found: Mapping[str, Any], name: str) -> list[tuple[int, Difference, Difference]]:
    """Return for each number of real images how far both, and synthetic alone, lie above real alone."""
    curve = next(curve for curve in found["curves"] if curve["model"] == name)
    return [
        (real["n"], difference(both, real), difference(synthetic, real))
        for real, both, synthetic in zip(found["real"], curve["both"], curve["synthetic"], strict=True)
    ]


def finding(found: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return in a sentence where adding drawn images clearly helps these models, and where it hurts."""
    every = [(name, n, both) for name in names for n, both, _ in gains(found, name)]
    said = []
    for sign, word in ((1, "help"), (-1, "hurt")):
        clear = [(name, n) for name, n, both in every if both.sign == sign]
        places = [
            f"{model_title(name)} at {_series([n for other, n in clear if other == name])}"
            for name in dict.fromkeys(name for name, _ in clear)
        ]
        said.append(
            f"**{word}** with {'; '.join(places)} a class" if places else f"clearly **{word}** nowhere"
        )
    return f"Drawn images, added to the real ones, {said[0]}, and {said[1]}."


def _series(numbers: Sequence[int]) -> str:
    words = [f"{n:,}" for n in numbers]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


@st.cache_data(max_entries=24, show_spinner=False)
@dear
def class_strips(maker: Maker, n: int = N_WIDE) -> list[tuple[str, str]]:
    """Return the name of each class and `n` drawn images of it in a row, as a data URI."""
    images, labels = draw_labelled(maker, n)
    classes = open_bundle(maker.bundle_id).classes
    return [(classes[label], sheet_uri(images[labels == label], n)) for label in np.unique(labels).tolist()]


def draw_labelled(maker: Maker, n_per_class: int) -> tuple[FloatArray, LabelArray]:
    """Draw images of each class from a Gaussian on the stored train codes of labelled images."""
    bundle = open_bundle(maker.bundle_id)
    rows = (
        np.arange(len(bundle.train))
        if maker.labelled == ALL
        else balanced_rows(bundle.train.labels, int(maker.labelled), seed=maker.seed)
    )
    codes, labels = bundle.train.codes[rows], bundle.train.labels[rows]
    return sample_classes(bundle.model, codes, labels, n_per_class=n_per_class, seed=maker.seed)


def labelled_npz(maker: Maker, n_per_class: int) -> bytes:
    """Return a drawn set as NPZ: images float32 ``(m, c, h, w)``, labels, and how it was drawn."""
    images, labels = draw_labelled(maker, n_per_class)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        images=images,
        labels=labels,
        classes=np.array(open_bundle(maker.bundle_id).classes),
        seed=np.int64(maker.seed),
        model=np.array(maker.bundle_id),
        labelled_per_class=np.array(maker.labelled),
    )
    return buffer.getvalue()


def measure(request: Request, job: Job) -> dict[str, Any]:
    """Return the curves of a request, as the study would; the work of a job."""
    job.announce("Reading the images", 0.0)
    bundles = [open_bundle(bundle_id) for bundle_id in request.ids]
    train, test = _parts(request.ids[0])
    found = synthesis_curves(
        {bundle.spec.name: bundle.model for bundle in bundles},
        train,
        test,
        n_real=request.n_real,
        seeds=range(request.n_seeds),
        on_step=job.announce,
    )
    return {**found, "dataset": train.name, "n_seeds": request.n_seeds}


def _parts(bundle_id: str) -> tuple[Dataset, Dataset]:
    """Return the train images that bundles keep codes of, and random test images."""
    bundle = open_bundle(bundle_id)
    dataset = bundle.spec.dataset
    rows = probe_test_rows(len(bundle.test), N_TEST)
    pool = train_images(bundle_id)
    held = original_images(dataset, "test", bundle.test.indices[rows])
    assert held is not None  # noqa: S101 - the page asks only where there are originals
    train = Dataset(
        name=dataset,
        split="train",
        images=pool,
        labels=bundle.train.labels,
        indices=bundle.train.indices,
        classes=bundle.classes,
    )
    test = Dataset(
        name=dataset,
        split="test",
        images=held,
        labels=bundle.test.labels[rows],
        indices=bundle.test.indices[rows],
        classes=bundle.classes,
    )
    return train, test
