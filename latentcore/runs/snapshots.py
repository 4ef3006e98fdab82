"""Snapshots of a network while it is trained: codes of held-out images, reconstructions and samples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latentcore.atomic_files import atomic_file
from latentcore.bundling.previews import N_CODES, SEED, Previewer, turned
from latentcore.datasets import Dataset, dataset_spec, load_dataset
from latentcore.metrics.reconstruction import image_mse
from latentcore.models.networks import EncoderDecoder, preview_codes, preview_images
from latentcore.types import FloatArray, LabelArray

SNAPSHOT_FILE, IMAGES_FILE = "snapshot.npz", "images.npz"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A network at the end of an epoch.

    Attributes
    ----------
    epoch : int
        Number of the event, from 1, all phases together.
    places : float32 array, shape (500, 2), or None
        Codes of held-out images on a plane: themselves, or their first two principal components; turned to
        fit the snapshot before. None while there is no encoder.
    labels : int64 array, shape (500,)
        Class of each, -1 without labels.
    originals : uint8 array, shape (8, channels, height, width)
    reconstructions : uint8 array of the same shape, or None
        None while there is no encoder or no decoder.
    samples : uint8 array of the same shape
        Decodes of the same eight codes each time, drawn from N(0, I); black while there is no decoder.
    """

    epoch: int
    places: FloatArray | None
    labels: LabelArray
    originals: np.ndarray
    reconstructions: np.ndarray | None
    samples: np.ndarray

    @property
    def has_decoder(self) -> bool:
        """Whether the network had a decoder; a network without an encoder has one."""
        return self.reconstructions is not None or self.places is None


class SnapshotWriter:
    """Writes the latest snapshot of a run into its folder.

    Parameters
    ----------
    folder : Path
    held_out : Dataset
        500 of its images are on the map.
    latent_dim : int
    train_images : float32 array, shape (n, channels, height, width), optional
        Some of the training images, whose reconstruction error is measured beside that of held-out images.
    """

    def __init__(
        self, folder: Path, held_out: Dataset, latent_dim: int, *, train_images: FloatArray | None = None
    ) -> None:
        self._folder, self._train_images = folder, train_images
        self._previewer = Previewer(held_out, latent_dim)
        before = latest_snapshot(folder)  # if the run goes on
        self._before: FloatArray | None = None if before is None else before.places
        _save(
            folder / IMAGES_FILE,
            labels=self._previewer.shown.labels,
            originals=self._previewer.originals,
        )

    def write(self, network: EncoderDecoder, epoch: int) -> dict[str, float]:
        """Write a snapshot of a network after the epoch of this number.

        Returns
        -------
        dict of str to float
            ``held_out_mse`` and, with training images, ``train_mse``: mean squared error of the
            reconstructions per pixel, of images as they are; empty while there is no encoder or no decoder.
        """
        errors: dict[str, float] = {}
        preview = self._previewer.preview(network)
        arrays: dict[str, np.ndarray] = {"samples": preview.samples, "epoch": np.array(epoch)}
        if preview.places is not None:
            places = preview.places if self._before is None else turned(preview.places, self._before)
            arrays["places"] = self._before = places
        if preview.reconstructions is not None:
            arrays["reconstructions"] = preview.reconstructions
            errors["held_out_mse"] = _mse(network, self._previewer.shown.images)
            if self._train_images is not None:
                errors["train_mse"] = _mse(network, self._train_images)
        _save(self._folder / SNAPSHOT_FILE, **arrays)
        return errors


def some_train_images(dataset: str) -> FloatArray:
    """Return 500 random training images of a dataset, float32 ``(500, channels, height, width)``; or all."""
    spec = dataset_spec(dataset)
    n_train = spec.n_train or len(load_dataset(dataset, "train"))
    rows = np.random.default_rng(SEED).permutation(n_train)[:N_CODES]
    return spec.scale(spec.read("train", np.sort(rows).astype(np.int64))[0])


def _mse(network: EncoderDecoder, images: FloatArray) -> float:
    """Return the mean squared error per pixel of a network's reconstructions."""
    shape = (images.shape[1], images.shape[2], images.shape[3])
    reconstructions = preview_images(network, preview_codes(network, images), shape)
    return float(image_mse(images, reconstructions).mean(dtype=np.float64))


def latest_snapshot(folder: Path) -> Snapshot | None:
    """Return the latest snapshot in a run's folder, or None before there is one."""
    try:
        with np.load(folder / IMAGES_FILE) as fixed, np.load(folder / SNAPSHOT_FILE) as latest:
            return Snapshot(
                epoch=int(latest["epoch"]),
                places=latest.get("places"),
                labels=fixed["labels"],
                originals=fixed["originals"],
                reconstructions=latest.get("reconstructions"),
                samples=latest["samples"],
            )
    except FileNotFoundError:
        return None


def _save(path: Path, **arrays: np.ndarray) -> None:
    """Write an npz file that no reader sees half-written."""
    with atomic_file(path, make_folder=False, durable=False) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays)
