"""What linear probes are measured on: codes and labels of a dataset's images, or of a collection's items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.data.catalogue import Bundle, catalogue, open_bundle
from dashboard.data.images.originals import original_images, train_images
from dashboard.data.items.spaces import ItemSpace, open_space
from latentcore.studies.transfer import N_TEST, PIXELS, CodeSource, constant_source, probe_test_rows
from latentcore.types import LabelArray

MAX_POOL, SEED = 20_000, 0
"""Items that labelled ones are sampled from: as codes of 768 dimensions, 60 MB."""


@dataclass(frozen=True)
class Probed:
    """Labels, and the features of each source, by name.

    Attributes
    ----------
    pool_labels, test_labels : int64 array, shape (n_pool,) and (n_test,)
    sources : dict of str to callable
        See `latentcore.studies.transfer.label_curve`.
    things : str
        "images" or "items".
    """

    pool_labels: LabelArray
    test_labels: LabelArray
    sources: dict[str, CodeSource]
    things: str


def probed(ids: Sequence[str]) -> Probed:
    """Return what probes of bundles of one dataset, or of spaces of one collection, are measured on."""
    return _items(ids) if ids[0] in catalogue().spaces else _images(ids)


def pool_labels(ids: Sequence[str]) -> LabelArray:
    """Return the labels of the images or items that labelled ones are sampled from."""
    if ids[0] in catalogue().spaces:
        space = open_space(ids[0])
        labels: LabelArray = space.train.labels[_item_rows(space)[0]]
        return labels
    return open_bundle(ids[0]).train.labels


def _images(ids: Sequence[str]) -> Probed:
    """Test images and train images; pixels are left out where the originals are not on this machine."""
    bundles: list[Bundle] = [open_bundle(bundle_id) for bundle_id in ids]
    first = bundles[0]
    rows = probe_test_rows(len(first.test))
    sources = {
        bundle.spec.name: constant_source(bundle.train.codes, bundle.test.codes[rows]) for bundle in bundles
    }
    test = original_images(first.spec.dataset, "test", first.test.indices[rows])
    if test is not None:
        pool = train_images(first)
        pixels = constant_source(pool.reshape(len(pool), -1), test.reshape(len(test), -1))
        sources = {PIXELS: pixels, **sources}
    return Probed(first.train.labels, first.test.labels[rows], sources, "images")


def _items(ids: Sequence[str]) -> Probed:
    """Random items with a label: half of them, 5,000 at most, are tested, the others are the pool."""
    spaces = [open_space(one) for one in ids]
    pool, test = _item_rows(spaces[0])
    labels = spaces[0].train.labels
    sources = {
        space.spec.name: constant_source(
            np.asarray(space.train.codes[pool], np.float32), np.asarray(space.train.codes[test], np.float32)
        )
        for space in spaces
    }
    return Probed(labels[pool], labels[test], sources, "items")


def _item_rows(space: ItemSpace) -> tuple[LabelArray, LabelArray]:
    """Return the rows of the pool and of the tested items, each ascending."""
    collection = space.spec.collection
    n_classes = len(collection.classes) - collection.has_unlabelled
    labels = space.train.labels
    rows = np.random.default_rng(SEED).permutation(np.flatnonzero((labels >= 0) & (labels < n_classes)))
    n_test = min(N_TEST, len(rows) // 2)
    return np.sort(rows[n_test:][:MAX_POOL]), np.sort(rows[:n_test])
