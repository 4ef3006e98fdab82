"""Out-of-distribution images: other datasets resized to a model's input shape."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image

from latentcore.datasets import DATASETS, DatasetSpec, dataset_spec
from latentcore.types import FloatArray, ImageShape


def ood_datasets(dataset: str, added: Iterable[DatasetSpec] = ()) -> list[str]:
    """Return the datasets that can serve as out-of-distribution images for `dataset`.

    These are the others with as many channels and images at least as large: upscaled images would be
    recognised by their blur.

    Parameters
    ----------
    dataset : str
    added : iterable of DatasetSpec, optional
        Datasets to choose from beside the library's.
    """
    shape = dataset_spec(dataset).image_shape
    return [
        spec.name
        for spec in [*DATASETS.values(), *added]
        if spec.name != dataset and _can_be_downscaled(spec.image_shape, shape)
    ]


def ood_images(other: str, shape: ImageShape, n: int, *, seed: int) -> FloatArray:
    """Return random test images of another dataset, downscaled to a shape.

    Parameters
    ----------
    other : str
        Name of the dataset, one of `ood_datasets`.
    shape : (int, int, int)
        ``(channels, height, width)`` of the result.
    n : int
        Number of images; all of the test split if it has fewer.
    seed : int

    Returns
    -------
    float32 array, shape (n, channels, height, width)
        Pixels in [0, 1].

    Raises
    ------
    UnknownNameError
        If there is no such dataset.
    DatasetError
        If it cannot be read.
    """
    spec = dataset_spec(other)
    pixels, _ = spec.read("test", None)
    rows = np.sort(np.random.default_rng(seed).permutation(len(pixels))[:n])
    return downscale_images(spec.scale(pixels[rows]), (shape[1], shape[2]))


def downscale_images(images: FloatArray, size: tuple[int, int]) -> FloatArray:
    """Return images ``(n, channels, height, width)`` downscaled to (height, width) by box averages."""
    if images.shape[2:] == size:
        return images
    flat = images.reshape(-1, *images.shape[2:])
    small = [
        np.asarray(Image.fromarray(one).resize(size[::-1], Image.Resampling.BOX), np.float32) for one in flat
    ]
    return np.clip(np.stack(small), 0, 1).reshape(*images.shape[:2], *size)


def _can_be_downscaled(larger: ImageShape, shape: ImageShape) -> bool:
    """Return whether images of the first shape can be given the second without enlarging them."""
    return larger == shape or (larger[0] == shape[0] and min(larger[1:]) >= max(shape[1:]))
