"""Files of a source of images: a folder, or a zip or tar archive of one, without unpacking it to disk."""

from __future__ import annotations

import lzma
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from threading import Lock

from latentcore.datasets.own.array_files import ARRAY_ERRORS, cause_of
from latentcore.exceptions import DatasetError

MAX_ENTRIES = 1_000_000
MAX_FILE_BYTES = 64 * 2**20
"""Limit for one picture in a source."""
READ_ERRORS = (*ARRAY_ERRORS, tarfile.TarError, lzma.LZMAError, struct.error)
"""Exceptions that reading a damaged archive, or a file in it, may raise."""
PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
)
TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".json", ".jsonl", ".xlsx", ".xls"})
SYSTEM_NAMES = frozenset({"__MACOSX", "Thumbs.db", "thumbs.db", "desktop.ini", "Desktop.ini"})


@dataclass(frozen=True)
class Entry:
    """A file of a source.

    Attributes
    ----------
    name : str
        Path inside the source, with forward slashes.
    n_bytes : int
    read : callable
        Returns the content; safe to call from several threads.
    """

    name: str
    n_bytes: int
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Problem:
    """A file of a source that was left out.

    Attributes
    ----------
    name : str
    reason : str
        The end of a sentence that begins with the name.
    """

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{printable(self.name)} {self.reason}."


def printable(text: str) -> str:
    """Return a text that can be encoded; names of files may hold bytes that are no text."""
    return text.encode("utf-8", "replace").decode("utf-8")


@contextmanager
def opened_entries(source: Path) -> Iterator[tuple[list[Entry], list[Problem]]]:
    """List the files of a folder or archive; entries can be read while the block runs.

    Files of operating systems and archivers (`.DS_Store`, `__MACOSX`, `Thumbs.db`, hidden files) are passed
    over. Links, and names that lead out of the source, are problems.

    Parameters
    ----------
    source : Path
        A folder, or a zip or tar file.

    Raises
    ------
    DatasetError
        If it is neither, cannot be read, or holds too many files.
    """
    with ExitStack() as stack:
        try:
            listed = _listed(source, stack)
        except PermissionError as error:
            raise DatasetError(f"{error.filename or source} cannot be read: {error.strerror}.") from error
        except READ_ERRORS as error:
            raise DatasetError(f"{source} is a damaged archive: {cause_of(error)}.") from error
        yield listed


def _listed(source: Path, stack: ExitStack) -> tuple[list[Entry], list[Problem]]:
    """Return the files of a folder or archive, which stays open until the stack is closed."""
    if source.is_dir():
        return _folder(source)
    if zipfile.is_zipfile(source):
        return _zip(stack.enter_context(zipfile.ZipFile(source)))
    if source.is_file() and tarfile.is_tarfile(source):
        return _tar(stack.enter_context(tarfile.open(source)))
    if source.exists():
        raise DatasetError(_why_no_source(source))
    raise DatasetError(f"There is no {source}.")


def _why_no_source(source: Path) -> str:
    """Return the sentence on a file that is neither an archive nor an array or table of images."""
    suffix = source.suffix.lower()
    if suffix in PICTURE_SUFFIXES:
        return f"{source} is a single picture; give a folder of pictures, or an archive of one."
    if suffix in TABLE_SUFFIXES:
        return f"{source} is a table without pictures; a dataset is made of images."
    return f"{source} is damaged, or no zip, tar, npy, npz, idx or Parquet file."


def is_passed_over(name: str) -> bool:
    """Return whether a path is hidden, or one that operating systems and archivers leave behind."""
    return any(
        (part.startswith(".") and part != "..") or part in SYSTEM_NAMES for part in PurePosixPath(name).parts
    )


def _folder(source: Path) -> tuple[list[Entry], list[Problem]]:
    entries, problems, root = [], [], source.resolve()
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if is_passed_over(name) or path.is_dir():
            continue
        if not path.resolve().is_relative_to(root):
            problems.append(Problem(name, "is a link that leads out of the folder"))
        elif not stat.S_ISREG(path.stat().st_mode):
            problems.append(Problem(name, "is no regular file"))
        else:
            entries.append(Entry(name, path.stat().st_size, path.read_bytes))
        _check_number(len(entries), source)
    return _usable(entries, problems)


def _zip(archive: zipfile.ZipFile) -> tuple[list[Entry], list[Problem]]:
    entries, problems = [], []
    for info in archive.infolist():
        name = info.filename.replace("\\", "/")  # as some archivers of Windows write it
        if name.endswith("/") or is_passed_over(name):
            continue
        if _leads_out(name):
            problems.append(Problem(info.filename, "has a name that leads out of the archive"))
        elif info.flag_bits & 1:
            problems.append(Problem(name, "is encrypted"))
        else:
            entries.append(Entry(name, info.file_size, partial(archive.read, info)))
        _check_number(len(entries), archive.filename)
    return _usable(entries, problems)


def _tar(archive: tarfile.TarFile) -> tuple[list[Entry], list[Problem]]:
    entries, problems, lock = [], [], Lock()

    def reader(member: tarfile.TarInfo) -> Callable[[], bytes]:
        def read() -> bytes:
            with lock:
                file = archive.extractfile(member)
                return b"" if file is None else file.read()

        return read

    for member in archive:
        name = member.name.removeprefix("./")
        if member.isdir() or is_passed_over(name):
            continue
        if not member.isreg():
            problems.append(Problem(name, "is a link or a device, not a file"))
        elif _leads_out(name):
            problems.append(Problem(name, "has a name that leads out of the archive"))
        else:
            entries.append(Entry(name, member.size, reader(member)))
        _check_number(len(entries), archive.name)
    return _usable(entries, problems)


def _usable(entries: list[Entry], problems: list[Problem]) -> tuple[list[Entry], list[Problem]]:
    """Set aside files that are empty or too large."""
    usable = []
    for entry in entries:
        if entry.n_bytes == 0:
            problems.append(Problem(entry.name, "is empty"))
        elif entry.n_bytes > MAX_FILE_BYTES:
            problems.append(
                Problem(
                    entry.name,
                    f"has {entry.n_bytes / 1e6:.0f} MB; at most {MAX_FILE_BYTES / 1e6:.0f} MB are read",
                )
            )
        else:
            usable.append(entry)
    return usable, problems


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":")


def _check_number(n: int, source: object) -> None:
    if n > MAX_ENTRIES:
        raise DatasetError(f"{source} holds more than {MAX_ENTRIES:,} files; split it.")
