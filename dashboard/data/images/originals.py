"""Original images of datasets that are on this machine."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard.data.catalogue import Bundle, LatentcoreError
from dashboard.data.ownership import content_of, dataset_spec, find_dataset
from latentcore.datasets.base import DatasetSpec, check_rows
from latentcore.exceptions import DatasetMissing
from latentcore.types import FloatArray, LabelArray, PixelArray

FEW = 2000
"""Up to so many images of a rendered dataset are rendered alone: all 5,000 test images of rooms take seconds.
What asks for more than a handful caches what it makes of them."""


def original_images(dataset: str, split: str, indices: LabelArray) -> FloatArray | None:
    """Return originals by number, float32 ``(n, c, h, w)`` in [0, 1], or None if they are not here."""
    try:
        return required_originals(dataset, split, indices)
    except LatentcoreError:
        return None


def required_originals(dataset: str, split: str, indices: LabelArray) -> FloatArray:
    """Return originals by their numbers, for callers that cannot do without.

    Parameters
    ----------
    dataset, split : str
    indices : int64 array, shape (n,)

    Returns
    -------
    float32 array, shape (n, channels, height, width)
        In [0, 1].

    Raises
    ------
    DatasetError
        If they are not on this machine.
    """
    spec = dataset_spec(dataset)
    if _are_rendered_alone(spec, indices):
        return spec.scale(_read(dataset, split, indices))
    pixels = _pixels(dataset, split, content_of(dataset))
    check_rows(indices, len(pixels), dataset, split)
    return spec.scale(pixels[indices])


def train_images(bundle: Bundle) -> FloatArray:
    """Return the original train images whose codes a bundle stores, float32 ``(n, c, h, w)``.

    Bundles of one dataset share them.

    Raises
    ------
    DatasetError
        If they are not on this machine.
    """
    pixels = held_pixels(bundle.spec.dataset, bundle.train.indices)
    return dataset_spec(bundle.spec.dataset).scale(pixels)


def train_originals(bundle: Bundle, rows: LabelArray) -> FloatArray | None:
    """Return the originals of rows of a bundle's train table, or None if they are not on this machine."""
    dataset = bundle.spec.dataset
    try:
        spec = dataset_spec(dataset)
        if _are_rendered_alone(spec, rows):
            return spec.scale(_read(dataset, "train", bundle.train.indices[rows]))
        pixels = held_pixels(dataset, bundle.train.indices)
    except LatentcoreError:
        return None
    return spec.scale(pixels[rows])


def held_pixels(dataset: str, indices: LabelArray) -> PixelArray:
    """Return the pixels of the train images whose codes bundles store: a sixth of MNIST's, 8 MB."""
    return _held_pixels(dataset, indices, content_of(dataset))


@st.cache_resource(max_entries=4, show_spinner=False)
def _held_pixels(dataset: str, indices: LabelArray, content: str) -> PixelArray:  # noqa: ARG001 - a key
    return _read(dataset, "train", indices)


def originals_problem(dataset: str) -> str | None:
    """Return one sentence on why originals cannot be shown, or None if they can."""
    try:
        content = content_of(dataset)
        spec = find_dataset(dataset)
        if spec is None or not _is_rendered(spec):
            _pixels(dataset, "test", content)
            _can_read_train(dataset, content)
    except LatentcoreError as error:
        return str(error)
    return None


def is_rendered(dataset: str) -> bool:
    """Return whether a dataset's images are rendered when they are asked for, which takes time."""
    spec = find_dataset(dataset)
    return spec is not None and _is_rendered(spec)


def has_originals(dataset: str) -> bool:
    """Return whether originals can be shown; caches of results that depend on them have this in their key."""
    return originals_problem(dataset) is None


@st.cache_resource(max_entries=4, show_spinner=False)
def _pixels(dataset: str, split: str, content: str) -> PixelArray:  # noqa: ARG001 - a key
    """Return the stored pixels of a split; errors are not cached, as the files may be downloaded later."""
    return _read(dataset, split)


@st.cache_resource(max_entries=8, show_spinner=False)
def _can_read_train(dataset: str, content: str) -> bool:  # noqa: ARG001 - a key
    """Return True, or raise if the train images cannot be read; the images are not kept."""
    if (
        spec := find_dataset(dataset)
    ) is None or spec.fetch is not None:  # others ship with the library or are generated
        _read(dataset, "train", np.empty(0, np.int64))
    return True


def _are_rendered_alone(spec: DatasetSpec, rows: LabelArray) -> bool:
    return _is_rendered(spec) and len(rows) <= FEW


def _is_rendered(spec: DatasetSpec) -> bool:
    return spec.read_factors is not None


def _read(dataset: str, split: str, rows: LabelArray | None = None) -> PixelArray:
    spec = find_dataset(dataset)
    if spec is None:
        raise DatasetMissing(f"The dataset {dataset!r} is unknown here.")
    return spec.read(split, rows)[0]


def one_image(dataset: str, split: str, index: int) -> FloatArray | None:
    """Return one original, float32 ``(c, h, w)``, or None."""
    images = original_images(dataset, split, np.array([index], np.int64))
    return None if images is None else images[0]
