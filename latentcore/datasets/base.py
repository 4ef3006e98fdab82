"""Datasets: `DatasetSpec` (metadata and readers) and `Dataset` (one split in memory)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np

from latentcore.exceptions import DatasetError
from latentcore.large_arrays import as_floats
from latentcore.types import WHITE, FloatArray, ImageShape, LabelArray, PixelArray, TrainImages

SPLITS = ("train", "test")
BLOCK_SIZE = 4_000

OnBytes: TypeAlias = Callable[[int, int], None]
"""Receives the bytes downloaded so far and the total."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One split of a dataset, in memory.

    Attributes
    ----------
    name, split : str
        Name of the dataset, and "train" or "test".
    pixels : uint8 or float32 array, shape (n, channels, height, width)
        As they are stored, `white` being white.
    white : int
        1 for float32 pixels.
    labels : int64 array, shape (n,)
        Class of each image, an index into `classes`; -1 without labels.
    indices : int64 array, shape (n,)
        Index of each image within its split; subsets keep the original indices.
    classes : tuple of str
        Class names; empty without labels.
    factors : float32 array, shape (n, n_factors), or None
        Generative factors of each image, if known; `DatasetSpec.factor_names` names the columns.
    """

    name: str
    split: str
    pixels: TrainImages
    white: int = 1
    labels: LabelArray
    indices: LabelArray
    classes: tuple[str, ...]
    factors: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def images(self) -> FloatArray:
        """Pixels in [0, 1], float32 ``(n, channels, height, width)``; computed when they are first read."""
        return as_floats(self.pixels, self.white)

    @property
    def train_images(self) -> TrainImages:
        """Images as `latentcore.models.LatentModel.fit` takes them: as they are stored, if it can."""
        is_taken = self.pixels.dtype == np.float32 or self.white == WHITE
        return self.pixels if is_taken else self.images

    def blocks(self) -> Iterator[FloatArray]:
        """Yield `images` in blocks, in order, for what does without all of them in memory."""
        for start in range(0, len(self), BLOCK_SIZE):
            yield as_floats(self.pixels[start : start + BLOCK_SIZE], self.white)

    @property
    def known_labels(self) -> LabelArray | None:
        """Labels to train on; None where the images have none."""
        return self.labels if self.classes else None

    def take(self, rows: LabelArray) -> Dataset:
        """Return the images at `rows` (int64 positions, shape (m,)), with their original indices."""
        return replace(
            self,
            pixels=self.pixels[rows],
            labels=self.labels[rows],
            indices=self.indices[rows],
            factors=None if self.factors is None else self.factors[rows],
        )

    def holdout(self, fraction: float, *, seed: int) -> tuple[Dataset, Dataset]:
        """Split into a training and a validation part, stratified by class where classes are large enough.

        Parameters
        ----------
        fraction : float
            Share of the images in the second part, in (0, 1).
        seed : int
            Seed of the shuffle.

        Returns
        -------
        (Dataset, Dataset)
            The training part and the held-out part.

        Raises
        ------
        ValueError
            If `fraction` is not in (0, 1).
        """
        if not 0 < fraction < 1:
            raise ValueError(f"fraction is {fraction}; it must lie between 0 and 1, both excluded.")
        from sklearn.model_selection import train_test_split  # noqa: PLC0415 - costs 0.5 s, rarely needed

        counts = np.unique(self.labels, return_counts=True)[1]
        n_held = math.ceil(fraction * len(self))
        stratifies = counts.min() > 1 and min(n_held, len(self) - n_held) >= len(counts)
        fit_rows, held_rows = train_test_split(
            np.arange(len(self)),
            test_size=fraction,
            stratify=self.labels if stratifies else None,
            random_state=seed,
        )
        return self.take(np.sort(fit_rows)), self.take(np.sort(held_rows))


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """Metadata of a dataset, and how its images are read and downloaded.

    Attributes
    ----------
    name, title, description : str
        Identifier, display name, one sentence.
    image_shape : (int, int, int)
        ``(channels, height, width)``.
    classes : tuple of str
        Class names.
    max_value : int
        Stored pixel value that is scaled to 1.
    read : callable
        ``read(split, rows) -> (pixels, labels)``, uint8 ``(n, channels, height, width)`` and int64 ``(n,)``,
        of the images at `rows`, int64 ``(n,)``, or of all if it is None. Other images are not kept in memory.
    factor_names : tuple of str
        Names of the generative factors, if known; the class is a further factor.
    read_factors : callable or None
        ``read_factors(split)``, float32 ``(n, len(factor_names))``.
    is_present : callable
        Whether the images are on this machine.
    fetch : callable or None
        Downloads the images; None if they are shipped or generated.
    n_train : int or None
        Number of training images, if known without reading them.
    version : str
        Differs if images or labels differ, for datasets that can be removed and added again; else empty.
    """

    name: str
    title: str
    description: str
    image_shape: ImageShape
    classes: tuple[str, ...]
    max_value: int
    read: Callable[[str, LabelArray | None], tuple[PixelArray, LabelArray]]
    factor_names: tuple[str, ...] = ()
    read_factors: Callable[[str], FloatArray] | None = None
    is_present: Callable[[], bool] = lambda: True
    fetch: Callable[[OnBytes | None], Path] | None = None
    n_train: int | None = None
    version: str = ""

    def load(self, split: str) -> Dataset:
        """Read one split; see `latentcore.load_dataset`."""
        if split not in SPLITS:
            raise ValueError(f"split is {split!r}; expected one of {', '.join(SPLITS)}.")
        pixels, labels = self.read(split, None)
        return Dataset(
            name=self.name,
            split=split,
            pixels=pixels,
            white=self.max_value,
            labels=labels,
            indices=np.arange(len(labels), dtype=np.int64),
            classes=self.classes,
            factors=None if self.read_factors is None else self.read_factors(split),
        )

    def scale(self, pixels: PixelArray) -> FloatArray:
        """Return stored pixels of any shape as float32 in [0, 1]."""
        return as_floats(pixels, self.max_value)


def check_rows(rows: LabelArray, n: int, dataset: str, split: str) -> None:
    """Check that all rows are within a split of `n` images.

    Parameters
    ----------
    rows : int64 array, shape (m,)
    n : int
    dataset, split : str
        For the message.

    Raises
    ------
    DatasetError
        If a row is out of range.
    """
    if len(rows) and not 0 <= rows.min() <= rows.max() < n:
        raise DatasetError(
            f"{dataset} has no {split} image {rows.max()}: the model was made with other images."
        )
