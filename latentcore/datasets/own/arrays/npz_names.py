"""The arrays of an npz file by what they hold: images, labels and class names, by their usual names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentcore.exceptions import DatasetError

Archive = Mapping[str, npt.NDArray[np.generic]]

IMAGES = ("images", "image", "imgs", "x", "data", "pixels", "arr_0")
LABELS = ("labels", "label", "y", "target", "targets", "arr_1")
CLASSES = ("classes", "class_names", "label_names", "target_names", "names")
SPLITS = {"train": "train", "training": "train", "test": "test", "val": "val", "valid": "val",
          "validation": "val"}  # fmt: skip
_SPLIT = re.compile(rf"^(?:({'|'.join(SPLITS)})_)?(.*?)(?:_({'|'.join(SPLITS)}))?$")


@dataclass(frozen=True)
class Part:
    """Names of the arrays of a split; `split` is None where the file has no splits."""

    split: str | None
    images: str
    labels: str | None


def is_usual_name(name: str) -> bool:
    """Return whether an array's name says that it holds images, labels or class names."""
    return _parse(name)[1] in (*IMAGES, *LABELS, *CLASSES)


def parts_of(archive: Archive, path: Path) -> tuple[list[Part], str | None, list[str]]:
    """Return which arrays hold images and labels, which one holds class names, and notes on it.

    Names are read without case; ``x_train`` and ``train_images`` name a split as well.

    Raises
    ------
    DatasetError
        If no array holds images.
    """
    images, labels = _by_split(archive, IMAGES), _by_split(archive, LABELS)
    if not images:
        raise DatasetError(f"{path} has no array named images; it has {', '.join(archive)[:200] or 'none'}.")
    parts = [Part(split, name, labels.get(split)) for split, name in images.items()]
    classes = next((name for wanted in CLASSES for name in archive if name.lower() == wanted), None)
    notes = [
        f"The array {name!r} is taken as {what}."
        for part in parts
        for name, what in ((part.images, "images"), (part.labels, "labels"))
        if name is not None and name != what
    ]
    return parts, classes, notes


def _by_split(archive: Archive, wanted: tuple[str, ...]) -> dict[str | None, str]:
    """Return for each split the array whose name comes first among the wanted ones."""
    found: dict[str | None, str] = {}
    for meaning in wanted:
        for name in archive:
            split, own = _parse(name)
            if own == meaning:
                found.setdefault(split, name)
    return found


def _parse(name: str) -> tuple[str | None, str]:
    """Return the split that a name begins or ends with, and the rest of it, in small letters."""
    match = _SPLIT.match(name.lower())
    before, rest, after = match.groups() if match else (None, name, None)
    return SPLITS.get(before or after or ""), rest
