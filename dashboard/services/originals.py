"""The original images of a dataset, where they are on this machine, and fetching them where they are not."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from dashboard.services.catalogue import LatentcoreError, open_bundle
from latentcore.datasets import DATASETS
from latentcore.datasets.base import check_rows
from latentcore.types import DatasetMissing, FloatArray, LabelArray, PixelArray


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


def can_be_fetched(dataset: str) -> bool:
    """Return whether the originals are merely absent and there is a place to download them from."""
    spec = DATASETS.get(dataset)
    return spec is not None and spec.fetch is not None and not spec.is_present()


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


@dataclass
class Fetching:
    """A download that runs beside the sessions.

    Attributes
    ----------
    share : float
        What has arrived, in [0, 1].
    problem : str or None
        Why it failed.
    finished : bool
    """

    share: float = 0.0
    problem: str | None = None
    finished: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


@st.cache_resource(show_spinner=False)
def _downloads() -> dict[str, Fetching]:
    return {}


def start_fetching(dataset: str) -> None:
    """Begin to download a dataset, unless that is under way."""
    running = _downloads().get(dataset)
    if running is not None and not running.finished:
        return
    fetching = Fetching()
    _downloads()[dataset] = fetching
    threading.Thread(target=_fetch, args=(dataset, fetching), daemon=True).start()


def fetching_of(dataset: str) -> Fetching | None:
    """Return the latest download of a dataset, or None."""
    return _downloads().get(dataset)


def _fetch(dataset: str, fetching: Fetching) -> None:
    def on_bytes(done: int, total: int) -> None:
        fetching.share = min(done / total, 1.0)

    fetch = DATASETS[dataset].fetch
    assert fetch is not None  # noqa: S101 - the button is shown only where there is one
    try:
        fetch(on_bytes)
    except LatentcoreError as error:
        fetching.problem = str(error)
    finally:
        fetching.finished = True


def one_image(dataset: str, split: str, index: int) -> FloatArray | None:
    """Return one original, float32 ``(c, h, w)``, or None."""
    images = original_images(dataset, split, np.array([index], np.int64))
    return None if images is None else images[0]
