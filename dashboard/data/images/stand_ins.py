"""Images of a dataset as this machine can show them: originals, or decodes that stand in for them.

Where a dataset is not at hand, all pages show the same stand-ins: the decodes by the bundle that has the
lowest reconstruction error. Nothing else stands where an original would.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.data.catalogue import LatentcoreError, bundle_title, catalogue, open_bundle
from dashboard.data.images.originals import has_originals, original_images, train_originals
from latentcore.exceptions import BundleError
from latentcore.store import BundleSpec
from latentcore.types import FloatArray, LabelArray


@dataclass(frozen=True)
class Shown:
    """Images that stand for those of a dataset.

    Attributes
    ----------
    images : float32 array (n, c, h, w)
        In [0, 1].
    made_by : str or None
        Id of the bundle whose decodes they are; None for originals.
    """

    images: FloatArray
    made_by: str | None


def shown_test_images(dataset: str, indices: LabelArray) -> Shown:
    """Return test images by their numbers, int64 ``(n,)``.

    Raises
    ------
    BundleError
        If neither they nor codes of them are at hand.
    """
    originals = original_images(dataset, "test", indices) if has_originals(dataset) else None
    return _decoded(dataset, "test", indices) if originals is None else Shown(originals, None)


def shown_test_image(dataset: str, index: int) -> Shown:
    """Return one test image by its number; see `shown_test_images`."""
    return shown_test_images(dataset, np.array([index], np.int64))


def shown_train_images(bundle_id: str, rows: LabelArray) -> Shown:
    """Return the train images in some rows of a bundle's table, int64 ``(n,)``.

    Raises
    ------
    BundleError
        If neither they nor codes of them are at hand.
    """
    bundle = open_bundle(bundle_id)
    dataset = bundle.spec.dataset
    originals = train_originals(bundle_id, rows) if has_originals(dataset) else None
    if originals is None:
        return _decoded(dataset, "train", bundle.train.indices[rows])
    return Shown(originals, None)


def maker_of(dataset: str) -> str | None:
    """Return the bundle that makes a dataset's stand-ins, or None where originals are shown.

    A cache of what is shown has this in its key.
    """
    return None if has_originals(dataset) else next(_makers(dataset), None)


def stand_in_words(made_by: str | None) -> str:
    """Return what to write beside one image that `made_by` made; nothing beside an original."""
    return "" if made_by is None else f"stand-in: decode by {bundle_title(made_by)}"


def stand_ins_words(made_by: str | None) -> str:
    """Return what to write beside several images that `made_by` made; nothing beside originals."""
    return "" if made_by is None else f"stand-ins: decodes by {bundle_title(made_by)}"


def _decoded(dataset: str, split: str, indices: LabelArray) -> Shown:
    """Return decodes by the best bundle that holds codes of all the images: a bundle may hold a part."""
    for bundle_id in _makers(dataset):
        bundle = open_bundle(bundle_id)
        table = bundle.test if split == "test" else bundle.train
        rows = _rows_of(table.indices, indices)
        if rows is not None:
            return Shown(bundle.model.decode(table.codes[rows]), bundle_id)
    raise BundleError(f"No model of {dataset} that can be opened holds codes of these {split} images.")


def _makers(dataset: str) -> Iterator[str]:
    """Yield the bundles of a dataset that can be loaded, the lowest reconstruction error first."""
    specs = [spec for spec in catalogue().specs.values() if spec.dataset == dataset]
    for spec in sorted(specs, key=lambda spec: (_error(spec), spec.id)):
        if _can_be_opened(spec.id):
            yield spec.id


def _error(spec: BundleSpec) -> float:
    """Return the mean squared error of a bundle's reconstructions, infinite where none was measured."""
    score = spec.metrics.get("mse")
    value = score.get("value") if isinstance(score, Mapping) else None
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else math.inf


@st.cache_resource(ttl=60, show_spinner=False)
def _can_be_opened(bundle_id: str) -> bool:
    try:
        open_bundle(bundle_id)
    except LatentcoreError:
        return False
    return True


def _rows_of(known: LabelArray, wanted: LabelArray) -> LabelArray | None:
    """Return where some numbers stand among those that are known, or None where one is not there."""
    order = np.argsort(known)
    rows = order[np.searchsorted(known, wanted, sorter=order).clip(max=len(known) - 1)]
    return rows if np.array_equal(known[rows], wanted) else None
