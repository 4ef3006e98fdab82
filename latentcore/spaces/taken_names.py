"""Names that datasets and collections have, which share one list on every page."""

from __future__ import annotations

from latentcore.datasets import DATASETS
from latentcore.datasets.own.stored import list_own
from latentcore.datasets.torchvision_sets import data_folder
from latentcore.spaces.folders import collection_folders, own_spaces, shipped_spaces

SHIPPED_DATASET, OWN_DATASET = "a dataset that comes with the library", "a dataset that you added"
SHIPPED_COLLECTION, OWN_COLLECTION = "a collection that comes with the library", "a collection that you added"


def taken_names() -> dict[str, str]:
    """Return the names that an added collection may not have, each with what has it: "a dataset ..."."""
    return {
        **dict.fromkeys(collection_folders(shipped_spaces()), SHIPPED_COLLECTION),
        **dict.fromkeys((one.name for one in list_own(data_folder())), OWN_DATASET),
        **dict.fromkeys(DATASETS, SHIPPED_DATASET),
    }


def taken_from_datasets() -> dict[str, str]:
    """Return the same for an added dataset, but for the names of other added datasets."""
    return {
        **dict.fromkeys(collection_folders(shipped_spaces()), SHIPPED_COLLECTION),
        **dict.fromkeys(collection_folders(own_spaces()), OWN_COLLECTION),
        **dict.fromkeys(DATASETS, SHIPPED_DATASET),
    }


def name_conflicts() -> list[str]:
    """Return a sentence per added collection whose name something else has, too: which one is used."""
    taken = taken_names()
    sentences = []
    for name in collection_folders(own_spaces()):
        if taken.get(name) == SHIPPED_COLLECTION:
            sentences.append(f"{name!r} is also {SHIPPED_COLLECTION}; the one that you added is used.")
        elif name in taken:
            sentences.append(f"{name!r} is also {taken[name]}; if that has models, pages show it instead.")
    return sentences
