"""The image index of a dataset: approximate nearest train images without storing the images.

It stores the coordinates of train images on their first principal components, and the squared norm of each
image's residual outside these components. Distances are exact but for the inner product of two residuals,
which is neglected.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latentcore.datasets import Dataset
from latentcore.exceptions import BundleError
from latentcore.metrics.nearest_neighbours import nearest
from latentcore.models.pca import PCAModel, PCASettings
from latentcore.models.precision import round_to_half
from latentcore.store import models_folder
from latentcore.store.arrays import parse_npz, parse_safetensors
from latentcore.store.checked_files import read_bytes, read_json
from latentcore.store.code_table import train_code_rows
from latentcore.store.folders import replace_folder
from latentcore.store.schema import check_schema
from latentcore.store.serialisation import npz_bytes, safetensors_bytes
from latentcore.types import FloatArray, LabelArray

INDEX_FOLDER = "_index"
METADATA_FILE, PCA_FILE, ROWS_FILE = "index.json", "pca.safetensors", "train.npz"
FORMAT_VERSION = 1
N_SEARCHED = 64
"""Principal components on which images are compared."""
N_COMPONENTS = 256
"""Principal components that are stored; PCA as a codec uses as many."""
N_REFERENCE_QUERIES = 1_000
SEED = 0
MAX_QUANTISED = 127
"""Largest magnitude of the int8 values in which coordinates are stored."""
METADATA_SCHEMA = {
    "format_version": int,
    "dataset": str,
    "command": str,
    "n_train": int,
    "pca": {},
    "usual_distance": float,
    "usual_estimate": float,
    "sha256": {PCA_FILE: str, ROWS_FILE: str},
}
ARRAY_TYPES: Mapping[str, np.dtype[Any]] = {
    "indices": np.dtype(np.int64),
    "labels": np.dtype(np.int64),
    "codes": np.dtype(np.int8),
    "steps": np.dtype(np.float32),
    "outside": np.dtype(np.float32),
}


@dataclass(frozen=True, kw_only=True)
class ImageIndex:
    """Nearest-neighbour index over the train images of which bundles store codes.

    Attributes
    ----------
    dataset : str
    pca : PCAModel
        Fitted to all train images.
    indices, labels : int64 arrays, shape (n,)
        Index in the train split, and class, of the indexed images.
    codes : int8 array, shape (n, n_searched)
        Their first PCA coordinates, in units of `steps`.
    steps : float32 array, shape (n_searched,)
    outside : float32 array, shape (n,)
        Squared norm of each image's residual outside these coordinates.
    median_distance, median_estimate : float
        Median distance of 1,000 random test images to their nearest indexed image, Euclidean over pixels:
        exact, and as estimated by `nearest`.
    """

    dataset: str
    pca: PCAModel
    indices: LabelArray
    labels: LabelArray
    codes: npt.NDArray[np.int8]
    steps: FloatArray
    outside: FloatArray
    median_distance: float = 1.0
    median_estimate: float = 1.0

    def nearest(self, images: FloatArray, *, k: int) -> tuple[FloatArray, LabelArray]:
        """Return estimated distances to the `k` nearest train images and their rows, nearest first.

        Parameters
        ----------
        images : float32 array, shape (n, channels, height, width)
            Pixels in [0, 1].
        k : int

        Returns
        -------
        distances : float32 array, shape (n, k)
            Euclidean over pixels.
        rows : int64 array, shape (n, k)
            Positions in `indices` and `labels`.
        """
        codes, outside = _coordinates(self.pca, images, len(self.steps))
        # Residuals add their squared norm to a squared distance: one more coordinate holds the train images'.
        reference = np.column_stack([self.codes * self.steps, np.sqrt(self.outside)])
        queries = np.column_stack([codes, np.zeros(len(codes), np.float32)])
        distances, rows = nearest(reference, queries, k=k)
        return np.sqrt(distances**2 + outside[:, None]).astype(np.float32), rows


def make_index(train: Dataset, test: Dataset) -> ImageIndex:
    """Build the index of a dataset over the train images of which its bundles store codes."""
    n_components = min(N_COMPONENTS, math.prod(train.images.shape[1:]), len(train))
    pca = round_to_half(PCAModel(PCASettings(latent_dim=n_components)).fit(train.images, seed=SEED))
    kept = train.take(train_code_rows(len(train)))
    codes, outside = _coordinates(pca, kept.images, min(N_SEARCHED, n_components))
    steps = np.maximum(np.abs(codes).max(axis=0), 1e-9) / MAX_QUANTISED
    index = ImageIndex(
        dataset=train.name,
        pca=pca,
        indices=kept.indices,
        labels=kept.labels,
        codes=np.rint(codes / steps).astype(np.int8),
        steps=steps.astype(np.float32),
        outside=outside.astype(np.float16).astype(np.float32),
    )
    queries = test.images[np.random.default_rng(SEED).permutation(len(test))[:N_REFERENCE_QUERIES]]
    exact, _ = nearest(kept.images.reshape(len(kept), -1), queries.reshape(len(queries), -1), k=1)
    estimated, _ = index.nearest(queries, k=1)
    return replace(index, median_distance=_median(exact), median_estimate=_median(estimated))


def _coordinates(pca: PCAModel, images: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Return the first `n` PCA coordinates of images, and the squared norms of their residuals."""
    codes = pca.encode(images)[:, :n]
    lengths = np.square(images.reshape(len(images), -1) - pca.mean_).sum(axis=1)
    return codes, np.maximum(lengths - np.square(codes).sum(axis=1), 0)


