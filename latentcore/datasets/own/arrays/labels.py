"""Labels in arrays, as people have them, as one class name per image."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentcore.exceptions import DatasetError

Array = npt.NDArray[np.generic]


def label_names(labels: Array | None, classes: Array | None, n: int, path: Path) -> list[str] | None:
    """Return the class name of each image; None without labels.

    Parameters
    ----------
    labels : array, shape (n,), (n, 1), (1, n) or (n, n_classes), optional
        Whole numbers, also as floats, booleans or texts; or one-hot rows.
    classes : array of names, optional
        By label.
    n : int
        Images.
    path : Path
        Of the file, for messages.

    Raises
    ------
    DatasetError
        If there is not one label per image, a label is no whole number, or one has no name.
    """
    if labels is None:
        return None
    flat = _one_per_image(labels, n)
    if flat.ndim != 1 or len(flat) != n:
        raise DatasetError(f"{path}: labels have the shape {labels.shape}, but there are {n:,} images.")
    if flat.dtype.kind in "SU":
        return [text_of(label) for label in flat.tolist()]
    if flat.dtype.kind == "f":
        flat = _whole(flat, path)
    elif flat.dtype.kind not in "iub":
        raise DatasetError(f"{path}: labels are of type {flat.dtype}, expected whole numbers or texts.")
    if classes is None or flat.dtype.kind == "b":
        return [str(label) for label in flat.tolist()]
    titles: Sequence[str] = [text_of(name) for name in classes.reshape(-1).tolist()]
    numbers = flat.astype(np.int64)
    bad = numbers[(numbers < 0) | (numbers >= len(titles))]
    if len(bad):
        raise DatasetError(f"{path}: label {int(bad[0])} has no name among the {len(titles)} classes.")
    return [titles[int(label)] for label in numbers]


def text_of(value: object) -> str:
    """Return a label or a class name as text; bytes are read as UTF-8, and whole floats without a point."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _one_per_image(labels: Array, n: int) -> Array:
    if labels.ndim != 2:  # noqa: PLR2004
        return labels
    if 1 in labels.shape and labels.size == n:
        return labels.reshape(-1)
    if len(labels) == n and labels.dtype.kind in "iufb" and labels.shape[1] > 1:
        hot = labels.astype(np.float64)
        if ((hot == 0) | (hot == 1)).all() and (hot.sum(axis=1) == 1).all():
            return np.asarray(hot.argmax(axis=1))
    return labels


def _whole(labels: Array, path: Path) -> Array:
    values = labels.astype(np.float64)
    wrong = ~(np.isfinite(values) & (values == np.rint(values)))
    if wrong.any():
        number = int(wrong.argmax())
        raise DatasetError(
            f"{path}: labels are no whole numbers; that of image {number} is {values[number]:g}."
        )
    return values.astype(np.int64)
