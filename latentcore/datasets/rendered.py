"""Datasets that are rendered from known, independent factors instead of read from files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from latentcore.datasets.base import check_rows
from latentcore.types import FloatArray, ImageShape, LabelArray, PixelArray

N_IMAGES = {"train": 20_000, "test": 5_000}
SEEDS = {"train": 0, "test": 1}


@dataclass(frozen=True)
class RenderedImages:
    """Labels, factors and images of a rendered dataset.

    Attributes
    ----------
    name : str
        For messages.
    n_classes : int
    ranges : iterable of (float, float)
        Lowest and highest value of each factor.
    image_shape : (int, int, int)
    render : callable
        ``render(labels, factors)`` returns float32 images ``(n, channels, height, width)`` in [0, 1].
    chunk : int
        Images rendered at once.
    """

    name: str
    n_classes: int
    ranges: Iterable[tuple[float, float]]
    image_shape: ImageShape
    render: Callable[[LabelArray, FloatArray], FloatArray]
    chunk: int

    def sample_factors(self, split: str) -> tuple[LabelArray, FloatArray]:
        """Return labels int64 ``(n,)`` and factors float32 ``(n, n_factors)``, uniform and independent."""
        generator = np.random.default_rng(SEEDS[split])
        n = N_IMAGES[split]
        labels = generator.integers(0, self.n_classes, n)
        columns = [generator.uniform(low, high, n) for low, high in self.ranges]
        return labels, np.stack(columns, axis=1).astype(np.float32)

    def read(self, split: str, rows: LabelArray | None = None) -> tuple[PixelArray, LabelArray]:
        """Render 20,000 training or 5,000 test images, or some rows of them.

        Returns
        -------
        images : uint8 array, shape (n, channels, height, width)
        labels : int64 array, shape (n,)

        Raises
        ------
        DatasetError
            If there is no such row.
        """
        labels, factors = self.sample_factors(split)
        if rows is not None:
            check_rows(rows, len(labels), self.name, split)
            labels, factors = labels[rows], factors[rows]
        images = np.empty((len(labels), *self.image_shape), np.uint8)
        for start in range(0, len(labels), self.chunk):
            part = slice(start, start + self.chunk)
            images[part] = np.rint(self.render(labels[part], factors[part]) * 255)
        return images, labels
