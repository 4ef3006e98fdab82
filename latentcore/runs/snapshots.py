"""Snapshots of a network while it is trained: codes of held-out images, reconstructions and samples."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latentcore.datasets import Dataset
from latentcore.models.networks import EncoderDecoder
from latentcore.previews import Previewer, turned
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
    samples : uint8 array of the same shape
        Decodes of the same eight codes each time, drawn from N(0, I).
    """

    epoch: int
    places: FloatArray | None
    labels: LabelArray
    originals: np.ndarray
    reconstructions: np.ndarray | None
    samples: np.ndarray


class SnapshotWriter:
    """Writes the latest snapshot of a run into its folder."""

    def __init__(self, folder: Path, held_out: Dataset, latent_dim: int) -> None:
        self._folder = folder
        self._previewer = Previewer(held_out, latent_dim)
        self._before: FloatArray | None = None
        _save(
            folder / IMAGES_FILE,
            labels=self._previewer.shown.labels,
            originals=self._previewer.originals,
        )

    def write(self, network: EncoderDecoder, epoch: int) -> None:
        """Write a snapshot of a network after the epoch of this number."""
        preview = self._previewer.preview(network)
        arrays: dict[str, np.ndarray] = {"samples": preview.samples, "epoch": np.array(epoch)}
        if preview.places is not None and preview.reconstructions is not None:
            places = preview.places if self._before is None else turned(preview.places, self._before)
            arrays["places"] = self._before = places
            arrays["reconstructions"] = preview.reconstructions
        _save(self._folder / SNAPSHOT_FILE, **arrays)


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
    draft = path.with_name(f"{path.stem}.{os.getpid()}.npz")
    np.savez(draft, allow_pickle=False, **arrays)
    draft.replace(path)
