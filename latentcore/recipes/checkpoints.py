"""The checkpoints of a recipe's training: a folder with one file per seed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from latentcore.atomic_files import atomic_file
from latentcore.datasets import dataset_spec
from latentcore.exceptions import CheckpointError
from latentcore.recipes.recipe import Recipe
from latentcore.training import Checkpoint, Stateful
from latentcore.training.checkpoint import check_same, n_epochs_in

EPOCHS_FILE = "epochs.json"
_SEED_FILES = "seed-*.safetensors"


def checkpoint_folder(root: Path, recipe: Recipe) -> Path:
    """Return the folder of a recipe's checkpoints in a models folder: ``<dataset>/_checkpoint-<name>``."""
    return root / recipe.dataset / f"_checkpoint-{recipe.bundle_name}"


def seed_checkpoint(
    folder: Path,
    recipe: Recipe,
    seed: int,
    n_train: int,
    *,
    listeners: Mapping[str, Stateful] | None = None,
) -> Checkpoint:
    """Return the checkpoint of the training with one of a recipe's seeds; see `Checkpoint`.

    Parameters
    ----------
    folder : Path
        Must exist.
    recipe : Recipe
    seed : int
    n_train : int
        Number of training images.
    listeners : mapping of str to Stateful, optional
        See `Checkpoint`.

    Raises
    ------
    CheckpointError
        If there is one that is damaged, or of a training with another dataset, settings, seed or torch.
    """
    training = {
        "dataset": recipe.dataset,
        "dataset version": dataset_spec(recipe.dataset).version,
        "number of images": n_train,
        "family": recipe.family,
        "settings": asdict(recipe.make_model().settings),
        "seed": seed,
        "recorded": sorted(listeners or ()),
    }
    return Checkpoint(folder / f"seed-{seed}.safetensors", training, listeners=listeners or {})


def n_epochs_done(folder: Path) -> int:
    """Return the number of epochs that the checkpoints in a folder hold, of all seeds together."""
    return sum(n_epochs_in(path) for path in folder.glob(_SEED_FILES))


def remembered_epochs(folder: Path, recipe: Recipe) -> dict[str, int] | None:
    """Return the numbers of epochs of an interrupted training by their settings, or None if there are none.

    A recipe that is to take some minutes gets its epochs from a trial, which would end otherwise each time.

    Raises
    ------
    CheckpointError
        If they are damaged, or belong to another recipe.
    """
    path = folder / EPOCHS_FILE
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        epochs = {str(name): int(n) for name, n in found["epochs"].items()}
        before = dict(found["recipe"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{path} is damaged; remove its folder to start from the beginning.") from error
    check_same(path, before, _identity(recipe))
    return epochs


def remember_epochs(folder: Path, recipe: Recipe, epochs: dict[str, int]) -> None:
    """Write the numbers of epochs, by the name of their setting, that `remembered_epochs` returns."""
    content = {"recipe": _identity(recipe), "epochs": epochs}
    with atomic_file(folder / EPOCHS_FILE) as temporary:
        temporary.write_text(json.dumps(content), encoding="utf-8")


def _identity(recipe: Recipe) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(json.dumps(asdict(recipe)))
    return facts
