"""Batches of training images, and their augmentation by small random affine transformations."""

from __future__ import annotations

import math

import torch
from torch import nn

from latentcore.large_arrays import ImageRows
from latentcore.types import ImageShape

MAX_ROTATION = math.radians(10)
MAX_SCALING = 0.1
MAX_SHIFT = 0.06


def image_batch(images: ImageRows, batch: torch.Tensor) -> torch.Tensor:
    """Return the images of an int64 index tensor ``(m,)``, a float32 tensor ``(m, pixels)``."""
    return torch.from_numpy(images[batch.numpy()])


def random_affine(rows: torch.Tensor, image_shape: ImageShape, *, share: float) -> torch.Tensor:
    """Transform a random share of images by up to 10 degrees, 10% in scale and shear, 6% of a side in shift.

    It works against overfitting of small training sets. Resampling blurs, so a share of the images should be
    left untransformed.

    Parameters
    ----------
    rows : float32 tensor, shape (n, channels * height * width)
        Pixels in [0, 1]; pixels from outside the image are 0.
    image_shape : (int, int, int)
    share : float
        Probability that an image is transformed, in [0, 1]; 0 returns `rows` itself.

    Returns
    -------
    float32 tensor, shape of `rows`
    """
    if share == 0:
        return rows
    n = len(rows)
    angle, shear = _uniform(n, MAX_ROTATION), _uniform(n, MAX_SCALING)
    matrix = torch.zeros(n, 2, 3)
    matrix[:, 0, 0] = angle.cos() * (1 + _uniform(n, MAX_SCALING))
    matrix[:, 0, 1] = shear - angle.sin()
    matrix[:, 1, 0] = angle.sin()
    matrix[:, 1, 1] = angle.cos() * (1 + _uniform(n, MAX_SCALING))
    matrix[:, 0, 2], matrix[:, 1, 2] = _uniform(n, 2 * MAX_SHIFT), _uniform(n, 2 * MAX_SHIFT)
    images = rows.view(n, *image_shape)
    grid = nn.functional.affine_grid(matrix, list(images.shape), align_corners=False)
    moved = nn.functional.grid_sample(images, grid, align_corners=False).view_as(rows)
    return torch.where(torch.rand(n, 1) < share, moved, rows)


def _uniform(n: int, bound: float) -> torch.Tensor:
    return (2 * torch.rand(n) - 1) * bound
