"""Validation of the ``config.json`` of a collection and of a space."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latentcore.datasets.own.names import is_name
from latentcore.exceptions import BundleError, SpaceError
from latentcore.spaces.folders import CONFIG_FILE, ITEMS_FILE, METRICS_FILE, SPACE_FILES
from latentcore.spaces.specs import CollectionSpec, SpaceSpec
from latentcore.spaces.table.columns import ColumnKind, Roles
from latentcore.store.checked_files import read_json, resolve_inside
from latentcore.store.config import MAX_CLASSES, check_scores
from latentcore.store.names import NAME
from latentcore.store.schema import check_schema, short_repr

FORMAT_VERSION = 1
MAX_ITEMS, MAX_DIM, MAX_COLUMNS = 1_000_000, 4096, 1_000
PLANES = ("umap", "pca", "codes")
METRICS = ("euclidean", "cosine")
FILE = {"bytes": int, "sha256": str}
COLLECTION_SCHEMA = {
    "name": str,
    "title": str,
    "source": str,
    "licence": str,
    "n_items": int,
    "classes": [str],
    "has_unlabelled": bool,
    "columns": [{"name": str, "kind": str, "summary": str}],
    "roles": {"id": (str, None), "label": (str, None), "text": (str, None), "picture": (str, None)},
    "images": ({"dataset": str, "split": str}, None),
    "notes": [str],
    "files": {str: FILE},
}
SPACE_SCHEMA = {
    "id": str,
    "title": str,
    "latent_dim": int,
    "dtype": str,
    "n_items": int,
    "metric": str,
    "plane": str,
    "neighbours": {"k": int, "method": str, "recall": (float, None), "n_checked": int},
    "items": str,
    "recipe": {},
    "absent": {str: str},
    "notes": [str],
    "files": {str: FILE},
}


def read_collection(folder: Path) -> CollectionSpec:
    """Return the spec of the collection in a folder.

    Raises
    ------
    SpaceError
        If its config cannot be read, is too new, or a field is missing, of another type or out of range.
    """
    config = _read(folder, COLLECTION_SCHEMA)
    spec = CollectionSpec(name=folder.name, folder=folder, config=config)
    names, kinds = [one["name"] for one in config["columns"]], [one["kind"] for one in config["columns"]]
    known = [kind.value for kind in ColumnKind]
    roles = {name: role for role, name in config["roles"].items() if name is not None}
    checks = {
        "name": config["name"] == folder.name and is_name(folder.name),
        "n_items": 1 <= config["n_items"] <= MAX_ITEMS,
        "classes": len(config["classes"]) <= MAX_CLASSES + 1
        and len(set(config["classes"])) == len(config["classes"])
        and bool(config["roles"]["label"]) == bool(config["classes"]),
        "columns": len(names) <= MAX_COLUMNS and len(set(names)) == len(names) and set(kinds) <= set(known),
        "roles": set(config["roles"]) == set(vars(Roles())) and set(roles) <= set(names),
        "files": set(config["files"]) == ({ITEMS_FILE} if names else set()),
    }
    _refuse(folder, checks)
    return spec


def read_space(folder: Path, collection: CollectionSpec) -> SpaceSpec:
    """Return the spec of a space of a collection; raises `SpaceError` as `read_collection` does."""
    config = _read(folder, SPACE_SCHEMA)
    space_id = f"{collection.name}/{folder.name}"
    lists = config["neighbours"]
    checks = {
        "id": config["id"] == space_id and NAME.fullmatch(folder.name) is not None,
        "latent_dim": 1 <= config["latent_dim"] <= MAX_DIM,
        "dtype": config["dtype"] in ("float32", "float16"),
        "n_items": config["n_items"] == collection.n_items,
        "metric": config["metric"] in METRICS,
        "plane": config["plane"] in PLANES,
        "neighbours": 1 <= lists["k"] <= max(collection.n_items - 1, 1)
        and lists["method"] in ("exact", "cells"),
        "items": config["items"] == collection.checksums,
        "files": set(config["files"]) == set(SPACE_FILES),
    }
    _refuse(folder, checks)
    try:
        metrics = read_json(resolve_inside(folder, METRICS_FILE))
        check_scores(metrics, "scores")
    except (BundleError, ValueError) as error:
        raise SpaceError(f"{folder / METRICS_FILE}: {error}.") from error
    return SpaceSpec(id=space_id, collection=collection, folder=folder, config=config, metrics=metrics)


def _read(folder: Path, schema: Mapping[str, Any]) -> dict[str, Any]:
    path = folder / CONFIG_FILE
    try:
        config = read_json(resolve_inside(folder, CONFIG_FILE))
        if not isinstance(config, dict):
            raise SpaceError(f"{path}: expected a JSON object.")
        version = config.get("format_version")
        if type(version) is int and version > FORMAT_VERSION:
            raise SpaceError(
                f"{path}: format version {short_repr(version)} is newer than this program reads "
                f"({FORMAT_VERSION}); upgrade the program."
            )
        if version != FORMAT_VERSION:
            raise SpaceError(
                f"{path}: format_version is {short_repr(version)}, expected {FORMAT_VERSION}; "
                "add the space again."
            )
        check_schema(config, schema, "config")
    except BundleError as error:
        raise SpaceError(str(error)) from error
    except ValueError as error:
        raise SpaceError(f"{path}: {error}.") from error
    return config


def _refuse(folder: Path, checks: Mapping[str, bool]) -> None:
    wrong = next((name for name, is_right in checks.items() if not is_right), None)
    if wrong is not None:
        raise SpaceError(
            f"{folder / CONFIG_FILE}: {wrong} is out of range or contradicts another field; add it again."
        )