def _median(distances: FloatArray) -> float:
    return max(float(np.median(distances)), 1e-9)


# -- on disk -----------------------------------------------------------------------------


def save_index(index: ImageIndex, root: Path, *, n_train: int) -> Path:
    """Write an index to ``root/<dataset>/_index``, replacing an existing one.

    Parameters
    ----------
    index : ImageIndex
    root : Path
        Models folder.
    n_train : int
        Number of train images that the PCA was fitted to.

    Returns
    -------
    Path
        The folder of the index.

    Raises
    ------
    BundleError
        If the folder cannot be written; an existing index is then unchanged.
    """
    rows = {name: getattr(index, name) for name in ARRAY_TYPES}
    files = {PCA_FILE: safetensors_bytes(index.pca.state()), ROWS_FILE: npz_bytes(rows)}
    metadata = {
        "format_version": FORMAT_VERSION,
        "dataset": index.dataset,
        "command": remake_command(index.dataset),
        "n_train": n_train,
        "pca": index.pca.config(),
        "usual_distance": index.median_distance,
        "usual_estimate": index.median_estimate,
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }

    def write(folder: Path) -> None:
        for name, data in files.items():
            (folder / name).write_bytes(data)
        (folder / METADATA_FILE).write_text(json.dumps(metadata, indent=1) + "\n", encoding="utf-8")

    folder = root / index.dataset / INDEX_FOLDER
    replace_folder(folder, write, overwrite=True)
    return folder


def remake_command(dataset: str) -> str:
    """Return the command that builds the index of a dataset."""
    return f"latentcore index {dataset}"


def load_index(dataset: str, root: Path | None = None) -> ImageIndex | None:
    """Return the index of a dataset, or None where it has none.

    Raises
    ------
    BundleError
        If its files are damaged; the message names the command that rebuilds it.
    """
    folder = (models_folder() if root is None else root) / dataset / INDEX_FOLDER
    if not (folder / METADATA_FILE).is_file():
        return None
    try:
        return _read_index(folder, dataset)
    except (ValueError, KeyError, TypeError, BundleError) as error:
        raise BundleError(
            f"{folder}: the image index is damaged ({error}); remake it with `{remake_command(dataset)}`."
        ) from error


def _read_index(folder: Path, dataset: str) -> ImageIndex:
    metadata = read_json(folder / METADATA_FILE)
    check_schema(metadata, METADATA_SCHEMA, "index")
    if (metadata["format_version"], metadata["dataset"]) != (FORMAT_VERSION, dataset):
        raise ValueError(
            f"it has version {metadata['format_version']} and dataset {metadata['dataset'][:40]!r}"
        )
    data = {name: read_bytes(folder / name) for name in (PCA_FILE, ROWS_FILE)}
    for name, content in data.items():
        if hashlib.sha256(content).hexdigest() != metadata["sha256"][name]:
            raise ValueError(f"{name} has a wrong checksum")
    pca = PCAModel.from_state(metadata["pca"], parse_safetensors(data[PCA_FILE], folder / PCA_FILE))
    rows = parse_npz(data[ROWS_FILE], folder / ROWS_FILE, ARRAY_TYPES)
    n, n_searched = len(rows["indices"]), len(rows["steps"])
    for name, array in rows.items():
        shape = {"codes": (n, n_searched), "steps": (n_searched,)}.get(name, (n,))
        if array.shape != shape or not n or not 0 < n_searched <= pca.latent_dim:
            raise ValueError(f"array {name!r} has shape {array.shape}")
    if min(rows["indices"].min(), rows["labels"].min(), rows["outside"].min(), rows["steps"].min()) < 0:
        raise ValueError("an array holds values below 0")
    usual = metadata["usual_distance"], metadata["usual_estimate"]
    if min(usual) <= 0:
        raise ValueError("a median distance is not above 0")
    return ImageIndex(dataset=dataset, pca=pca, **rows, median_distance=usual[0], median_estimate=usual[1])
