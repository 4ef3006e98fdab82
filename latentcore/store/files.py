"""Reading single files of a bundle, safely: sizes first, no pickle, one clear sentence on any fault."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_safetensors

from latentcore.store.bundle import CONFIG_FILE, FORMAT_VERSION
from latentcore.types import BundleError, FloatArray

MAX_FILE_BYTES = 64 * 2**20
MAX_ARRAY_BYTES = 256 * 2**20

CONFIG_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "id": str,
    "dataset": str,
    "family": str,
    "latent_dim": int,
    "settings": dict,
    "image_shape": list,
    "classes": list,
    "n_parameters": int,
    "recipe": dict,
    "licence": str,
    "files": dict,
}


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    BundleError
        If it is missing, unreadable or above 64 MiB.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BundleError(f"{path}: larger than {MAX_FILE_BYTES // 2**20} MiB, no bundle file is.")
        return path.read_bytes()
    except FileNotFoundError:
        raise BundleError(f"{path}: the file is missing. Restore or retrain the bundle.") from None
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror or error}).") from error


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return the content of a JSON file; `BundleError` if it is not JSON or holds NaN."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON number")

    try:
        return json.loads(read_bytes(path).decode("utf-8"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{path}: not valid JSON ({error}).") from error


def read_config(folder: Path) -> dict[str, Any]:
    """Return a bundle's ``config.json``, with the version and the type of every field checked."""
    path = folder / CONFIG_FILE
    config = read_json(path)
    if not isinstance(config, dict):
        raise BundleError(f"{path}: expected a JSON object.")
    version = config.get("format_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise BundleError(f"{path}: format_version is {version!r}, expected {FORMAT_VERSION}.")
    if version > FORMAT_VERSION:
        raise BundleError(
            f"{path}: format version {version} is newer than this program reads ({FORMAT_VERSION}); "
            "upgrade the program."
        )
    for name, kind in CONFIG_TYPES.items():
        if not isinstance(config.get(name), kind) or isinstance(config.get(name), bool):
            raise BundleError(f"{path}: field {name!r} is missing or of the wrong type.")
    shape, latent_dim = config["image_shape"], config["latent_dim"]
    if len(shape) != 3 or not all(type(side) is int and 1 <= side <= 512 for side in shape):  # noqa: PLR2004
        raise BundleError(f"{path}: image_shape is {shape}, expected three sizes from 1 to 512.")
    if not 1 <= latent_dim <= 4096 or config["settings"].get("latent_dim") != latent_dim:  # noqa: PLR2004
        raise BundleError(f"{path}: latent_dim is {latent_dim}, out of range or not that of the settings.")
    if not config["classes"] or not all(isinstance(name, str) for name in config["classes"]):
        raise BundleError(f"{path}: classes must be a list of names.")
    return config


def check_files(folder: Path, listed: Mapping[str, Any], required: tuple[str, ...]) -> dict[str, bytes]:
    """Verify size and checksum of every listed file; return the bytes of the required ones."""
    content: dict[str, bytes] = {}
    for name in required:
        if name not in listed:
            raise BundleError(f"{folder / CONFIG_FILE}: {name} is not listed under files.")
    for name, facts in listed.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BundleError(f"{folder / CONFIG_FILE}: {name!r} leads out of the bundle.")
        data = read_bytes(path)
        expected = facts if isinstance(facts, dict) else {}
        if len(data) != expected.get("bytes"):
            raise BundleError(
                f"{path}: {len(data)} bytes, expected {expected.get('bytes')}; it is truncated or changed."
            )
        if hashlib.sha256(data).hexdigest() != expected.get("sha256"):
            raise BundleError(f"{path}: wrong checksum; the file was changed. Restore or retrain the bundle.")
        if name in required:
            content[name] = data
    return content


def parse_safetensors(data: bytes, path: Path) -> dict[str, FloatArray]:
    """Return the arrays of a safetensors file as float32; half precision is widened."""
    try:
        arrays = load_safetensors(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise BundleError(f"{path}: not a safetensors file ({error}).") from error
    for name, array in arrays.items():
        if array.dtype not in (np.float16, np.float32):
            raise BundleError(f"{path}: array {name!r} is {array.dtype}, expected float32 or float16.")
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def parse_npz(path: Path, expected: Mapping[str, np.dtype[Any]]) -> dict[str, np.ndarray]:
    """Return the arrays of an npz file: exactly the expected names and types, finite, without pickle.

    An array that was stored in half precision is widened to float32 where that is expected.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(entry.file_size for entry in archive.infolist())
        if total > MAX_ARRAY_BYTES:
            raise BundleError(f"{path}: unpacks to {total / 2**20:.0f} MiB, more than any bundle holds.")
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError, KeyError, MemoryError) as error:
        raise BundleError(f"{path}: not a plain npz file ({error}).") from error
    missing, extra = sorted(set(expected) - set(arrays)), sorted(set(arrays) - set(expected))
    if missing or extra:
        problem = (
            f"array {missing[0]!r} is missing" if missing else f"array {extra[0]!r} does not belong here"
        )
        raise BundleError(f"{path}: {problem}.")
    for name, dtype in expected.items():
        if dtype == np.float32 and arrays[name].dtype == np.float16:
            arrays[name] = arrays[name].astype(np.float32)
        if arrays[name].dtype != dtype:
            raise BundleError(f"{path}: array {name!r} is {arrays[name].dtype}, expected {dtype}.")
        if dtype.kind == "f" and not np.isfinite(arrays[name]).all():
            raise BundleError(f"{path}: array {name!r} holds NaN or infinite values.")
    return arrays
