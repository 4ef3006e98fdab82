"""What is known of own datasets: facts, class counts, and their images as the models will see them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.data.catalogue import catalogue
from dashboard.data.images.pixels import data_uri
from dashboard.data.ownership import own_dataset, own_datasets
from dashboard.data.sweeping import remove_owned
from latentcore.atlas import tile_images, webp_bytes
from latentcore.datasets.own.names import is_owned
from latentcore.datasets.own.stored import SPLITS, remove_own
from latentcore.datasets.torchvision_sets import data_folder
from latentcore.exceptions import DatasetError, LatentcoreError
from latentcore.types import LabelArray

SECONDS_KEPT = 1800
"""Pictures are cached for so long, so that those of a deleted dataset are soon gone."""


@dataclass(frozen=True)
class KnownDataset:
    """An own dataset.

    Attributes
    ----------
    name : str
    version : str
        Differs between datasets of one name; part of the keys of caches.
    title, source : str
        Display name, and the name of the file or folder that it was made of.
    image_shape : (int, int, int)
        ``(channels, height, width)``.
    classes : tuple of str
        Empty without labels.
    n_train, n_test : int
    notes : tuple of str
        Sentences on what was decided when it was added.
    models : tuple of str
        Names of the models that were trained on it.
    """

    name: str
    version: str
    title: str
    source: str
    image_shape: tuple[int, int, int]
    classes: tuple[str, ...]
    n_train: int
    n_test: int
    notes: tuple[str, ...]
    models: tuple[str, ...]


def known_datasets(*, of_session: bool) -> list[KnownDataset]:
    """Return the datasets that the current session uploaded, or else those that belong to no session."""
    found = catalogue()
    return [
        KnownDataset(
            name=own.name,
            version=own.version,
            title=own.config["title"],
            source=own.config["source"],
            image_shape=own.image_shape,
            classes=own.classes,
            n_train=own.size("train"),
            n_test=own.size("test"),
            notes=tuple(str(note) for note in own.config.get("notes", ())),
            models=tuple(found.models(own.name)),
        )
        for own in own_datasets(of_session=of_session)
    ]


def remove_dataset(name: str) -> str | None:
    """Delete a dataset of the current session, or one that belongs to none; return why it failed, or None.

    Bundles that were trained on it stay, save those of a session's dataset.
    """
    try:
        own_dataset(name)
        if is_owned(name):
            remove_owned(name)
        else:
            remove_own(data_folder(), name)
    except LatentcoreError as error:
        return str(error).replace(f"{data_folder()}/", "")
    return None


@dataclass(frozen=True)
class ImageGrid:
    """Images of a dataset in one picture.

    Attributes
    ----------
    uri : str
        Data URI of a WebP picture.
    n_images, n_columns, n_rows : int
    """

    uri: str
    n_images: int
    n_columns: int
    n_rows: int


@st.cache_data(max_entries=32, ttl=SECONDS_KEPT, show_spinner=False)
def image_grid(name: str, version: str, n_columns: int, n_rows: int) -> ImageGrid | None:  # noqa: ARG001 - a key
    """Return random images of a dataset, as many of each class as there are, or None if they are unreadable.

    Parameters
    ----------
    name, version : str
        Of the dataset; see `KnownDataset`.
    n_columns, n_rows : int
        Most images per row and column.
    """
    try:
        own = own_dataset(name)
        split = "train" if own.size("train") else "test"
        rows = np.sort(_spread_rows(own.labels(split), n_columns * n_rows))
        pixels = own.read(split, rows)[0]
    except DatasetError:
        return None
    columns = min(n_columns, len(rows))
    images = pixels.astype(np.float32) / np.float32(255)
    picture = webp_bytes(tile_images(images, columns), lossless=True, quality=0)
    return ImageGrid(data_uri(picture, "image/webp"), len(rows), columns, -(-len(rows) // columns))


def _spread_rows(labels: LabelArray, n: int) -> LabelArray:
    """Return the rows of `n` images at random, the classes taken in turn."""
    order = np.random.default_rng(0).permutation(len(labels))
    turn = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        own = np.flatnonzero(labels[order] == label)
        turn[own] = np.arange(len(own))
    rows: LabelArray = order[np.argsort(turn, kind="stable")][:n]
    return rows


@st.cache_data(max_entries=32, ttl=SECONDS_KEPT, show_spinner=False)
def class_counts(name: str, version: str) -> list[tuple[str, int]]:  # noqa: ARG001 - a key
    """Return the classes of a dataset with their numbers of images, train and test, in natural order."""
    try:
        own = own_dataset(name)
        labels = np.concatenate([own.labels(split) for split in SPLITS])
    except DatasetError:
        return []
    counts = np.bincount(labels[labels >= 0], minlength=len(own.classes))
    return list(zip(own.classes, counts.tolist(), strict=True)) if own.classes else []
