"""Image datasets with fixed, seeded splits."""

from latentcore.datasets.base import Dataset, DatasetSpec
from latentcore.datasets.digits import DIGITS
from latentcore.datasets.shapes import SHAPES
from latentcore.datasets.torchvision_sets import FASHION_MNIST, MNIST
from latentcore.exceptions import UnknownNameError

__all__ = ["DATASETS", "Dataset", "DatasetSpec", "dataset_spec", "load_dataset"]

DATASETS: dict[str, DatasetSpec] = {spec.name: spec for spec in (MNIST, FASHION_MNIST, SHAPES, DIGITS)}
"""Every dataset by its name."""


def dataset_spec(name: str) -> DatasetSpec:
    """Return the spec of a dataset, without reading its images.

    Raises
    ------
    UnknownNameError
        If there is no such dataset.
    """
    try:
        return DATASETS[name]
    except KeyError:
        raise UnknownNameError(f"No dataset {name!r}. There is: {', '.join(sorted(DATASETS))}.") from None


def load_dataset(name: str, split: str = "test") -> Dataset:
    """Read one split of a dataset.

    Parameters
    ----------
    name : str
        A key of `DATASETS`.
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
