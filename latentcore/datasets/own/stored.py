"""Own datasets on disk: uint8 pixels that are memory-mapped, with a config and checksums."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.datasets.base import DatasetSpec, check_rows
from latentcore.datasets.own.array_files import ARRAY_ERRORS, MAX_ARRAY_BYTES, cause_of, read_npz
from latentcore.datasets.own.names import is_name, is_owned
from latentcore.exceptions import DatasetError
from latentcore.types import LabelArray, PixelArray

FORMAT_VERSION = 1
FOLDER = "own"
"""Folder below the data folder that holds one folder per own dataset."""
CONFIG_FILE, LABELS_FILE = "config.json", "labels.npz"
MAX_CLASSES, MAX_CLASS_NAME = 1000, 200
SPLITS = ("train", "test")
MAX_VALUE = 255
N_AXES, MAX_SIDE = 3, 64
"""Of an image: channels, height and width; at most 64 pixels per side."""


@dataclass(frozen=True)
class OwnDataset:
    """What is known of an own dataset without reading its images.

    Attributes
    ----------
    name : str
    folder : Path
    config : mapping
        Image shape, classes, sizes, options and checksums; see `latentcore.datasets.own.add`.
    """

    name: str
    folder: Path
    config: Mapping[str, Any]

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """``(channels, height, width)``."""
        channels, height, width = self.config["image_shape"]
        return channels, height, width

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names; empty without labels."""
        return tuple(self.config["classes"])

    def size(self, split: str) -> int:
        """Return the number of images of a split."""
        return int(self.config["sizes"][split])

    def read(self, split: str, rows: LabelArray | None = None) -> tuple[PixelArray, LabelArray]:
        """Read a split, or some rows of it; what is not asked for is not held in memory.

        Parameters
        ----------
        split : {"train", "test"}
        rows : int64 array, shape (m,), optional

        Returns
        -------
        pixels : uint8 array, shape (n, channels, height, width)
        labels : int64 array, shape (n,)
            -1 without labels.

        Raises
        ------
        DatasetError
            If a file is missing, damaged or of another size than its config says, or there is no such row.
        """
        shape = (self.size(split), *self.image_shape)
        path = self.folder / pixels_file(split)
        try:
            if path.stat().st_size != int(np.prod(shape)):
                raise DatasetError(f"{path} has another size than its config says; add the dataset again.")
            mapped = np.memmap(path, np.uint8, "r", shape=shape) if shape[0] else np.zeros(shape, np.uint8)
        except ARRAY_ERRORS as error:
            raise DatasetError(f"{path} cannot be read: {cause_of(error)}.") from error
        labels = self.labels(split)
        if rows is None:
            return np.array(mapped), labels
        check_rows(rows, shape[0], self.name, split)
        return np.array(mapped[rows]), labels[rows]

    @property
    def version(self) -> str:
        """Hash of the checksums of its files, 16 hexadecimal digits."""
        checksums = " ".join(facts["sha256"] for _, facts in sorted(self.config["files"].items()))
        return hashlib.sha256(checksums.encode()).hexdigest()[:16]

    def labels(self, split: str) -> LabelArray:
        """Return the label of each image of a split, -1 without labels; raises `DatasetError`."""
        path = self.folder / LABELS_FILE
        try:
            labels = read_npz(path, MAX_ARRAY_BYTES)[split].astype(np.int64)
        except ARRAY_ERRORS as error:
            raise DatasetError(f"{path} cannot be read: {cause_of(error)}.") from error
        if labels.shape != (self.size(split),):
            raise DatasetError(f"{path} has another number of labels than there are images; add it again.")
        return labels

    def verify(self) -> None:
        """Compare the checksums of all files; raises `DatasetError` where one differs."""
        for file, facts in self.config["files"].items():
            path = self.folder / file
            if not path.is_file() or checksum(path) != facts["sha256"]:
                raise DatasetError(f"{path} is missing, was changed or damaged; add the dataset again.")

    def spec(self) -> DatasetSpec:
        """Return the dataset as every other one is described."""
        labelled = f"{len(self.classes)} classes" if self.classes else "no labels"
        n = self.size("train") + self.size("test")
        return DatasetSpec(
            name=self.name,
            title=self.config["title"],
            description=f"{n:,} images added from {self.config['source']}, {labelled}.",
            image_shape=self.image_shape,
            classes=self.classes,
            max_value=MAX_VALUE,
            read=self.read,
            n_train=self.size("train"),
            version=self.version,
        )


def own_folder(data_folder: Path) -> Path:
    """Return the folder of all own datasets."""
    return data_folder / FOLDER


def list_own(data_folder: Path, *, owned: bool = False) -> list[OwnDataset]:
    """Return the own datasets that can be read, by name.

    Parameters
    ----------
    data_folder : Path
    owned : bool
        False: those that belong to no session. True: those that belong to any session of a dashboard.
    """
    folders = (folder for folder in _folders(data_folder) if is_owned(folder.name) == owned)
    return [one for folder in folders if (one := _read(folder)) is not None]


def find_own(data_folder: Path, name: str) -> OwnDataset | None:
    """Return an own dataset by its name, or None."""
    folder = own_folder(data_folder) / name
    return _read(folder) if is_name(name) and folder.is_dir() else None


def remove_own(data_folder: Path, name: str) -> None:
    """Delete an own dataset from disk; raises `DatasetError` if there is none, or it cannot be deleted."""
    found = find_own(data_folder, name)
    if found is None:
        raise DatasetError(f"There is no own dataset {name!r}.")
    try:
        shutil.rmtree(found.folder)
    except OSError as error:
        raise DatasetError(f"{found.folder} cannot be deleted: {error.strerror}.") from error


def pixels_file(split: str) -> str:
    """Return the name of the file with a split's pixels."""
    return f"{split}.u8"


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, read in chunks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folders(data_folder: Path) -> Iterator[Path]:
    folder = own_folder(data_folder)
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if path.is_dir() and is_name(path.name))


def _read(folder: Path) -> OwnDataset | None:
    path = folder / CONFIG_FILE
    try:
        return _parsed(folder, path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


@lru_cache(maxsize=64)
def _parsed(folder: Path, text: str) -> OwnDataset:
    """Check a config and return the dataset; raises `ValueError`, `KeyError` or `TypeError`."""
    config = json.loads(text)
    shape, classes, files = config["image_shape"], config["classes"], config["files"]
    checks = {
        "format or name": config["format_version"] == FORMAT_VERSION and config["name"] == folder.name,
        "image_shape": len(shape) == N_AXES
        and shape[0] in (1, 3)
        and all(type(n) is int and 1 <= n <= MAX_SIDE for n in shape),
        "classes": len(classes) <= MAX_CLASSES
        and all(isinstance(name, str) and 0 < len(name) <= MAX_CLASS_NAME for name in classes),
        "sizes": all(type(config["sizes"][split]) is int and config["sizes"][split] >= 0 for split in SPLITS),
        "title or source": isinstance(config["title"], str) and isinstance(config["source"], str),
        "notes": isinstance(config["notes"], list) and all(isinstance(note, str) for note in config["notes"]),
        "files": set(files) == {LABELS_FILE, *map(pixels_file, SPLITS)}
        and all(isinstance(facts["sha256"], str) for facts in files.values()),
    }
    wrong = next((name for name, is_right in checks.items() if not is_right), None)
    if wrong is not None:
        raise ValueError(wrong)
    return OwnDataset(folder.name, folder, config)
