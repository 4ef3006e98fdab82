"""The original images of a dataset, where they are on this machine."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard.data.catalogue import LatentcoreError, open_bundle
from latentcore.datasets import DATASETS
from latentcore.datasets.base import check_rows
from latentcore.exceptions import DatasetMissing
from latentcore.types import FloatArray, LabelArray, PixelArray


def original_images(dataset: str, split: str, indices: LabelArray) -> FloatArray | None:
    """Return originals by their numbers, float32 ``(n, c, h, w)`` in [0, 1], or None if there are none."""
    try:
        pixels = _pixels(dataset, split)
        check_rows(indices, len(pixels), dataset, split)
    except LatentcoreError:
        return None
    return DATASETS[dataset].scale(pixels[indices])


def train_images(bundle_id: str) -> FloatArray:
    """Return the original train images that a bundle keeps codes of, float32 ``(n, c, h, w)``.

    Bundles of one dataset share them.

    Raises
    ------
    DatasetError
        If they are not at hand.
    """
    bundle = open_bundle(bundle_id)
    pixels = held_pixels(bundle.spec.dataset, bundle.train.indices)
    return DATASETS[bundle.spec.dataset].scale(pixels)


def train_originals(bundle_id: str, rows: LabelArray) -> FloatArray | None:
    """Return originals of the train images in some rows of a bundle's table, or None if there are none."""
    bundle = open_bundle(bundle_id)
    try:
        pixels = held_pixels(bundle.spec.dataset, bundle.train.indices)
    except LatentcoreError:
        return None
    return DATASETS[bundle.spec.dataset].scale(pixels[rows])


@st.cache_resource(max_entries=4, show_spinner=False)
def held_pixels(dataset: str, indices: LabelArray) -> PixelArray:
    """Return the train pixels that bundles keep codes of: a sixth of MNIST's, 8 MB."""
    return _read(dataset, "train", indices)


def originals_problem(dataset: str) -> str | None:
    """Return in one sentence why originals cannot be shown, or None if they can."""
    try:
        _pixels(dataset, "test")
        _can_read_train(dataset)
    except LatentcoreError as error:
        return str(error)
    return None


def has_originals(dataset: str) -> bool:
    """Return whether originals can be shown; a cache of what depends on them has this in its key."""
    return originals_problem(dataset) is None


@st.cache_resource(max_entries=4, show_spinner=False)
def _pixels(dataset: str, split: str) -> PixelArray:
    """Return the pixels of a split as they are stored; an error is not cached: the files may come later."""
    return _read(dataset, split)


@st.cache_resource(max_entries=8, show_spinner=False)
def _can_read_train(dataset: str) -> bool:
    """Return True, or raise what is wrong with the train images; they are not kept."""
    if (
        dataset not in DATASETS or DATASETS[dataset].fetch is not None
    ):  # else shipped or drawn: they are right
        _read(dataset, "train", np.empty(0, np.int64))
    return True


def _read(dataset: str, split: str, rows: LabelArray | None = None) -> PixelArray:
    if dataset not in DATASETS:
        raise DatasetMissing(f"The dataset {dataset!r} is unknown here.")
    return DATASETS[dataset].read(split, rows)[0]


def one_image(dataset: str, split: str, index: int) -> FloatArray | None:
    """Return one original, float32 ``(c, h, w)``, or None."""
    images = original_images(dataset, split, np.array([index], np.int64))
    return None if images is None else images[0]
