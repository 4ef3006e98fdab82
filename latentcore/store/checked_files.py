"""Safe reading of a bundle's files: path, kind, size and checksum are verified first."""

from __future__ import annotations

import hashlib
import json
import math
import stat
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from latentcore.exceptions import BundleError
from latentcore.store.bundle import CONFIG_FILE
from latentcore.store.schema import short_repr

MAX_FILE_BYTES = 64 * 2**20
"""Limit for all files of one bundle together, and for any single file."""
MAX_JSON_BYTES = 4 * 2**20
"""Limit for a JSON file; parsed into Python objects it takes up to thirty times as much memory."""
MAX_FILES = 64
MAX_PATH_LENGTH = 200


def read_bytes(path: Path, *, max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """Return a file's content.

    Raises
    ------
    BundleError
        If it is missing, unreadable, not a regular file, or larger than `max_bytes`.
    """
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise BundleError(f"{path}: not a regular file. Restore it, or make it again.")
        if facts.st_size > max_bytes:
            raise BundleError(f"{path}: larger than {max_bytes // 2**20} MiB, the limit for such a file.")
        with path.open("rb") as file:
            return file.read(
                facts.st_size
            )  # without a size, memory for a larger file could be allocated first
    except FileNotFoundError:
        raise BundleError(f"{path}: the file is missing. Restore it, or make it again.") from None
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror or error}).") from error


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return the content of a JSON file; raise `BundleError` if it is not JSON, or holds NaN or infinity."""
    return parse_json(read_bytes(path, max_bytes=MAX_JSON_BYTES), path)


def parse_json(data: bytes, path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return the value of JSON bytes; `path` is for messages. See `read_json`."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON number")

    def finite(text: str) -> float:
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(f"{text[:20]} is out of range")
        return value

    try:
        return json.loads(data.decode("utf-8"), parse_constant=refuse, parse_float=finite)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{path}: not valid JSON ({str(error)[:100]}).") from error


def resolve_inside(folder: Path, name: str) -> Path:
    """Return the path of a bundle's file, after checking that it lies inside the bundle's folder.

    Raises
    ------
    BundleError
        If the name, or a symbolic link, leads out of the folder.
    """
    parts = PurePosixPath(name).parts
    plain = (
        parts
        and len(name) <= MAX_PATH_LENGTH
        and not name.startswith("/")
        and not {"..", ".", ""} & set(name.split("/"))
    )
    if not plain or "\\" in name or not name.isprintable():
        raise BundleError(f"{folder / CONFIG_FILE}: {short_repr(name)} leads out of its folder.")
    path = folder / name
    try:
        within = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError) as error:  # a name that is too long, circular links
        raise BundleError(f"{folder / CONFIG_FILE}: {short_repr(name)} cannot be followed.") from error
    if not within:
        raise BundleError(f"{folder / CONFIG_FILE}: {short_repr(name)} leads out of its folder.")
    return path


def verify_files(folder: Path, listed: Mapping[str, Any], required: tuple[str, ...]) -> dict[str, bytes]:
    """Verify size and checksum of every listed file; return the content of the required ones.

    Parameters
    ----------
    folder : Path
        Folder of the bundle.
    listed : mapping of str to mapping
        ``files`` of the bundle's ``config.json``: size and checksum by path.
    required : tuple of str
        Paths of the files whose content is returned.

    Returns
    -------
    dict of str to bytes

    Raises
    ------
    BundleError
        If a file is missing or differs, or there are more than 64 files or 64 MiB in total.
    """
    content: dict[str, bytes] = {}
    for name in required:
        if name not in listed:
            raise BundleError(f"{folder / CONFIG_FILE}: {name} is not listed under files.")
    if len(listed) > MAX_FILES:
        raise BundleError(f"{folder / CONFIG_FILE}: lists {len(listed):,} files, more than any bundle has.")
    room = MAX_FILE_BYTES
    for name, facts in listed.items():
        path = resolve_inside(folder, name)
        data = read_bytes(path, max_bytes=room)
        room -= len(data)
        expected = facts if isinstance(facts, dict) else {}
        if len(data) != expected.get("bytes"):
            raise BundleError(
                f"{path}: {len(data)} bytes, expected {short_repr(expected.get('bytes'))}; it is truncated "
                "or changed."
            )
        if hashlib.sha256(data).hexdigest() != expected.get("sha256"):
            raise BundleError(f"{path}: wrong checksum; the file was changed. Restore it, or make it again.")
        if name in required:
            content[name] = data
    return content
