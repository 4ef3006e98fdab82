"""Writing a bundle: into a temporary folder beside its place, then renamed, so that it is whole or absent."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from latentcore.atomic_files import STALE_SECONDS, draft_folder
from latentcore.exceptions import BundleError
from latentcore.store.bundle import (
    CARD_FILE,
    CODES_FILE,
    CONFIG_FILE,
    DERIVED_FILE,
    FORMAT_VERSION,
    GOLDEN_FILE,
    HISTORY_FILE,
    METRICS_FILE,
    MODEL_FILE,
    PLANE_DIMENSIONS,
    Bundle,
    BundleContent,
)
from latentcore.store.code_table import CodeTable
from latentcore.store.derived import DerivedTables
from latentcore.types import FloatArray

N_GOLDEN = 8
LICENCE = "MIT"
PROBE_BYTES = 4 * 2**20
"""More than a bundle holds."""


def save_bundle(content: BundleContent, root: Path, *, overwrite: bool = False) -> Path:
    """Write a bundle to ``root/<dataset>/<family>-d<k>``.

    Parameters
    ----------
    content : BundleContent
    root : Path
        Models folder; made when absent.
    overwrite : bool
        Replace a bundle that is there.

    Returns
    -------
    Path
        The bundle's folder.

    Raises
    ------
    BundleError
        If the place is taken and `overwrite` is false, or the folder cannot be written.
    """
    model = content.model
    folder = root / content.dataset / f"{model.family}-d{model.latent_dim}"
    replace_folder(folder, lambda draft: _write_files(draft, content), overwrite=overwrite)
    return folder


def replace_scores(bundle: Bundle, metrics: Mapping[str, Any], card: str) -> None:
    """Put other scores, and the card that states them, into a bundle; everything else stays.

    Raises
    ------
    BundleError
        If the folder cannot be written; then the bundle is as it was.
    """

    def write(draft: Path) -> None:
        shutil.copytree(bundle.spec.folder, draft, dirs_exist_ok=True)
        _write_json(draft / METRICS_FILE, dict(metrics))
        (draft / CARD_FILE).write_text(card, encoding="utf-8")
        _write_json(draft / CONFIG_FILE, {**bundle.config, "files": _file_facts(draft)})

    replace_folder(bundle.spec.folder, write, overwrite=True)


def repack(bundle: Bundle) -> None:
    """Write a bundle in the format of this program, with its derived tables; scores and model stay.

    Raises
    ------
    BundleError
        If the folder cannot be written; then the bundle is as it was.
    """
    own_plane = bundle.spec.latent_dim == PLANE_DIMENSIONS

    def write(draft: Path) -> None:
        shutil.copytree(bundle.spec.folder, draft, dirs_exist_ok=True)
        (draft / CODES_FILE).write_bytes(_codes_npz(bundle.test, bundle.train, own_plane=own_plane))
        (draft / DERIVED_FILE).write_bytes(_derived_npz(bundle.derived))
        config = {**bundle.config, "format_version": FORMAT_VERSION, "files": _file_facts(draft)}
        _write_json(draft / CONFIG_FILE, config)

    replace_folder(bundle.spec.folder, write, overwrite=True)


def replace_folder(folder: Path, write: Callable[[Path], None], *, overwrite: bool) -> None:
    """Let `write` fill a temporary folder beside `folder`, then put it in its place.

    Raises
    ------
    BundleError
        If the place is taken and `overwrite` is false, or the folder cannot be written.
    """
    _check_free(folder, overwrite=overwrite)
    with _reported(folder), draft_folder(folder.parent, folder.name) as draft:
        write(draft)
        for path in draft.rglob("*"):
            if path.is_file():
                path.chmod(0o644)
                with path.open("rb") as file:
                    os.fsync(file.fileno())
        draft.chmod(0o755)
        _swap(draft, folder)


def check_place(folder: Path, *, overwrite: bool) -> None:
    """Find out before hours of work whether a folder can be written afterwards; see `replace_folder`.

    What a process that was killed between the two renames of a replacement left aside is put back.

    Raises
    ------
    BundleError
        If the place is taken and `overwrite` is false, or the folder cannot be written.
    """
    with _reported(folder):
        _put_back(folder)
        _check_free(folder, overwrite=overwrite)
        with draft_folder(folder.parent, folder.name) as draft:
            (draft / "probe").write_bytes(bytes(PROBE_BYTES))


def _check_free(folder: Path, *, overwrite: bool) -> None:
    if folder.exists() and not overwrite:
        raise BundleError(f"{folder} exists already; remove it, or ask to overwrite it.")


@contextmanager
def _reported(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BundleError(
            f"{folder} cannot be written: {error.strerror or error}. Choose a writable folder with room."
        ) from error


def _put_back(folder: Path) -> None:
    for former in folder.parent.glob(f"_former-{folder.name}-*"):
        if (former / "bundle").is_dir() and not folder.exists():
            (former / "bundle").replace(folder)
        if time.time() - former.stat().st_mtime > STALE_SECONDS:
            shutil.rmtree(former, ignore_errors=True)


def _swap(draft: Path, folder: Path) -> None:
    """Put `draft` in the place of `folder`; a former bundle goes only once the new one stands."""
    if not folder.exists():
        draft.replace(folder)
        return
    former = Path(tempfile.mkdtemp(prefix=f"_former-{folder.name}-", dir=folder.parent))
    folder.replace(former / "bundle")
    try:
        draft.replace(folder)
    except OSError:
        (former / "bundle").replace(folder)
        raise
    finally:
        shutil.rmtree(former, ignore_errors=True)


def _write_files(folder: Path, content: BundleContent) -> None:
    model = content.model
    (folder / MODEL_FILE).write_bytes(arrays_safetensors(model.state()))
    own_plane = model.latent_dim == PLANE_DIMENSIONS
    (folder / CODES_FILE).write_bytes(_codes_npz(content.test, content.train, own_plane=own_plane))
    derived = DerivedTables.of(model, content.test, content.train, len(content.classes))
    (folder / DERIVED_FILE).write_bytes(_derived_npz(derived))
    golden = content.test.codes[:: max(1, len(content.test) // N_GOLDEN)][:N_GOLDEN]
    (folder / GOLDEN_FILE).write_bytes(arrays_npz({"codes": golden, "images": model.decode(golden)}))
    (folder / HISTORY_FILE).write_text(json.dumps(content.history, allow_nan=False) + "\n", encoding="utf-8")
    _write_json(folder / METRICS_FILE, dict(content.metrics))
    card = folder / CARD_FILE
    card.parent.mkdir()
    card.write_text(content.card, encoding="utf-8")
    for name, png in content.pictures.items():
        (card.parent / name).write_bytes(png)
    _write_json(folder / CONFIG_FILE, _config(folder, content))


def _codes_npz(test: CodeTable, train: CodeTable, *, own_plane: bool) -> bytes:
    """Return codes and what belongs to them, without the plane where the codes are it.

    Errors are kept in half precision: three digits, which nothing that is shown exceeds.
    """
    columns = {
        f"{split}_{name}": column.astype(np.float16) if name == "errors" else _narrow(column)
        for split, table in (("test", test), ("train", train))
        for name, column in vars(table).items()
        if not (own_plane and name == "plane")
    }
    return arrays_npz(columns)


def _derived_npz(derived: DerivedTables) -> bytes:
    """Return the derived tables; see `latentcore.store.derived.DerivedTables.arrays`."""
    return arrays_npz({name: _narrow(array) for name, array in derived.arrays().items()})


def arrays_safetensors(arrays: Mapping[str, FloatArray]) -> bytes:
    """Return a safetensors file, each array in half precision where that loses nothing."""
    # The format writes the memory as it lies: a transposed view would come back scrambled.
    return save({name: np.ascontiguousarray(_narrow(array)) for name, array in arrays.items()})


def arrays_npz(arrays: Mapping[str, Any]) -> bytes:
    """Return an npz file; made in memory: on a full disk NumPy fails in other ways."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def _narrow(array: np.ndarray) -> np.ndarray:
    """Return a float32 array as float16 where that loses nothing, else as it is."""
    if array.dtype != np.float32:
        return array
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return half if np.array_equal(half.astype(np.float32), array) else array


def _config(folder: Path, content: BundleContent) -> dict[str, Any]:
    """Return ``config.json``: facts first, then size and checksum of every other file."""
    model = content.model
    return {
        "format_version": FORMAT_VERSION,
        "id": f"{content.dataset}/{model.family}-d{model.latent_dim}",
        "dataset": content.dataset,
        "family": model.family,
        "latent_dim": model.latent_dim,
        **model.config(),
        "classes": list(content.classes),
        "n_parameters": model.n_parameters,
        "recipe": dict(content.recipe),
        "licence": LICENCE,
        "files": _file_facts(folder),
    }


def _file_facts(folder: Path) -> dict[str, dict[str, Any]]:
    return {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != CONFIG_FILE
    }


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, allow_nan=False) + "\n", encoding="utf-8")
