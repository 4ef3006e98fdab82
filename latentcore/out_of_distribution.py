"""Images of one dataset in the shape of another one: what a model has never been meant to see."""

from __future__ import annotations

import numpy as np
from PIL import Image

from latentcore.datasets import DATASETS, dataset_spec, load_dataset
from latentcore.types import FloatArray, ImageShape


def foreign_datasets(dataset: str) -> list[str]:
    """Return the other datasets whose images are no smaller: enlarged ones would be told by their blur."""
    shape = dataset_spec(dataset).image_shape
    return [
        name
        for name, spec in DATASETS.items()
        if name != dataset and spec.image_shape[0] == shape[0] and min(spec.image_shape[1:]) >= max(shape[1:])
    ]


def foreign_images(other: str, shape: ImageShape, n: int, *, seed: int) -> FloatArray:
    """Return `n` random test images of another dataset, float32 ``(n, *shape)`` in [0, 1].

    Larger ones are reduced by averaging boxes of pixels. All come, if there are fewer.

    Raises
    ------
    UnknownNameError
        If there is no such dataset.
    DatasetError
        If it cannot be read.
    """
    images = load_dataset(other, "test").images
    rows = np.sort(np.random.default_rng(seed).permutation(len(images))[:n])
    return reduce_images(images[rows], (shape[1], shape[2]))


def reduce_images(images: FloatArray, size: tuple[int, int]) -> FloatArray:
    """Return images ``(n, channels, height, width)`` reduced to a size (height, width) by box averages."""
    if images.shape[2:] == size:
        return images
    flat = images.reshape(-1, *images.shape[2:])
    small = [
        np.asarray(Image.fromarray(one).resize(size[::-1], Image.Resampling.BOX), np.float32) for one in flat
    ]
    return np.clip(np.stack(small), 0, 1).reshape(*images.shape[:2], *size)
