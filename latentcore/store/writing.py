"""Writing bundles atomically: into a temporary folder beside the final one, which is then renamed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from latentcore.atomic_files import STALE_SECONDS, temporary_folder
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
    check_name,
)
from latentcore.store.derived import DerivedTables
from latentcore.store.serialisation import codes_npz, derived_npz, npz_bytes, safetensors_bytes

N_GOLDEN = 8
LICENCE = "MIT"
PROBE_BYTES = 4 * 2**20
"""Size of the file that checks for free space: more than a bundle takes."""


def save_bundle(content: BundleContent, root: Path, *, overwrite: bool = False) -> Path:
    """Write a bundle to ``root/<dataset>/<name>``; the name is "<family>-d<k>" unless the content has one.

    Parameters
    ----------
    content : BundleContent
    root : Path
        Models folder; created if it does not exist.
    overwrite : bool
        Whether to replace an existing bundle.

    Returns
    -------
    Path
        The bundle's folder.

    Raises
    ------
    ValueError
        If it cannot have this name.
    BundleError
        If the bundle exists and `overwrite` is false, or the folder cannot be written.
    """
    check_name(content.bundle_name)
    folder = root / content.dataset / content.bundle_name
    replace_folder(folder, lambda temporary: _write_files(temporary, content), overwrite=overwrite)
    return folder


def replace_scores(bundle: Bundle, metrics: Mapping[str, Any], card: str) -> None:
    """Replace the scores of a bundle and the card that states them; everything else stays.

    Parameters
    ----------
    bundle : Bundle
    metrics : mapping
        New content of ``metrics.json``.
    card : str
        New model card, Markdown.

    Raises
    ------
    BundleError
        If the folder cannot be written; the bundle is then unchanged.
    """

    def write(temporary: Path) -> None:
        shutil.copytree(bundle.spec.folder, temporary, dirs_exist_ok=True)
        _write_json(temporary / METRICS_FILE, dict(metrics))
        (temporary / CARD_FILE).write_text(card, encoding="utf-8")
        _write_json(temporary / CONFIG_FILE, {**bundle.config, "files": _file_entries(temporary)})

    replace_folder(bundle.spec.folder, write, overwrite=True)


def repack(bundle: Bundle) -> None:
    """Rewrite a bundle in the current format, with its derived tables; scores and model stay.

    Raises
    ------
    BundleError
        If the folder cannot be written; the bundle is then unchanged.
    """
    own_plane = bundle.spec.latent_dim == PLANE_DIMENSIONS

    def write(temporary: Path) -> None:
        shutil.copytree(bundle.spec.folder, temporary, dirs_exist_ok=True)
        (temporary / CODES_FILE).write_bytes(codes_npz(bundle.test, bundle.train, own_plane=own_plane))
        (temporary / DERIVED_FILE).write_bytes(derived_npz(bundle.derived))
        config = {**bundle.config, "format_version": FORMAT_VERSION, "files": _file_entries(temporary)}
        _write_json(temporary / CONFIG_FILE, config)

    replace_folder(bundle.spec.folder, write, overwrite=True)


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
        with temporary_folder(folder.parent, folder.name) as temporary:
            (temporary / "probe").write_bytes(bytes(PROBE_BYTES))


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


def _write_files(folder: Path, content: BundleContent) -> None:
    model = content.model
    (folder / MODEL_FILE).write_bytes(safetensors_bytes(model.state()))
    own_plane = model.latent_dim == PLANE_DIMENSIONS
    (folder / CODES_FILE).write_bytes(codes_npz(content.test, content.train, own_plane=own_plane))
    derived = DerivedTables.compute(model, content.test, content.train, len(content.classes))
    (folder / DERIVED_FILE).write_bytes(derived_npz(derived))
    golden = content.test.codes[:: max(1, len(content.test) // N_GOLDEN)][:N_GOLDEN]
    (folder / GOLDEN_FILE).write_bytes(npz_bytes({"codes": golden, "images": model.decode(golden)}))
    (folder / HISTORY_FILE).write_text(json.dumps(content.history, allow_nan=False) + "\n", encoding="utf-8")
    _write_json(folder / METRICS_FILE, dict(content.metrics))
    card = folder / CARD_FILE
    card.parent.mkdir()
    card.write_text(content.card, encoding="utf-8")
    for name, png in content.pictures.items():
        (card.parent / name).write_bytes(png)
    _write_json(folder / CONFIG_FILE, _config(folder, content))


def _config(folder: Path, content: BundleContent) -> dict[str, Any]:
    """Return the content of ``config.json``, with size and checksum of every other file."""
    model = content.model
    return {
        "format_version": FORMAT_VERSION,
        "id": f"{content.dataset}/{content.bundle_name}",
        "dataset": content.dataset,
        "family": model.family,
        "latent_dim": model.latent_dim,
        **model.config(),
        "classes": list(content.classes),
        "n_parameters": model.n_parameters,
        "recipe": dict(content.recipe),
        "licence": LICENCE,
        "files": _file_entries(folder),
    }


def _file_entries(folder: Path) -> dict[str, dict[str, Any]]:
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
