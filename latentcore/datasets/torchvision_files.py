"""Files of a torchvision dataset on this machine: where they are, whether they are there, reading a split."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

from latentcore.datasets.base import check_rows
from latentcore.datasets.idx import read_items
from latentcore.exceptions import DatasetError, DatasetMissing
from latentcore.types import LabelArray, PixelArray

PREFIX = {"train": "train", "test": "t10k"}
IMAGE_SIZE = 28


@dataclass(frozen=True, kw_only=True)
class TorchvisionSource:
    """Location and checksums of a torchvision dataset's files.

    Attributes
    ----------
    name, title : str
        Identifier and display name.
    folder : str
        Name of the torchvision class and of its folder.
    sha256 : mapping of str to str
        Checksum of each unpacked file.
    download_bytes : int
        Total size of the compressed files.
    """

    name: str
    title: str
    folder: str
    sha256: Mapping[str, str]
    download_bytes: int

    @property
    def raw(self) -> Path:
        """The folder of the unpacked files."""
        return data_folder() / self.folder / "raw"


def data_folder() -> Path:
    """Return ``LATENTCORE_DATA``, else the user's cache folder."""
    chosen = os.environ.get("LATENTCORE_DATA")
    return Path(chosen) if chosen else platformdirs.user_cache_path("latentcore") / "data"


def read_split(
    source: TorchvisionSource, split: str, rows: LabelArray | None = None
) -> tuple[PixelArray, LabelArray]:
    """Read one split, or some rows of it, from the unpacked files.

    Checksums of the whole files are verified; the files are read in chunks to save memory.

    Parameters
    ----------
    source : TorchvisionSource
    split : str
    rows : int64 array, shape (n,), optional
        Indices of images; all by default.

    Returns
    -------
    images : uint8 array, shape (n, 1, 28, 28)
    labels : int64 array, shape (n,)

    Raises
    ------
    DatasetMissing
        If a file is not there.
    DatasetError
        If a file cannot be read or has a wrong checksum, or there is no such row.
    """
    images = _verified(source, split, "images-idx3-ubyte", (IMAGE_SIZE, IMAGE_SIZE), rows)
    labels = _verified(source, split, "labels-idx1-ubyte", (), rows)
    return images[:, None], labels.astype(np.int64)


def _verified(
    source: TorchvisionSource, split: str, ending: str, shape: tuple[int, ...], rows: LabelArray | None
) -> PixelArray:
    """Return items of `shape` of a file, after verifying its checksum."""
    name = f"{PREFIX[split]}-{ending}"
    path = source.raw / name
    try:
        if path.exists() and not path.is_file():
            raise DatasetError(f"{path}: not a regular file. Remove it and fetch {source.title} again.")
        found = read_items(path, shape, rows)
    except (FileNotFoundError, NotADirectoryError):
        raise DatasetMissing(
            f"{source.title} is not in {data_folder()}. Fetch it with `latentcore fetch {source.name}`, or "
            "point LATENTCORE_DATA to a folder that has it."
        ) from None
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror or error}).") from error
    if found.sha256 != source.sha256[name]:
        raise DatasetError(
            f"{path}: {found.n_bytes:,} bytes with a wrong checksum; it is incomplete or another file. "
            f"Replace it with `latentcore fetch {source.name} --force`."
        )
    if rows is not None:
        check_rows(rows, found.n_items, source.name, split)
    return found.items


def is_present(source: TorchvisionSource) -> bool:
    """Return whether all files exist; checksums are verified when they are read."""
    return all((source.raw / name).is_file() for name in source.sha256)
