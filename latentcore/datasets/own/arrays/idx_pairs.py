"""Files in the idx format: which ones hold images, and where their labels are."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path

IMAGES_DIMENSIONS, LABELS_DIMENSIONS = 3, 1
_NAMED = re.compile(r"(idx\d*|ubyte)(\.gz)?$", re.IGNORECASE)
_IMAGES_NAME = re.compile(r"images?([-._])idx3", re.IGNORECASE)


def is_idx_name(name: str) -> bool:
    """Return whether a file is named like one in the idx format, gzipped or not."""
    return bool(_NAMED.search(name))


def is_idx_images(path: Path) -> bool:
    """Return whether a file is named like idx and its header says that it holds images."""
    return is_idx_name(path.name) and n_dimensions(path) == IMAGES_DIMENSIONS


def is_idx_labels(path: Path) -> bool:
    """Return whether a file is named like idx and its header says that it holds labels."""
    return is_idx_name(path.name) and n_dimensions(path) == LABELS_DIMENSIONS


def n_dimensions(path: Path) -> int:
    """Return the number of dimensions that the header of an idx file says; 0 if it is none."""
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            magic = file.read(4)
    except (OSError, EOFError, zlib.error):
        # a damaged file that is named like the usual ones is read, and its damage said
        return IMAGES_DIMENSIONS if _IMAGES_NAME.search(path.name) else 0
    return magic[3] if len(magic) == 4 and magic[:2] == b"\0\0" else 0  # noqa: PLR2004


def labels_of(path: Path) -> Path | None:
    """Return the file of the labels that belong to a file of images, or None.

    It is named alike, or else the only file of labels beside it that belongs to the same split.
    """
    if not path.parent.is_dir():
        return None
    expected = _IMAGES_NAME.sub(r"labels\1idx1", path.name).lower()
    beside = sorted(path.parent.iterdir())
    alike = [other for other in beside if other.name.lower() == expected and other != path]
    if alike:
        return alike[0]
    own = [other for other in beside if is_idx_labels(other) and split_of(other) == split_of(path)]
    return own[0] if len(own) == 1 else None


def split_of(path: Path) -> str | None:
    """Return the split that a file's name says: "train", "test" or None."""
    name = path.name.lower()
    if "train" in name:
        return "train"
    return "test" if re.search(r"t10k|test", name) else None
