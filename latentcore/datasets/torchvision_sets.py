"""MNIST and Fashion-MNIST: downloaded with torchvision and read from its files.

References
----------
Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits", 1998.
H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
learning algorithms", 2017 (MIT).
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from latentcore.atomic_files import temporary_folder
from latentcore.datasets.base import DatasetSpec, OnBytes, check_rows
from latentcore.datasets.idx import read_items
from latentcore.exceptions import DatasetError, DatasetMissing
from latentcore.types import LabelArray, PixelArray

PREFIX = {"train": "train", "test": "t10k"}
IMAGE_SIZE = 28
POLL_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class TorchvisionSource:
    """Location and checksums of a torchvision dataset's files.

    Attributes
    ----------
    name, title : str
        Identifier and display name.
    folder : str
        Name of the torchvision class and of its folder.
    sha256 : mapping of str to str
        Checksum of each unpacked file.
    download_bytes : int
        Total size of the compressed files.
    """

    name: str
    title: str
    folder: str
    sha256: Mapping[str, str]
    download_bytes: int

    @property
    def raw(self) -> Path:
        """The folder of the unpacked files."""
        return data_folder() / self.folder / "raw"


def data_folder() -> Path:
    """Return ``LATENTCORE_DATA``, else the user's cache folder."""
    chosen = os.environ.get("LATENTCORE_DATA")
    return Path(chosen) if chosen else platformdirs.user_cache_path("latentcore") / "data"


def read_split(
    source: TorchvisionSource, split: str, rows: LabelArray | None = None
) -> tuple[PixelArray, LabelArray]:
    """Read one split, or some rows of it, from the unpacked files.

    Checksums of the whole files are verified; the files are read in chunks to save memory.

    Parameters
    ----------
    source : TorchvisionSource
    split : str
    rows : int64 array, shape (n,), optional
        Indices of images; all by default.

    Returns
    -------
    images : uint8 array, shape (n, 1, 28, 28)
    labels : int64 array, shape (n,)

    Raises
    ------
    DatasetMissing
        If a file is not there.
    DatasetError
        If a file cannot be read or has a wrong checksum, or there is no such row.
    """
    images = _verified(source, split, "images-idx3-ubyte", (IMAGE_SIZE, IMAGE_SIZE), rows)
    labels = _verified(source, split, "labels-idx1-ubyte", (), rows)
    return images[:, None], labels.astype(np.int64)


def _verified(
    source: TorchvisionSource, split: str, ending: str, shape: tuple[int, ...], rows: LabelArray | None
) -> PixelArray:
    """Return items of `shape` of a file, after verifying its checksum."""
    name = f"{PREFIX[split]}-{ending}"
    path = source.raw / name
    try:
        if path.exists() and not path.is_file():
            raise DatasetError(f"{path}: not a regular file. Remove it and fetch {source.title} again.")
        found = read_items(path, shape, rows)
    except (FileNotFoundError, NotADirectoryError):
        raise DatasetMissing(
            f"{source.title} is not in {data_folder()}. Fetch it with `latentcore fetch {source.name}`, or "
            "point LATENTCORE_DATA to a folder that has it."
        ) from None
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror or error}).") from error
    if found.sha256 != source.sha256[name]:
        raise DatasetError(
            f"{path}: {found.n_bytes:,} bytes with a wrong checksum; it is incomplete or another file. "
            f"Replace it with `latentcore fetch {source.name} --force`."
        )
    if rows is not None:
        check_rows(rows, found.n_items, source.name, split)
    return found.items


def is_present(source: TorchvisionSource) -> bool:
    """Return whether all files exist; checksums are verified when they are read."""
    return all((source.raw / name).is_file() for name in source.sha256)


def fetch(source: TorchvisionSource, on_bytes: OnBytes | None = None) -> Path:
    """Download a dataset with torchvision into `data_folder`, replacing existing files.

    Files are downloaded, unpacked and verified in a temporary folder, and moved once all are right.

    Parameters
    ----------
    source : TorchvisionSource
    on_bytes : callable, optional
        Receives the bytes downloaded so far and the total, about five times per second, from another thread.
        Without it, torchvision shows a progress bar in the terminal.

    Returns
    -------
    Path
        The folder with the files.

    Raises
    ------
    DatasetError
        If the network fails, a file is damaged, or the folder cannot be written.
    """
    try:
        source.raw.mkdir(parents=True, exist_ok=True)
        with temporary_folder(source.raw.parent, source.name) as temporary:
            with _watched(temporary, source.download_bytes, on_bytes):
                _download(source, temporary, with_bar=on_bytes is None)
            for name, expected in source.sha256.items():
                with (temporary / name).open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
                if found != expected:
                    raise DatasetError(f"{source.title}: {name} arrived with a wrong checksum. Try again.")
            for name in source.sha256:
                (temporary / name).replace(source.raw / name)
    except OSError as error:
        raise DatasetError(
            f"{source.title} cannot be written to {source.raw}: {error.strerror or error}. Point "
            "LATENTCORE_DATA to a writable folder with room."
        ) from error
    return source.raw


def _download(source: TorchvisionSource, temporary: Path, *, with_bar: bool) -> None:
    """Download and unpack every file of the torchvision class, trying each mirror."""
    from latentcore.datasets.torchvision_import import torchvision_datasets  # noqa: PLC0415 - 1 s to import

    datasets: Any = torchvision_datasets()
    if not with_bar and not isinstance(datasets.utils.tqdm, partial):
        datasets.utils.tqdm = partial(
            datasets.utils.tqdm, disable=True
        )  # in a log, the bar would fill many lines
    official = getattr(datasets, source.folder)
    for packed, md5 in official.resources:
        faults = []
        for mirror in official.mirrors:
            try:
                datasets.utils.download_url(f"{mirror}{packed}", str(temporary), packed, md5)
                break
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                if isinstance(error, OSError) and error.filename is not None:
                    raise  # an error of the disk, not of the network
                faults.append(f"{mirror}: {getattr(error, 'reason', None) or error}")
        else:
            raise DatasetError(
                f"{source.title} cannot be downloaded ({'; '.join(faults)}). Check the network, or copy the "
                f"files to {source.raw}."
            )
        name = packed.removesuffix(".gz")
        with gzip.open(temporary / packed, "rb") as packed_file, (temporary / name).open("wb") as file:
            shutil.copyfileobj(packed_file, file)


@contextmanager
def _watched(folder: Path, n_bytes: int, on_bytes: OnBytes | None) -> Iterator[None]:
    """Report the size of the compressed files in a folder while the block runs."""
    if on_bytes is None:
        yield
        return
    done = threading.Event()

    def watch() -> None:
        while not done.wait(POLL_SECONDS):
            on_bytes(_packed_bytes(folder), n_bytes)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
    on_bytes(n_bytes, n_bytes)


def _packed_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.gz"))


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
