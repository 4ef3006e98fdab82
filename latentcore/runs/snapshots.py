"""Snapshots of a network while it is trained: codes of held-out images, reconstructions and samples."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latentcore.datasets import Dataset
from latentcore.exceptions import UnsupportedOperation
from latentcore.metrics.sampling import stratified_rows
from latentcore.metrics.similarity import procrustes_align
from latentcore.models.networks import EncoderDecoder, preview_codes, preview_images
from latentcore.principal_components import principal_components
from latentcore.types import FloatArray, LabelArray

SNAPSHOT_FILE, IMAGES_FILE = "snapshot.npz", "images.npz"
N_CODES, N_IMAGES, SEED = 500, 8, 0


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
        rows = stratified_rows(held_out.labels, N_CODES, seed=SEED)
        self._folder = folder
        self._shown = held_out.take(rows)
        _, first = np.unique(self._shown.labels, return_index=True)
        order = np.concatenate([first, np.setdiff1d(np.arange(len(rows)), first)])
        self._originals = self._shown.images[np.resize(order, N_IMAGES)]
        noise = np.random.default_rng(SEED).standard_normal((N_IMAGES, latent_dim))
        self._noise = noise.astype(np.float32)
        self._before: FloatArray | None = None
        _save(
            folder / IMAGES_FILE,
            labels=self._shown.labels,
            originals=_pixels(self._originals),
        )

    def write(self, network: EncoderDecoder, epoch: int) -> None:
        """Write a snapshot of a network after the epoch of this number."""
        shape = (self._originals.shape[1], self._originals.shape[2], self._originals.shape[3])
        arrays: dict[str, np.ndarray] = {
            "samples": _pixels(preview_images(network, self._noise, shape)),
            "epoch": np.array(epoch),
        }
        try:
            codes = preview_codes(network, self._shown.images)
            own = preview_codes(network, self._originals)
        except UnsupportedOperation:
            pass
        else:
            arrays["places"] = self._placed(codes)
            arrays["reconstructions"] = _pixels(preview_images(network, own, shape))
        _save(self._folder / SNAPSHOT_FILE, **arrays)

    def _placed(self, codes: FloatArray) -> FloatArray:
        if codes.shape[1] == 1:
            places = np.hstack([codes, np.zeros_like(codes)])
        elif codes.shape[1] == 2:  # noqa: PLR2004
            places = codes
        else:
            mean, components, _ = principal_components(codes, 2)
            places = ((codes - mean) @ components.T).astype(np.float32)
        if self._before is not None:
            places = _turned(places, self._before)
        self._before = places
        return places


def _turned(places: FloatArray, before: FloatArray) -> FloatArray:
    """Return places turned or mirrored to fit those before, in their own size."""
    aligned = procrustes_align(places, before)
    own, other = places - places.mean(axis=0), aligned - aligned.mean(axis=0)
    scale = float(np.linalg.norm(own)) / max(float(np.linalg.norm(other)), 1e-9)
    return np.asarray(other * scale + places.mean(axis=0), np.float32)


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


def _pixels(images: FloatArray) -> np.ndarray:
    return np.rint(images * 255).astype(np.uint8)


def _save(path: Path, **arrays: np.ndarray) -> None:
    """Write an npz file that no reader sees half-written."""
    draft = path.with_name(f"{path.stem}.{os.getpid()}.npz")
    np.savez(draft, allow_pickle=False, **arrays)
    draft.replace(path)
