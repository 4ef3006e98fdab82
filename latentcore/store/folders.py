"""Atomic replacement of a folder: filled beside its final place, then renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from latentcore.atomic_files import STALE_SECONDS, temporary_folder
from latentcore.exceptions import BundleError

PROBE_BYTES = 4 * 2**20
"""Size of the file that checks for free space: more than a bundle takes."""


def replace_folder(folder: Path, write: Callable[[Path], None], *, overwrite: bool) -> None:
    """Write a folder atomically: fill a temporary folder beside it, then rename that.

    Parameters
    ----------
    folder : Path
        Final folder.
    write : callable
        ``write(temporary)`` fills the temporary folder.
    overwrite : bool
        Whether to replace an existing folder.

    Raises
    ------
    BundleError
        If the folder exists and `overwrite` is false, or it cannot be written.
    """
    _check_free(folder, overwrite=overwrite)
    with _as_bundle_error(folder), temporary_folder(folder.parent, folder.name) as temporary:
        write(temporary)
        for path in temporary.rglob("*"):
            if path.is_file():
                path.chmod(0o644)
                with path.open("rb") as file:
                    os.fsync(file.fileno())
        temporary.chmod(0o755)
        _swap(temporary, folder)


def check_writable(folder: Path, *, overwrite: bool) -> None:
    """Check, before a long computation, that `replace_folder` will be able to write a folder.

    A previous folder that a process left aside when it was killed during a replacement is restored.

    Raises
    ------
    BundleError
        If the folder exists and `overwrite` is false, or it cannot be written.
    """
    with _as_bundle_error(folder):
        _restore_former(folder)
        _check_free(folder, overwrite=overwrite)
        was_there = folder.parent.exists()
        with temporary_folder(folder.parent, folder.name) as temporary:
            (temporary / "probe").write_bytes(bytes(PROBE_BYTES))
        if not was_there:
            with suppress(OSError):  # another process may have begun to write there
                folder.parent.rmdir()


def _check_free(folder: Path, *, overwrite: bool) -> None:
    if folder.exists() and not overwrite:
        raise BundleError(f"{folder} exists already; remove it, or ask to overwrite it.")


@contextmanager
def _as_bundle_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BundleError(
            f"{folder} cannot be written: {error.strerror or error}. Choose a writable folder with room."
        ) from error


def _restore_former(folder: Path) -> None:
    for former in folder.parent.glob(f"_former-{folder.name}-*"):
        if (former / "bundle").is_dir() and not folder.exists():
            (former / "bundle").replace(folder)
        if time.time() - former.stat().st_mtime > STALE_SECONDS:
            shutil.rmtree(former, ignore_errors=True)


def _swap(temporary: Path, folder: Path) -> None:
    """Rename `temporary` to `folder`; an existing folder is removed only after that has succeeded."""
    if not folder.exists():
        temporary.replace(folder)
        return
    former = Path(tempfile.mkdtemp(prefix=f"_former-{folder.name}-", dir=folder.parent))
    folder.replace(former / "bundle")
    try:
        temporary.replace(folder)
    except OSError:
        (former / "bundle").replace(folder)
        raise
    finally:
        shutil.rmtree(former, ignore_errors=True)
