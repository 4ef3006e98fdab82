"""Folders and files that are filled before they are shown."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

STALE_SECONDS = 24 * 3600


def sweep(parent: Path, name: str) -> None:
    """Remove the drafts of `name` that a killed process left in `parent` more than a day ago."""
    for stale in parent.glob(f"_draft-{name}-*"):
        with suppress(OSError):  # another process sweeps too
            if time.time() - stale.stat().st_mtime <= STALE_SECONDS:
                continue
            if stale.is_dir():
                shutil.rmtree(stale, ignore_errors=True)
            else:
                stale.unlink(missing_ok=True)


@contextmanager
def draft_folder(parent: Path, name: str) -> Iterator[Path]:
    """Make a temporary folder inside `parent`, and remove what is left of it when the block ends.

    Its name begins with ``_draft-``, which readers of `parent` pass over. Drafts of the same name
    that a killed process left there more than a day ago are removed first.

    Parameters
    ----------
    parent : Path
        Made when absent.
    name : str
        What is drafted.

    Raises
    ------
    OSError
        If the folder cannot be made.
    """
    parent.mkdir(parents=True, exist_ok=True)
    sweep(parent, name)
    draft = Path(tempfile.mkdtemp(prefix=f"_draft-{name}-", dir=parent))
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def draft_file(path: Path) -> Iterator[Path]:
    """Make a temporary file beside `path`; put it in its place when the block ends, drop it if that fails.

    Drafts of the same name that a killed process left there more than a day ago are removed first.

    Parameters
    ----------
    path : Path
        Where the file will lie; its folder is made when absent, and a file that is there replaced.

    Raises
    ------
    OSError
        If the file cannot be made or put in its place.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent, path.stem)
    handle, name = tempfile.mkstemp(prefix=f"_draft-{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.chmod(0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
