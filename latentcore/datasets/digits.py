"""Handwritten digits at 8x8, shipped with scikit-learn.

References
----------
E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
Repository, 1998 (CC BY 4.0).
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from latentcore.datasets.base import DatasetSpec, check_rows
from latentcore.exceptions import DatasetMissing
from latentcore.types import LabelArray, PixelArray

N_TRAIN = 1257
ROWS_FILE = Path(__file__).with_name("digits_rows.npy")
"""Row indices, train then test, of a stratified split by scikit-learn: 0.3 for test, seed 0."""
MAX_LEVEL = 16


def read_digits(split: str, rows: LabelArray | None = None) -> tuple[PixelArray, LabelArray]:
    """Read 1,257 training or 540 test images, a stratified split with a fixed seed, or some rows of it.

    The data file is read from scikit-learn's folder without importing it, which would take 50 MB and
    seconds.

    Returns
    -------
    images : uint8 array, shape (n, 1, 8, 8)
        Grey levels from 0 to 16.
    labels : int64 array, shape (n,)
        The digit.

    Raises
    ------
    DatasetMissing
        If scikit-learn is not installed, or no longer has the file.
    DatasetError
        If there is no such row.
    """
    package = find_spec("sklearn")
    path = Path(package.origin if package and package.origin else "").parent / "datasets/data/digits.csv.gz"
    try:
        table = np.loadtxt(path, np.uint8, delimiter=",")
    except OSError as error:
        raise DatasetMissing(
            "The digits come with scikit-learn, whose file is missing; reinstall it."
        ) from error
    train, test = np.split(np.load(ROWS_FILE, allow_pickle=False), [N_TRAIN])
    chosen = table[train if split == "train" else test]
    if rows is not None:
        check_rows(rows, len(chosen), "digits", split)
        chosen = chosen[rows]
    return chosen[:, :-1].reshape(-1, 1, 8, 8), chosen[:, -1].astype(np.int64)


DIGITS = DatasetSpec(
    name="digits",
    title="Handwritten digits (8x8)",
    description="1,797 digits written by 43 people, scanned to 8x8 pixels in 17 grey levels.",
    image_shape=(1, 8, 8),
    classes=("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    max_value=MAX_LEVEL,
    read=read_digits,
)
