"""Stand-ins: decodes that are shown where a dataset's original images are not on this machine.

All pages show the same ones: decodes by the bundle with the lowest reconstruction error (MSE) that can be
loaded and decodes in one step; a flow takes many. Nothing else is ever shown in the place of an original.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.data.catalogue import Bundle, LatentcoreError, bundle_title, catalogue, open_bundle
from dashboard.data.code_tables import find_rows
from dashboard.data.images.originals import has_originals, original_images, train_originals
from latentcore.exceptions import BundleError
from latentcore.store import BundleSpec
from latentcore.types import Capability, FloatArray, LabelArray


@dataclass(frozen=True)
class ShownImages:
    """Originals, or their stand-ins.

    Attributes
    ----------
    images : float32 array (n, c, h, w)
        In [0, 1].
    made_by : str or None
        Id of the bundle whose decodes they are; None for originals.
    """

    images: FloatArray
    made_by: str | None


def shown_test_images(dataset: str, indices: LabelArray) -> ShownImages:
    """Return test images, or their stand-ins, by number, int64 ``(n,)``.

    Raises
    ------
    BundleError
        If neither they nor their codes are on this machine.
    """
    originals = original_images(dataset, "test", indices) if has_originals(dataset) else None
    return _decoded(dataset, "test", indices) if originals is None else ShownImages(originals, None)


def shown_test_image(dataset: str, index: int) -> ShownImages:
    """Return one test image, or its stand-in, by number; see `shown_test_images`."""
    return shown_test_images(dataset, np.array([index], np.int64))


def shown_train_images(bundle: Bundle, rows: LabelArray) -> ShownImages:
    """Return the train images, or their stand-ins, of rows of a bundle's train table, int64 ``(n,)``.

    Raises
    ------
    BundleError
        If neither they nor their codes are on this machine.
    """
    dataset = bundle.spec.dataset
    originals = train_originals(bundle, rows) if has_originals(dataset) else None
    if originals is None:
        return _decoded(dataset, "train", bundle.train.indices[rows])
    return ShownImages(originals, None)


def stand_in_bundle(dataset: str) -> str | None:
    """Return the id of the bundle that decodes a dataset's stand-ins, or None where originals are shown.

    Caches of results that depend on the shown images have this in their key.
    """
    return None if has_originals(dataset) else next(_makers(dataset), None)


def stand_in_label(made_by: str | None) -> str:
    """Return the label of one stand-in decoded by bundle `made_by`; empty for an original."""
    return "" if made_by is None else f"stand-in: decode by {bundle_title(made_by)}"


def stand_ins_label(made_by: str | None) -> str:
    """Return the label of several stand-ins decoded by bundle `made_by`; empty for originals."""
    return "" if made_by is None else f"stand-ins: decodes by {bundle_title(made_by)}"


def _decoded(dataset: str, split: str, indices: LabelArray) -> ShownImages:
    """Return decodes by the best bundle whose table has all the images; a table may hold part of a split."""
    for bundle_id in _makers(dataset):
        bundle = open_bundle(bundle_id)
        table = bundle.test if split == "test" else bundle.train
        rows = find_rows(table.indices, indices)
        if rows is not None:
            return ShownImages(bundle.model.decode(table.codes[rows]), bundle_id)
    raise BundleError(f"No model of {dataset} that can be opened holds codes of these {split} images.")


def _makers(dataset: str) -> Iterator[str]:
    """Yield the ids of a dataset's loadable bundles in order of reconstruction error."""
    specs = [spec for spec in catalogue().specs.values() if spec.dataset == dataset]
    # Flows last: they decode many times slower, and little better than an autoencoder.
    for spec in sorted(specs, key=lambda spec: (Capability.FLOW in spec.capabilities, _error(spec), spec.id)):
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
