"""Labelled samples of a model: codes from a Gaussian per class, decoded."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.data.catalogue import Bundle, catalogue, open_bundle
from dashboard.data.images.grids import grid_uri
from dashboard.server.concurrency import limited
from latentcore.evaluation.class_conditional import sample_classes
from latentcore.store.owners import public_id
from latentcore.studies.resampling import balanced_rows, smallest_class_size
from latentcore.types import Capability, FloatArray, LabelArray

ALL = "all"
LABELLED = ("10", "30", "100", ALL)
"""Choices of labelled images per class that the Gaussians are fitted to."""
STRIP_LENGTH = 12
"""Samples of each class on the page."""


@dataclass(frozen=True)
class SampleSettings:
    """How labelled samples are made.

    Attributes
    ----------
    bundle_id : str
    labelled : str
        Labelled images per class that the Gaussians are fitted to; one of `LABELLED`.
    seed : int
        Of the labelled images and of the samples.
    """

    bundle_id: str
    labelled: str
    seed: int


def is_unsupervised(bundle: Bundle) -> bool:
    """Return whether a model was trained without labels: LDA has used those of all train images."""
    return Capability.SUPERVISED not in catalogue().specs[bundle.spec.id].capabilities


def labelled_choices(bundle: Bundle) -> list[str]:
    """Return the choices of `SampleSettings.labelled`: no more than the smallest class has."""
    most = smallest_class_size(bundle.train.labels)
    return [choice for choice in LABELLED if choice == ALL or int(choice) <= most]


@st.cache_data(max_entries=24, show_spinner=False)
@limited
def class_strips(settings: SampleSettings, n: int = STRIP_LENGTH) -> list[tuple[str, str]]:
    """Return for each class its name and `n` samples side by side, as a data URI."""
    images, labels = sample_labelled(settings, n)
    classes = open_bundle(settings.bundle_id).classes
    return [(classes[label], grid_uri(images[labels == label], n)) for label in np.unique(labels).tolist()]


def sample_labelled(settings: SampleSettings, n_per_class: int) -> tuple[FloatArray, LabelArray]:
    """Sample images of each class from Gaussians fitted to the stored train codes of labelled images.

    Parameters
    ----------
    settings : SampleSettings
    n_per_class : int

    Returns
    -------
    images : float32 array, shape (m, channels, height, width)
        In [0, 1].
    labels : int64 array, shape (m,)
    """
    bundle = open_bundle(settings.bundle_id)
    rows = (
        np.arange(len(bundle.train))
        if settings.labelled == ALL
        else balanced_rows(bundle.train.labels, int(settings.labelled), seed=settings.seed)
    )
    codes, labels = bundle.train.codes[rows], bundle.train.labels[rows]
    return sample_classes(bundle.model, codes, labels, n_per_class=n_per_class, seed=settings.seed)


def labelled_npz(settings: SampleSettings, n_per_class: int) -> bytes:
    """Return labelled samples as NPZ: images float32 ``(m, c, h, w)``, labels, classes and settings."""
    images, labels = sample_labelled(settings, n_per_class)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        images=images,
        labels=labels,
        classes=np.array(open_bundle(settings.bundle_id).classes),
        seed=np.int64(settings.seed),
        model=np.array(public_id(settings.bundle_id)),
        labelled_per_class=np.array(settings.labelled),
    )
    return buffer.getvalue()
