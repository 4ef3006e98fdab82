"""Validation of a bundle's ``config.json``, ``metrics.json`` and ``history.json``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latentcore.datasets import find_dataset
from latentcore.exceptions import BundleError
from latentcore.models import MODELS
from latentcore.store.bundle import CONFIG_FILE, FORMAT_VERSION
from latentcore.store.checked_files import read_json, resolve_inside
from latentcore.store.schema import check_schema, short_repr

CONFIG_SCHEMA = {
    "id": str,
    "dataset": str,
    "family": str,
    "latent_dim": int,
    "settings": {str: (bool, int, float, str, None, [float])},
    "image_shape": [int],
    "classes": [str],
    "n_parameters": int,
    "recipe": {},
    "licence": str,
    "files": {str: {}},
}
RECIPE_SCHEMAS: Mapping[str, Any] = {
    "command": str,
    "seed": int,
    "n_train": int,
    "cpu_seconds": float,
    "by_seed": [{str: float}],
    "dataset_version": str,
    "ended_early": [{"phase": str, "epoch": int, "n_epochs": int, "reason": str}],
    "versions": {str: str},
}
"""Optional fields of a recipe."""

SCORE_SCHEMA = {
    "value": (float, [float]),
    "n": int,
    "seed": (int, None),
    "interval": (None, [float], [[float]]),
    "protocol": str,
}
PER_DIMENSION = ("code_mean", "code_std", "kl", "explained_variance_ratio")
"""Scores with one number per code dimension."""
PER_CLASS = ("class_shares",)
"""Scores with one number per class."""

HISTORY_SCHEMA = [{"phase": str, "epoch": int, "losses": {str: float}}]

MAX_CLASSES, MAX_NAME_LENGTH = 1000, 200
MAX_IMAGE_VALUES = 2**15
"""Channels x height x width; a map of 48 x 48 decodes of such images fills 300 MB."""


def read_config(folder: Path, *, min_version: int = FORMAT_VERSION) -> dict[str, Any]:
    """Return a bundle's ``config.json``, with the version and every field checked.

    Parameters
    ----------
    folder : Path
        Folder of the bundle.
    min_version : int
        Oldest accepted format version.

    Raises
    ------
    BundleError
        If its format is newer than this program reads or older than `min_version`, or a field is missing,
        of the wrong type, or contradicts another.
    """
    path = resolve_inside(folder, CONFIG_FILE)
    config = read_json(path)
    if not isinstance(config, dict):
        raise BundleError(f"{path}: expected a JSON object.")
    version = config.get("format_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise BundleError(f"{path}: format_version is {short_repr(version)}, expected {FORMAT_VERSION}.")
    if version > FORMAT_VERSION:
        raise BundleError(
            f"{path}: format version {short_repr(version)} is newer than this program reads "
            f"({FORMAT_VERSION}); upgrade the program."
        )
    if version < min_version:
        raise BundleError(
            f"{path}: format version {version} is older than this program reads ({FORMAT_VERSION}); "
            f"`latentcore repack {folder.parent.name}/{folder.name}` brings it up to date without training."
        )
    try:
        check_schema(config, CONFIG_SCHEMA, "config")
        for name in RECIPE_SCHEMAS.keys() & config["recipe"].keys():
            check_schema(config["recipe"][name], RECIPE_SCHEMAS[name], f"recipe.{name}")
        _check_consistency(config, f"{folder.parent.name}/{folder.name}")
    except ValueError as error:
        raise BundleError(f"{path}: {error}.") from error
    return config


def _check_consistency(config: Mapping[str, Any], bundle_id: str) -> None:
    """Raise `ValueError` if fields of the right type are out of range or contradict each other."""
    shape, latent_dim, family = config["image_shape"], config["latent_dim"], config["family"]
    if len(shape) != 3 or shape[0] not in (1, 3) or min(shape) < 1 or math.prod(shape) > MAX_IMAGE_VALUES:  # noqa: PLR2004
        raise ValueError(
            f"image_shape is {short_repr(shape)}, expected 1 or 3 channels, height and width, "
            f"{MAX_IMAGE_VALUES:,} values in all at most"
        )
    if not 1 <= latent_dim <= 4096 or config["settings"].get("latent_dim") != latent_dim:  # noqa: PLR2004
        raise ValueError(f"latent_dim is {latent_dim}, out of range or not that of the settings")
    names = config["classes"]
    if len(names) > MAX_CLASSES or not all(1 <= len(name) <= MAX_NAME_LENGTH for name in names):
        raise ValueError(f"classes must be at most {MAX_CLASSES:,} names of up to {MAX_NAME_LENGTH} letters")
    if config["id"] != bundle_id:
        raise ValueError(f"the id is {short_repr(config['id'])}, but the folder is {bundle_id!r}")
    if config["dataset"] != bundle_id.partition("/")[0]:
        raise ValueError(f"the dataset is {short_repr(config['dataset'])}, but the folder is {bundle_id!r}")
    if family not in MODELS:
        raise ValueError(f"family {short_repr(family)} is unknown. There is: {', '.join(MODELS)}")
    known = find_dataset(config["dataset"])
    if known is not None and (tuple(shape), len(names)) != (known.image_shape, len(known.classes)):
        raise ValueError(f"{known.title} has other images or classes than {short_repr(shape)}, {len(names)}")
    trained_on = config["recipe"].get("dataset_version")
    if known is not None and trained_on is not None and trained_on != known.version:
        raise ValueError(
            f"{known.title} was added again with other images since this model was trained; train it again"
        )
    MODELS[family].from_config(config)


def read_scores(folder: Path, name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a bundle's ``metrics.json``.

    Parameters
    ----------
    folder : Path
        Folder of the bundle.
    name : str
        Name of the file.
    config : mapping
        The bundle's ``config.json``.

    Raises
    ------
    BundleError
        If the file is not an object of valid scores.
    """
    path = resolve_inside(folder, name)
    scores = read_json(path)
    try:
        check_scores(scores, "scores")
        _check_lengths(scores, dict.fromkeys(PER_DIMENSION, config["latent_dim"]))
        _check_lengths(scores, dict.fromkeys(PER_CLASS, len(config["classes"])))
    except ValueError as error:
        raise BundleError(f"{path}: {error}.") from error
    found: dict[str, Any] = scores
    return found


