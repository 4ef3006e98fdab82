"""Where spaces lie: those shipped with the library, and the user's own."""

from __future__ import annotations

from pathlib import Path

from latentcore.datasets.torchvision_sets import data_folder
from latentcore.store.listing import models_folder

SHIPPED_FOLDER, OWN_FOLDER = "_spaces", "spaces"
"""Below the models folder, where names beginning with an underscore are no bundles; below the data folder."""
CONFIG_FILE, ITEMS_FILE = "config.json", "items.parquet"
CODES_FILE, TABLES_FILE, NEIGHBOURS_FILE = "codes.npy", "tables.npz", "neighbours.npy"
METRICS_FILE, CARD_FILE = "metrics.json", "card.md"
SPACE_FILES = (CODES_FILE, TABLES_FILE, NEIGHBOURS_FILE, METRICS_FILE, CARD_FILE)
"""Files of one space, beside its config. Those of its items lie in the folder above."""


def shipped_spaces() -> Path:
    """Return the folder of the collections that come with the library, or lie beside the bundles."""
    return models_folder() / SHIPPED_FOLDER


def own_spaces() -> Path:
    """Return the folder of the collections that the user added."""
    return data_folder() / OWN_FOLDER


def space_roots() -> tuple[Path, Path]:
    """Return both folders, the user's first."""
    return own_spaces(), shipped_spaces()


def collection_folders(root: Path) -> dict[str, Path]:
    """Return the folders of the collections in a folder, by name; none begins with ``_`` or ``.``."""
    found = (folder for folder in sorted(root.glob("[!_.]*")) if (folder / CONFIG_FILE).is_file())
    return {folder.name: folder for folder in found}


def space_folders(collection: Path) -> dict[str, Path]:
    """Return the folders of the spaces of a collection by name."""
    return collection_folders(collection)
