"""Handwritten digits at 8x8, shipped with scikit-learn.

References
----------
E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
Repository, 1998 (CC BY 4.0).
"""

from __future__ import annotations

import numpy as np

from latentcore.datasets.base import DatasetSpec
from latentcore.types import LabelArray, PixelArray

TEST_FRACTION = 0.3
SPLIT_SEED = 0
WHITE = 16


def read_digits(split: str) -> tuple[PixelArray, LabelArray]:
    """Read 1,257 training or 540 test images, a stratified split with a fixed seed.

    Returns
    -------
    images : uint8 array, shape (n, 1, 8, 8)
        Grey levels from 0 to 16.
    labels : int64 array, shape (n,)
        The digit.
    """
    from sklearn.datasets import load_digits  # noqa: PLC0415 - scikit-learn costs 0.5 s to import
    from sklearn.model_selection import train_test_split  # noqa: PLC0415

    pixels, digits = load_digits(return_X_y=True)
    rows = dict(
        zip(
            ("train", "test"),
            train_test_split(
                np.arange(len(digits)), test_size=TEST_FRACTION, stratify=digits, random_state=SPLIT_SEED
            ),
            strict=True,
        )
    )[split]
    return pixels[rows].astype(np.uint8).reshape(-1, 1, 8, 8), digits[rows].astype(np.int64)


DIGITS = DatasetSpec(
    name="digits",
    title="Handwritten digits (8x8)",
    description="1,797 digits written by 43 people, scanned to 8x8 pixels in 17 grey levels.",
    image_shape=(1, 8, 8),
    classes=("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    white=WHITE,
    read=read_digits,
)