def _check_lengths(scores: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
    for name in sizes.keys() & scores.keys():
        if len(scores[name]["value"]) != sizes[name]:
            raise ValueError(f"scores.{name} holds {len(scores[name]['value'])} numbers, not {sizes[name]}")


def check_scores(scores: object, where: str) -> None:
    """Raise `ValueError` unless a JSON value is an object of scores by name."""
    check_schema(scores, {str: SCORE_SCHEMA}, where)
    assert isinstance(scores, dict)  # noqa: S101 - just checked
    for name, score in scores.items():
        value, interval = score["value"], score["interval"]
        a_list = name in PER_DIMENSION + PER_CLASS
        if isinstance(value, list) != a_list:
            raise ValueError(f"{where}.{name}.value is not {'a list' if a_list else 'one number'}")
        if interval is None:
            continue
        ends_fit = (
            all(isinstance(end, list) == a_list for end in interval)
            and len(interval) == 2  # noqa: PLR2004
            and (not a_list or all(len(end) == len(value) for end in interval))
        )
        if not ends_fit:
            raise ValueError(f"{where}.{name}.interval is not two ends of its value")


def check_history(history: object, path: Path) -> list[dict[str, Any]]:
    """Return a bundle's training history; raise `BundleError` unless it is a list of epochs."""
    try:
        check_schema(history, HISTORY_SCHEMA, "epochs")
    except ValueError as error:
        raise BundleError(f"{path}: {error}.") from error
    return history  # type: ignore[return-value]
