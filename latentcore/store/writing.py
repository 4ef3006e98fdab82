"""Writing bundles: all files of a new one, its scores again, or its files in the current format."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latentcore.store.bundle import (
    CARD_FILE,
    CODES_FILE,
    CONFIG_FILE,
    DERIVED_FILE,
    FORMAT_VERSION,
    FORMATION_FILE,
    GOLDEN_FILE,
    HISTORY_FILE,
    METRICS_FILE,
    MODEL_FILE,
    PLANE_DIMENSIONS,
    Bundle,
    BundleContent,
    BundleSpec,
)
from latentcore.store.derived import DerivedTables
from latentcore.store.folders import replace_folder
from latentcore.store.names import check_name
from latentcore.store.serialisation import codes_npz, derived_npz, npz_bytes, safetensors_bytes

N_GOLDEN = 8
LICENCE = "MIT"


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


def add_formation(spec: BundleSpec, formation: bytes) -> None:
    """Write the content of ``formation.npz`` into a bundle; everything else stays.

    Raises
    ------
    BundleError
        If the folder cannot be written; the bundle is then unchanged.
    """

    def write(temporary: Path) -> None:
        shutil.copytree(spec.folder, temporary, dirs_exist_ok=True)
        (temporary / FORMATION_FILE).write_bytes(formation)
        _write_json(temporary / CONFIG_FILE, {**spec.config, "files": _file_entries(temporary)})

    replace_folder(spec.folder, write, overwrite=True)


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


def _write_files(folder: Path, content: BundleContent) -> None:
    model = content.model
    (folder / MODEL_FILE).write_bytes(safetensors_bytes(model.state()))
    own_plane = model.latent_dim == PLANE_DIMENSIONS
    (folder / CODES_FILE).write_bytes(codes_npz(content.test, content.train, own_plane=own_plane))
    derived = DerivedTables.compute(model, content.test, content.train, len(content.classes))
    (folder / DERIVED_FILE).write_bytes(derived_npz(derived))
    if content.formation is not None:
        (folder / FORMATION_FILE).write_bytes(content.formation)
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
