"""Labels and splits of pictures from their paths: ImageFolder, flat folders, and metadata tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from latentcore.datasets.own.entries import PICTURE_SUFFIXES, READ_ERRORS, Entry, Problem
from latentcore.datasets.own.metadata import is_table, table_labels
from latentcore.image_input import natural_key

UNREAD_PICTURES = frozenset({".heic", ".heif", ".avif", ".svg", ".jp2", ".psd", ".dng", ".raw", ".dcm"})
ARCHIVES = frozenset({".zip", ".tar", ".gz", ".tgz", ".xz", ".bz2", ".7z", ".rar"})
MAGIC = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
"""How pictures begin, by which those without an ending are told."""
SPLIT_NAMES = {"train": "train", "training": "train", "test": "test", "val": "val", "valid": "val",
               "validation": "val"}  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """A picture with what its path or a table says of it.

    Attributes
    ----------
    entry : Entry
    label : str or None
    split : str or None
        "train", "test" or "val"; None where the source does not say.
    """

    entry: Entry
    label: str | None
    split: str | None


def list_pictures(entries: Sequence[Entry]) -> tuple[list[Listed], list[Problem]]:
    """Return the pictures among the files of a source in natural order, and the files that are none.

    Parameters
    ----------
    entries : sequence of Entry

    Raises
    ------
    DatasetError
        If a metadata table cannot be read, or none of the pictures that it names is there.
    """
    pictures = [entry for entry in entries if _is_picture(entry)]
    tables = [entry for entry in entries if is_table(entry.name)]
    known = {entry.name for entry in [*pictures, *tables]}
    problems = [Problem(entry.name, _why_no_picture(entry)) for entry in entries if entry.name not in known]
    pictures.sort(key=lambda entry: natural_key(entry.name))
    labels = table_labels(tables, {entry.name for entry in pictures}, problems)
    root = _common_folder([entry.name for entry in pictures])
    return [_listed(entry, root, labels) for entry in pictures], problems


def _listed(entry: Entry, root: int, labels: Mapping[str, str] | None) -> Listed:
    parts = PurePosixPath(entry.name).parts[root:]
    split = SPLIT_NAMES.get(parts[0].lower()) if len(parts) > 1 else None
    folders = parts[1:-1] if split else parts[:-1]
    label = labels.get(entry.name) if labels is not None else folders[0] if folders else None
    return Listed(entry, label, split)


def _common_folder(names: Sequence[str]) -> int:
    """Return how many leading folders all pictures share, as where an archive holds one folder of all."""
    folders = [PurePosixPath(name).parts[:-1] for name in names]
    if not folders:
        return 0
    shared = 0
    for parts in zip(*folders, strict=False):
        if len(set(parts)) > 1:
            break
        shared += 1
    # the only class of a source with a single class folder stays a class; a split folder stays a split
    while shared and (shared == min(map(len, folders)) == max(map(len, folders)) and len(set(folders)) == 1):
        shared -= 1
    while shared and folders[0][shared - 1].lower() in SPLIT_NAMES:
        shared -= 1
    return shared


def _why_no_picture(entry: Entry) -> str:
    """Return why a file is left out, the end of a sentence that begins with its name."""
    suffix = PurePosixPath(entry.name).suffix.lower()
    if suffix in UNREAD_PICTURES:
        return f"is a picture of a kind that is not read ({suffix[1:].upper()}): convert it to PNG or JPEG"
    if suffix in ARCHIVES:
        return "is an archive inside the source: unpack it first"
    return "is no picture"


def _is_picture(entry: Entry) -> bool:
    """Return whether a file is named like a picture, or has no ending and begins like one."""
    suffix = PurePosixPath(entry.name).suffix.lower()
    if suffix or entry.n_bytes < len(max(MAGIC, key=len)):
        return suffix in PICTURE_SUFFIXES
    try:
        return entry.read().startswith(MAGIC)
    except READ_ERRORS:
        return False
