"""Handwritten digits at 8x8, shipped with scikit-learn.

References
----------
E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
Repository, 1998 (CC BY 4.0).
"""

from __future__ import annotations

import numpy as np

from latentcore.datasets.base import DatasetSpec
from latentcore.types import FloatArray, LabelArray

TEST_FRACTION = 0.3
SPLIT_SEED = 0
GREY_LEVELS = 16


def read_digits(split: str) -> tuple[FloatArray, LabelArray]:
    """Read 1,257 training or 540 test images, a stratified split with a fixed seed.

    Returns
    -------
    images : float32 array, shape (n, 1, 8, 8)
        Pixels in [0, 1], in steps of 1/16.
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
    images = (pixels[rows] / GREY_LEVELS).astype(np.float32).reshape(-1, 1, 8, 8)
    return images, digits[rows].astype(np.int64)


DIGITS = DatasetSpec(
    name="digits",
    title="Handwritten digits (8x8)",
    description="1,797 digits written by 43 people, scanned to 8x8 pixels in 17 grey levels.",
    image_shape=(1, 8, 8),
    classes=("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    read=read_digits,
)
