"""Nearest train images of an image: exact with the originals, else estimated from the image index.

Of a rendered dataset, which would be rendered for it, the index is searched as well.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, Bundle, LatentcoreError
from dashboard.data.images.originals import held_pixels, is_rendered, original_images
from dashboard.data.ownership import dataset_spec
from latentcore.image_index import ImageIndex, load_index
from latentcore.metrics.nearest_neighbours import nearest
from latentcore.types import FloatArray, LabelArray

N_USUAL = 1_000
"""Test images of which the usual distance is measured, where a dataset has no image index."""


@dataclass(frozen=True)
class NearestImages:
    """The train images nearest to each of n images, nearest first.

    Attributes
    ----------
    distances : float32 array, shape (n, k)
        Euclidean over pixels in [0, 1].
    rows : int64 array, shape (n, k)
        Of the bundle's train table.
    estimated : bool
        Whether the distances are estimated from principal components, without the images.
    """

    distances: FloatArray
    rows: LabelArray
    estimated: bool


def nearest_train_images(bundle: Bundle, images: FloatArray, *, k: int) -> NearestImages | None:
    """Find the nearest of the train images whose codes a bundle stores.

    Parameters
    ----------
    bundle : Bundle
    images : float32 array, shape (n, channels, height, width)
        Pixels in [0, 1].
    k : int

    Returns
    -------
    NearestImages or None
        None where neither the images nor an index of them is on this machine.
    """
    index = _index_of(bundle)
    if index is None or not is_rendered(bundle.spec.dataset):
        with suppress(LatentcoreError):
            return NearestImages(*_search_pixels(bundle, images, k), estimated=False)
    return None if index is None else NearestImages(*index.nearest(images, k=k), estimated=True)


def can_search(bundle: Bundle) -> bool:
    """Return whether `nearest_train_images` can search for a bundle."""
    return _index_of(bundle) is not None or _has_pixels(bundle)


def usual_image_distance(bundle: Bundle, *, estimated: bool) -> float:
    """Return the median distance of random test images to their nearest train image; above 0."""
    index = _index_of(bundle)
    if index is None:
        return _measured_distance(bundle)
    return index.median_estimate if estimated else index.median_distance


@st.cache_resource(max_entries=4, show_spinner=False)
def image_index(dataset: str) -> ImageIndex | None:
    """Return the index of a dataset, or None where it has none or it is damaged."""
    try:
        return load_index(dataset)
    except LatentcoreError:
        return None


def _index_of(bundle: Bundle) -> ImageIndex | None:
    """Return the index of the train images whose codes a bundle stores, or None."""
    index = image_index(bundle.spec.dataset)
    fits = index is not None and np.array_equal(index.indices, bundle.train.indices)
    return index if fits else None


def _has_pixels(bundle: Bundle) -> bool:
    try:
        held_pixels(bundle.spec.dataset, bundle.train.indices)
    except LatentcoreError:
        return False
    return True


def _search_pixels(bundle: Bundle, images: FloatArray, k: int) -> tuple[FloatArray, LabelArray]:
    """Search the stored uint8 originals without converting all to floats; raises if they are not here."""
    dataset = bundle.spec.dataset
    known, white = held_pixels(dataset, bundle.train.indices), np.float32(dataset_spec(dataset).max_value)
    queries = images.reshape(len(images), -1) * white
    distances, rows = nearest(known.reshape(len(known), -1), queries, k=k)
    return distances / white, rows


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
def _measured_distance(bundle: Bundle) -> float:
    """Measure the usual distance of a dataset that has originals but no index."""
    chosen = np.random.default_rng(0).permutation(len(bundle.test))[:N_USUAL]
    test = original_images(bundle.spec.dataset, "test", bundle.test.indices[chosen])
    found = None if test is None else nearest_train_images(bundle, test, k=1)
    return 1.0 if found is None else max(float(np.median(found.distances)), 1e-9)
