"""Atomic creation of files and folders: write to a temporary name, then rename.

Temporary names begin with ``_draft-``, which readers of a models folder skip.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

STALE_SECONDS = 24 * 3600


def remove_stale(parent: Path, name: str) -> None:
    """Remove temporary files and folders of `name` that a killed process left in `parent` over a day ago."""
    for stale in parent.glob(f"_draft-{name}-*"):
        with suppress(OSError):  # another process removes them too
            if time.time() - stale.stat().st_mtime <= STALE_SECONDS:
                continue
            if stale.is_dir():
                shutil.rmtree(stale, ignore_errors=True)
            else:
                stale.unlink(missing_ok=True)


@contextmanager
def temporary_folder(parent: Path, name: str) -> Iterator[Path]:
    """Make a temporary folder inside `parent`, and remove what is left of it when the block ends.

    The caller fills it and renames it to its final place. Temporary folders of the same name that a killed
    process left in `parent` more than a day ago are removed first.

    Parameters
    ----------
    parent : Path
        Created if it does not exist.
    name : str
        Final name of what the folder becomes; part of the temporary name.

    Yields
    ------
    Path

    Raises
    ------
    OSError
        If the folder cannot be created.
    """
    parent.mkdir(parents=True, exist_ok=True)
    remove_stale(parent, name)
    temporary = Path(tempfile.mkdtemp(prefix=f"_draft-{name}-", dir=parent))
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def atomic_file(path: Path, *, make_folder: bool = True, durable: bool = True) -> Iterator[Path]:
    """Write a file atomically: yield a temporary file beside `path`, and rename it when the block ends.

    If the block raises, the temporary file is deleted and `path` is left as it was. Temporary files of the
    same name that a killed process left there more than a day ago are removed first.

    Parameters
    ----------
    path : Path
        Final path; an existing file is replaced.
    make_folder : bool
        Whether to create its folder if it does not exist. Without, a folder that was removed stays removed.
    durable : bool
        Whether to wait, some milliseconds, until the content is on the disk and outlives a loss of power.

    Yields
    ------
    Path

    Raises
    ------
    OSError
        If the file cannot be created or renamed.
    """
    if make_folder:
        path.parent.mkdir(parents=True, exist_ok=True)
    remove_stale(path.parent, path.stem)
    handle, name = tempfile.mkstemp(prefix=f"_draft-{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        if durable:
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
