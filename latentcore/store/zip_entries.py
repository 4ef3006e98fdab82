"""Entries of a zip file with a bundle: the file, its list of entries, names and kinds are checked."""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from latentcore.datasets.own.entries import is_passed_over
from latentcore.datasets.own.names import NAME as DATASET_NAME
from latentcore.exceptions import BundleError
from latentcore.store.bundle import BUNDLE_FILES, CONFIG_FILE
from latentcore.store.checked_files import MAX_FILES
from latentcore.store.names import check_chosen_name
from latentcore.store.owners import public_id
from latentcore.store.schema import short_repr

MAX_ZIP_BYTES = 50 * 10**6
MAX_DIRECTORY_BYTES = 2**18
"""Of the zip's list of entries, which `zipfile` reads into memory as a whole."""
PICTURE = re.compile(r"card/[a-z0-9_-]{1,60}\.png")
READ_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, KeyError, OverflowError),
)
"""Exceptions that `zipfile` may raise for a damaged file in memory."""
AGAIN = "Download or export the model again, and bring that file."
END_RECORD, LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x07"
END_BYTES, LOCATOR_BYTES, MAX_COMMENT = 22, 20, 2**16


def is_bundle_file(name: str) -> bool:
    """Return whether a bundle may have a file of this name."""
    return name in BUNDLE_FILES or PICTURE.fullmatch(name) is not None


@contextmanager
def opened_zip(source: Path | BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open a zip file; what `zipfile` raises while the block runs becomes a `BundleError`.

    Parameters
    ----------
    source : Path, or binary file in memory

    Raises
    ------
    BundleError
        If it cannot be read, has more than 50 MB, is no zip file, or lists too many entries.
    """
    file = _content(source) if isinstance(source, Path) else source
    _check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except READ_ERRORS as error:
        cause = short_repr(str(error) or type(error).__name__)
        raise BundleError(f"The zip file is damaged ({cause}). {AGAIN}") from error


def _content(path: Path) -> BinaryIO:
    try:
        with path.open("rb") as file:
            return io.BytesIO(file.read(MAX_ZIP_BYTES + 1))
    except FileNotFoundError:
        raise BundleError(f"There is no file {path}.") from None
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror or error}.") from error


def _check_directory(file: BinaryIO) -> None:
    """Raise `BundleError` unless a file ends as a zip file does, and its list of files is short."""
    size = file.seek(0, os.SEEK_END)
    if size > MAX_ZIP_BYTES:
        raise BundleError(
            f"The file has {size / 1e6:,.0f} MB; a model has at most {MAX_ZIP_BYTES / 1e6:.0f}."
        )
    file.seek(max(0, size - END_BYTES - MAX_COMMENT - LOCATOR_BYTES))
    tail = file.read()
    at = tail.rfind(END_RECORD, 0, max(0, len(tail) - END_BYTES + len(END_RECORD)))
    if at < 0:
        raise BundleError(f"The file is no zip file, or its end is missing. {AGAIN}")
    n_bytes = struct.unpack_from("<I", tail, at + 12)[0]
    is_64 = tail[max(0, at - LOCATOR_BYTES) : at].startswith(LOCATOR_64)
    if is_64 or n_bytes > MAX_DIRECTORY_BYTES:
        raise BundleError(f"The zip file lists more files than a model has. {AGAIN}")


def zip_entries(archive: zipfile.ZipFile) -> tuple[str, dict[str, zipfile.ZipInfo]]:
    """Return the id of the packed bundle, and its entries by the name of the bundle's file."""
    ids: set[str] = set()
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        if info.is_dir() or is_passed_over(info.filename):
            continue
        dataset, _, rest = info.filename.partition("/")
        name, _, file = rest.partition("/")
        _check_entry(info, file)
        if file in entries and f"{dataset}/{name}" in ids:
            raise BundleError(f"The zip file holds {short_repr(info.filename)} twice. {AGAIN}")
        entries[file] = info
        ids.add(f"{dataset}/{name}")
    if len(ids) != 1 or CONFIG_FILE not in entries or len(entries) > MAX_FILES:
        raise BundleError(
            "The zip file is not one of a model: it has to hold one folder, <dataset>/<name>, with the files "
            f"of one bundle. {AGAIN}"
        )
    packed = ids.pop()
    _check_id(packed)
    return packed, entries


def _check_entry(info: zipfile.ZipInfo, file: str) -> None:
    """Raise `BundleError` unless an entry is a plain file that a bundle may have."""
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode not in (0, stat.S_IFREG):
        raise BundleError(f"The zip file holds {short_repr(info.filename)}, a link or a device. {AGAIN}")
    if info.flag_bits & 1:
        raise BundleError("The zip file is encrypted: pack it without a password.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BundleError("The zip file is compressed in an unusual way: pack it as a usual zip file.")
    if not is_bundle_file(file):
        raise BundleError(
            f"The zip file holds {short_repr(info.filename)}, which is no file of a model: take it out, or "
            "download the model again."
        )


def _check_id(bundle_id: str) -> None:
    dataset, _, name = bundle_id.partition("/")
    if not DATASET_NAME.fullmatch(dataset) or public_id(dataset) != dataset:
        raise BundleError(f"The zip file is not one of a model: no dataset is named {short_repr(dataset)}.")
    try:
        check_chosen_name(name)
    except ValueError as error:
        raise BundleError(f"The zip file is not one of a model. {error}") from error
