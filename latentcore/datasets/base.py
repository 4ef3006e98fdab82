"""What a dataset is: a spec that can be shown without reading it, and a split held in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from latentcore.types import FloatArray, ImageShape, LabelArray

SPLITS = ("train", "test")


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One split of a dataset, in memory.

    Attributes
    ----------
    name, split : str
        Where the images come from.
    images : float32 array, shape (n, channels, height, width)
        Pixels in [0, 1].
    labels : int64 array, shape (n,)
        Class of each image, an index into `classes`.
    indices : int64 array, shape (n,)
        Number of each image within its split; a subset keeps the numbers of the whole.
    classes : tuple of str
        Class names.
    """

    name: str
    split: str
    images: FloatArray
    labels: LabelArray
    indices: LabelArray
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: LabelArray) -> Dataset:
        """Return the images at `rows` (int64 positions, shape (m,)), with their original indices."""
        return Dataset(
            name=self.name,
            split=self.split,
            images=self.images[rows],
            labels=self.labels[rows],
            indices=self.indices[rows],
            classes=self.classes,
        )

    def holdout(self, fraction: float, *, seed: int) -> tuple[Dataset, Dataset]:
        """Cut off a stratified part for validation.

        Parameters
        ----------
        fraction : float
            Share of the images in the second part, in (0, 1).
        seed : int
            Seed of the shuffle.

        Returns
        -------
        (Dataset, Dataset)
            The part to fit on and the part held out.

        Raises
        ------
        ValueError
            If `fraction` is not inside (0, 1).
        """
        if not 0 < fraction < 1:
            raise ValueError(f"fraction is {fraction}; it must lie between 0 and 1, both excluded.")
        from sklearn.model_selection import train_test_split  # noqa: PLC0415 - costs 0.5 s, rarely needed

        fit_rows, held_rows = train_test_split(
            np.arange(len(self)), test_size=fraction, stratify=self.labels, random_state=seed
        )
        return self.take(np.sort(fit_rows)), self.take(np.sort(held_rows))


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """What can be said of a dataset before it is read.

    Attributes
    ----------
    name, title, description : str
        Identifier, display name, one sentence.
    image_shape : (int, int, int)
        ``(channels, height, width)``.
    classes : tuple of str
        Class names.
    read : callable
        ``read(split) -> (images, labels)``.
    """

    name: str
    title: str
    description: str
    image_shape: ImageShape
    classes: tuple[str, ...]
    read: Callable[[str], tuple[FloatArray, LabelArray]]

    def load(self, split: str) -> Dataset:
        """Read one split; see `latentcore.load_dataset`."""
        if split not in SPLITS:
            raise ValueError(f"split is {split!r}; expected one of {', '.join(SPLITS)}.")
        images, labels = self.read(split)
        return Dataset(
            name=self.name,
            split=split,
            images=images,
            labels=labels,
            indices=np.arange(len(labels), dtype=np.int64),
            classes=self.classes,
        )
