"""Download of a torchvision dataset's files: into a temporary folder, verified, then moved."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from latentcore.atomic_files import temporary_folder
from latentcore.datasets.base import OnBytes
from latentcore.datasets.torchvision_files import TorchvisionSource
from latentcore.exceptions import DatasetError

POLL_SECONDS = 0.2


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
