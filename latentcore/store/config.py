"""``config.json``, ``metrics.json`` and ``history.json`` of a bundle: every field as it should be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latentcore.datasets import DATASETS
from latentcore.exceptions import BundleError
from latentcore.models import MODELS
from latentcore.store.bundle import CONFIG_FILE, FORMAT_VERSION
from latentcore.store.checked_files import inside, read_json
from latentcore.store.schema import check_structure, shown

CONFIG_SHAPE = {
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
RECIPE_SHAPES: Mapping[str, Any] = {
    "command": str,
    "seed": int,
    "n_train": int,
    "cpu_seconds": float,
    "by_seed": [{str: float}],
    "versions": {str: str},
}
"""What a recipe may hold; each may be left out."""

SCORE_SHAPE = {
    "value": (float, [float]),
    "n": int,
    "seed": (int, None),
    "interval": (None, [float], [[float]]),
    "protocol": str,
}
PER_DIMENSION = ("code_mean", "code_std", "kl", "explained_variance_ratio")
"""Scores that hold one number a dimension."""
PER_CLASS = ("class_shares",)
"""Scores that hold one number a class."""

HISTORY_SHAPE = [{"phase": str, "epoch": int, "losses": {str: float}}]

MOST_CLASSES, LONGEST_NAME = 1000, 200
MOST_PIXELS = 2**15
"""Channels x height x width; a map of 48 x 48 decodes of such images fills 300 MB."""


def read_config(folder: Path, *, oldest: int = FORMAT_VERSION) -> dict[str, Any]:
    """Return a bundle's ``config.json``, with the version and every field checked.

    Parameters
    ----------
    folder : Path
        Of the bundle.
    oldest : int
        The oldest format version that is taken.

    Raises
    ------
    BundleError
        If it is newer than this program, or older than `oldest`, or a field is missing, of the wrong type,
        or contradicts another.
    """
    path = inside(folder, CONFIG_FILE)
    config = read_json(path)
    if not isinstance(config, dict):
        raise BundleError(f"{path}: expected a JSON object.")
    version = config.get("format_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise BundleError(f"{path}: format_version is {shown(version)}, expected {FORMAT_VERSION}.")
    if version > FORMAT_VERSION:
        raise BundleError(
            f"{path}: format version {shown(version)} is newer than this program reads ({FORMAT_VERSION}); "
            "upgrade the program."
        )
    if version < oldest:
        raise BundleError(
            f"{path}: format version {version} is older than this program reads ({FORMAT_VERSION}); "
            f"`latentcore repack {folder.parent.name}/{folder.name}` brings it up to date without training."
        )
    try:
        check_structure(config, CONFIG_SHAPE, "config")
        for name in RECIPE_SHAPES.keys() & config["recipe"].keys():
            check_structure(config["recipe"][name], RECIPE_SHAPES[name], f"recipe.{name}")
        _check_sense(config, f"{folder.parent.name}/{folder.name}")
    except ValueError as error:
        raise BundleError(f"{path}: {error}.") from error
    return config


def _check_sense(config: Mapping[str, Any], bundle_id: str) -> None:
    """Raise `ValueError` where fields of the right type say what cannot be."""
    shape, latent_dim, family = config["image_shape"], config["latent_dim"], config["family"]
    if len(shape) != 3 or shape[0] not in (1, 3) or min(shape) < 1 or math.prod(shape) > MOST_PIXELS:  # noqa: PLR2004
        raise ValueError(
            f"image_shape is {shown(shape)}, expected 1 or 3 channels, height and width, "
            f"{MOST_PIXELS:,} values in all at most"
        )
    if not 1 <= latent_dim <= 4096 or config["settings"].get("latent_dim") != latent_dim:  # noqa: PLR2004
        raise ValueError(f"latent_dim is {latent_dim}, out of range or not that of the settings")
    names = config["classes"]
    if not 1 <= len(names) <= MOST_CLASSES or not all(1 <= len(name) <= LONGEST_NAME for name in names):
        raise ValueError(f"classes must be 1 to {MOST_CLASSES:,} names of up to {LONGEST_NAME} letters")
    if config["id"] != bundle_id:
        raise ValueError(f"the id is {shown(config['id'])}, but the folder is {bundle_id!r}")
    if config["dataset"] != bundle_id.partition("/")[0]:
        raise ValueError(f"the dataset is {shown(config['dataset'])}, but the folder is {bundle_id!r}")
    if family not in MODELS:
        raise ValueError(f"family {shown(family)} is unknown. There is: {', '.join(MODELS)}")
    known = DATASETS.get(config["dataset"])
    if known is not None and (tuple(shape), len(names)) != (known.image_shape, len(known.classes)):
        raise ValueError(f"{known.title} has other images or classes than {shown(shape)}, {len(names)}")
    MODELS[family].build(config)


def read_scores(folder: Path, name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a bundle's ``metrics.json``; `BundleError` unless it is an object of scores."""
    path = inside(folder, name)
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
    check_structure(scores, {str: SCORE_SHAPE}, where)
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
    """Return a bundle's history; `BundleError` unless it is a list of epochs."""
    try:
        check_structure(history, HISTORY_SHAPE, "epochs")
    except ValueError as error:
        raise BundleError(f"{path}: {error}.") from error
    return history  # type: ignore[return-value]
