"""A bundle as a zip file: packed to be taken along, and unpacked with all checks of a loader.

The zip holds one folder, ``<dataset>/<name>/``, with the files of the bundle as they lie on disk.
"""

from __future__ import annotations

import io
import json
import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from latentcore.atomic_files import temporary_folder
from latentcore.exceptions import BundleError
from latentcore.store.bundle import CONFIG_FILE, IMPORTED, BundleSpec
from latentcore.store.checked_files import parse_json, verify_files
from latentcore.store.folders import replace_folder
from latentcore.store.formation import read_formation
from latentcore.store.listing import models_folder
from latentcore.store.owners import public_id
from latentcore.store.reading import load_bundle
from latentcore.store.schema import short_repr
from latentcore.store.zip_entries import AGAIN, is_bundle_file, opened_zip, zip_entries

MAX_UNPACKED_BYTES = 50 * 10**6


def pack_bundle(spec: BundleSpec) -> bytes:
    """Return a bundle as a zip file; the token of a session that it belongs to is left out.

    Raises
    ------
    BundleError
        If one of its files is missing or was changed.
    """
    listed = spec.config["files"]
    for name in listed:
        if not is_bundle_file(name):
            raise BundleError(f"{spec.folder}: {short_repr(name)} is no file of a bundle; train it again.")
    content = verify_files(spec.folder, listed, tuple(listed))
    bundle_id = public_id(spec.id)
    config = {**spec.config, "id": bundle_id, "dataset": bundle_id.partition("/")[0]}
    config.pop(IMPORTED, None)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {CONFIG_FILE: _json_bytes(config), **content}.items():
            archive.writestr(_entry(f"{bundle_id}/{name}"), data)
    return buffer.getvalue()


def packed_id(source: Path | BinaryIO) -> str:
    """Return the id of the bundle that a zip file holds; raises `BundleError` as `unpack_bundle` does."""
    with opened_zip(source) as archive:
        return zip_entries(archive)[0]


def unpack_bundle(source: Path | BinaryIO, root: Path | None = None, *, bundle_id: str | None = None) -> str:
    """Store the bundle of a zip file in a models folder, once all of it has been checked; return its id.

    Parameters
    ----------
    source : Path or binary file
        A zip file as `pack_bundle` makes it.
    root : Path, optional
        Models folder; `models_folder` by default.
    bundle_id : str, optional
        The id under which it is stored; its own by default.

    Raises
    ------
    BundleError
        If the file is no such zip file, is damaged, unpacks to more than 50 MB, holds anything but the files
        of one bundle that `load_bundle` accepts, or there is a bundle of this id already.
    """
    root = models_folder() if root is None else root
    with _own_folder(root) as draft:
        with opened_zip(source) as archive:
            packed, entries = zip_entries(archive)
            target = packed if bundle_id is None else bundle_id
            folder = root / target
            if folder.exists():
                raise BundleError(
                    f"There is a model {public_id(target)!r} already: bring this one under another name, or "
                    "remove that one."
                )
            with _naming_zip(draft, target, packed):
                _extract(archive, entries, draft / target)
        with _naming_zip(draft, target, packed):
            _set_id(draft / target / CONFIG_FILE, packed, target)
            bundle = load_bundle(target, draft)
            read_formation(bundle.spec, bundle.image_shape, len(bundle.test))
            _check_listed(entries, bundle.spec)
        marked = {**bundle.config, IMPORTED: True}
        (draft / target / CONFIG_FILE).write_bytes(_json_bytes(marked))
        replace_folder(folder, lambda new: _move_files(draft / target, new), overwrite=False)
    return target


def _entry(name: str) -> zipfile.ZipInfo:
    """Return an entry without a date, so that one bundle always gives the same bytes."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry


def _json_bytes(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=1, allow_nan=False) + "\n").encode()


@contextmanager
def _own_folder(root: Path) -> Iterator[Path]:
    try:
        with temporary_folder(root, "import") as draft:
            yield draft
    except OSError as error:
        raise BundleError(
            f"{root} cannot be written: {error.strerror or error}. Choose a writable folder with room."
        ) from error


@contextmanager
def _naming_zip(draft: Path, target: str, packed: str) -> Iterator[None]:
    """Let errors name the zip's files, not those of the draft folder."""
    try:
        yield
    except BundleError as error:
        text = str(error).replace(f"{draft / target}", packed).replace(f"{draft}{os.sep}", "")
        text = text.replace(target, packed).replace("Restore or retrain the bundle.", AGAIN)
        raise BundleError(f"The zip file holds no model that can be used. {text}") from error


def _extract(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], folder: Path) -> None:
    """Write entries into a folder, with their true sizes limited: a zip file may lie about them."""
    room = MAX_UNPACKED_BYTES
    for name, info in entries.items():
        with archive.open(info) as file:
            data = file.read(room + 1)
        room -= len(data)
        if room < 0:
            limit = MAX_UNPACKED_BYTES / 1e6
            raise BundleError(f"Its files have more than {limit:.0f} MB in all, the limit for a model.")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _check_listed(entries: dict[str, zipfile.ZipInfo], spec: BundleSpec) -> None:
    """Raise `BundleError` if there is a file without a checksum."""
    unlisted = entries.keys() - spec.config["files"].keys() - {CONFIG_FILE}
    if unlisted:
        raise BundleError(f"{min(unlisted)} is not listed in {CONFIG_FILE}. {AGAIN}")


def _set_id(path: Path, packed: str, target: str) -> None:
    """Write the id under which a bundle is stored into its ``config.json``, if it is not its own."""
    if target == packed:
        return
    config = parse_json(path.read_bytes(), path)
    if not isinstance(config, dict) or config.get("id") != packed:
        raise BundleError(f"{path}: the id is not {packed!r}, as the folder is named.")
    dataset = target.partition("/")[0]
    path.write_bytes(_json_bytes(config | {"id": target, "dataset": dataset}))


def _move_files(source: Path, folder: Path) -> None:
    for path in source.iterdir():
        path.rename(folder / path.name)
