"""MNIST and Fashion-MNIST: downloaded with torchvision and read from its files.

References
----------
Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits", 1998.
H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
learning algorithms", 2017 (MIT).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from latentcore.datasets.base import DatasetSpec, OnBytes
from latentcore.datasets.torchvision_download import fetch
from latentcore.datasets.torchvision_files import (
    IMAGE_SIZE,
    TorchvisionSource,
    data_folder,
    is_present,
    read_split,
)

__all__ = ["FASHION_MNIST", "FASHION_SOURCE", "MNIST", "MNIST_SOURCE", "data_folder"]


def _spec(source: TorchvisionSource, description: str, classes: tuple[str, ...]) -> DatasetSpec:
    fetcher: Callable[[OnBytes | None], Path] = partial(fetch, source)
    return DatasetSpec(
        name=source.name,
        title=source.title,
        description=description,
        image_shape=(1, IMAGE_SIZE, IMAGE_SIZE),
        classes=classes,
        max_value=255,
        read=partial(read_split, source),
        is_present=partial(is_present, source),
        fetch=fetcher,
    )


MNIST_SOURCE = TorchvisionSource(
    name="mnist",
    title="MNIST",
    folder="MNIST",
    sha256={
        "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    download_bytes=11_594_722,
)
FASHION_SOURCE = TorchvisionSource(
    name="fashion_mnist",
    title="Fashion-MNIST",
    folder="FashionMNIST",
    sha256={
        "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
    download_bytes=30_878_645,
)

MNIST = _spec(
    MNIST_SOURCE,
    "70,000 handwritten digits at 28x28 pixels, by some 500 writers.",
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
)
FASHION_MNIST = _spec(
    FASHION_SOURCE,
    "70,000 pictures of clothes from a shop's catalogue, at 28x28 pixels.",
    (
        "T-shirt",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ),
)
