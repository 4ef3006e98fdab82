"""Reading single files of a bundle, safely: kind and size first, then one clear sentence on any fault."""

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
from latentcore.store.schema import shown

MAX_FILE_BYTES = 64 * 2**20
"""All files of one bundle together, and any one file."""
MAX_JSON_BYTES = 4 * 2**20
"""A JSON file; as Python objects it takes up to thirty times as much."""
MAX_FILES = 64
LONGEST_PATH = 200


def read_bytes(path: Path, *, most: int = MAX_FILE_BYTES) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    BundleError
        If it is missing, unreadable, no regular file, or above `most` bytes.
    """
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise BundleError(f"{path}: not a regular file. Restore or retrain the bundle.")
        if facts.st_size > most:
            raise BundleError(f"{path}: larger than {most // 2**20} MiB, no such file is.")
        with path.open("rb") as file:
            return file.read(facts.st_size)  # a larger number would be set aside before reading
    except FileNotFoundError:
        raise BundleError(f"{path}: the file is missing. Restore or retrain the bundle.") from None
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror or error}).") from error


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return the content of a JSON file; `BundleError` if it is not JSON, or holds NaN or infinity."""
    return parse_json(read_bytes(path, most=MAX_JSON_BYTES), path)


def parse_json(data: bytes, path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return the content of a JSON file of which the bytes are at hand; see `read_json`."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON number")

    def finite(text: str) -> float:
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(f"{text[:20]} is beyond all numbers")
        return value

    try:
        return json.loads(data.decode("utf-8"), parse_constant=refuse, parse_float=finite)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{path}: not valid JSON ({str(error)[:100]}).") from error


def inside(folder: Path, name: str) -> Path:
    """Return the path of a bundle's file.

    Raises
    ------
    BundleError
        If the name, or a link that it names, leads out of the folder.
    """
    parts = PurePosixPath(name).parts
    plain = (
        parts
        and len(name) <= LONGEST_PATH
        and not name.startswith("/")
        and not {"..", ".", ""} & set(name.split("/"))
    )
    if not plain or "\\" in name or not name.isprintable():
        raise BundleError(f"{folder / CONFIG_FILE}: {shown(name)} leads out of the bundle.")
    path = folder / name
    try:
        within = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError) as error:  # a name that is too long, links in a circle
        raise BundleError(f"{folder / CONFIG_FILE}: {shown(name)} cannot be followed.") from error
    if not within:
        raise BundleError(f"{folder / CONFIG_FILE}: {shown(name)} leads out of the bundle.")
    return path


def check_files(folder: Path, listed: Mapping[str, Any], required: tuple[str, ...]) -> dict[str, bytes]:
    """Verify size and checksum of every listed file; return the bytes of the required ones.

    Raises
    ------
    BundleError
        If one is missing or differs, or they are more than 64 or more than 64 MiB together.
    """
    content: dict[str, bytes] = {}
    for name in required:
        if name not in listed:
            raise BundleError(f"{folder / CONFIG_FILE}: {name} is not listed under files.")
    if len(listed) > MAX_FILES:
        raise BundleError(f"{folder / CONFIG_FILE}: lists {len(listed):,} files, more than any bundle has.")
    room = MAX_FILE_BYTES
    for name, facts in listed.items():
        path = inside(folder, name)
        data = read_bytes(path, most=room)
        room -= len(data)
        expected = facts if isinstance(facts, dict) else {}
        if len(data) != expected.get("bytes"):
            raise BundleError(
                f"{path}: {len(data)} bytes, expected {shown(expected.get('bytes'))}; it is truncated or "
                "changed."
            )
        if hashlib.sha256(data).hexdigest() != expected.get("sha256"):
            raise BundleError(f"{path}: wrong checksum; the file was changed. Restore or retrain the bundle.")
        if name in required:
            content[name] = data
    return content
