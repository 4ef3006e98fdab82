"""Image datasets with fixed, seeded splits."""

from latentcore.datasets.base import Dataset, DatasetSpec
from latentcore.datasets.digits import DIGITS
from latentcore.datasets.own.stored import find_own, list_own
from latentcore.datasets.rooms import ROOMS
from latentcore.datasets.shapes import SHAPES
from latentcore.datasets.torchvision_sets import FASHION_MNIST, MNIST, data_folder
from latentcore.exceptions import UnknownNameError

__all__ = ["DATASETS", "Dataset", "DatasetSpec", "dataset_spec", "find_dataset", "load_dataset"]

DATASETS: dict[str, DatasetSpec] = {spec.name: spec for spec in (MNIST, FASHION_MNIST, SHAPES, ROOMS, DIGITS)}
"""Every dataset that comes with the library, by its name."""


def dataset_spec(name: str) -> DatasetSpec:
    """Return the spec of a dataset, without reading its images.

    Raises
    ------
    UnknownNameError
        If there is no such dataset.
    """
    found = find_dataset(name)
    if found is None:
        known = sorted([*DATASETS, *(own.name for own in list_own(data_folder()))])
        raise UnknownNameError(f"No dataset {name!r}. There is: {', '.join(known)}.")
    return found


def find_dataset(name: str) -> DatasetSpec | None:
    """Return the description of a dataset of the library, or of one that was added, or None."""
    if name in DATASETS:
        return DATASETS[name]
    own = find_own(data_folder(), name)
    return None if own is None else own.spec()


def load_dataset(name: str, split: str = "test") -> Dataset:
    """Read one split of a dataset.

    Parameters
    ----------
    name : str
        A key of `DATASETS`, or the name of a dataset that was added.
    split : {"train", "test"}
        The split to read.

    Returns
    -------
    Dataset
        Images float32 ``(n, channels, height, width)`` in [0, 1] with int64 labels ``(n,)``.

    Raises
    ------
    UnknownNameError
        If there is no such dataset.
    DatasetError
        If its files are missing, damaged or cannot be read.
    ValueError
        If `split` is neither "train" nor "test".
    """
    return dataset_spec(name).load(split)
