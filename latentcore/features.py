"""The frozen feature network of a dataset, for metrics of generated images.

"LeNet64 v1" is for grey 28x28 images and trained on the classes. The name of one for another shape says the
shape, such as "LeNet64 3x32x32 v1"; it is trained on known factors too, because classes alone let a network
ignore what they leave open, such as the hues of `rooms`. Frechet distances and precision measured with it are
comparable only for the same network and dataset: they are not Inception-based (no FID), and the network was
trained with labels.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save

from latentcore.datasets import Dataset, dataset_spec
from latentcore.exceptions import BundleError
from latentcore.lenet import GREY_28, LeNet64, fit_classifier, network_name
from latentcore.models.checks import check_images
from latentcore.models.networks import apply_in_chunks, freeze
from latentcore.store import models_folder
from latentcore.store.arrays import parse_safetensors
from latentcore.store.checked_files import read_bytes, read_json
from latentcore.store.folders import replace_folder
from latentcore.training import OnEvent
from latentcore.types import FloatArray

FEATURES_FOLDER = "_features"
WEIGHTS_FILE, METADATA_FILE = "lenet64-v1.safetensors", "lenet64-v1.json"
SEED = 0


@dataclass(frozen=True)
class FeatureNetwork:
    """A trained `LeNet64` with its metadata.

    Attributes
    ----------
    metadata : dict
        ``name``, ``dataset``, ``classes``, ``accuracy`` on ``n`` test images, ``seed``, and ``sha256`` of the
        weights; for other shapes than 1x28x28 also ``image_shape`` and ``factors``.
    network : LeNet64
    """

    metadata: dict[str, Any]
    network: LeNet64

    @property
    def name(self) -> str:
        """Name, to be stated with each score."""
        return network_name(self.network.image_shape)

    def features(self, images: FloatArray) -> FloatArray:
        """Return features of images ``(n, c, h, w)``, float32 ``(n, 64)``, standardised on train."""
        check_images(images, expected=self.network.image_shape)
        return apply_in_chunks(self.network.features, images)

    def probabilities(self, images: FloatArray) -> FloatArray:
        """Return class probabilities, float32 ``(n, n_classes)``, of images ``(n, c, h, w)``."""
        check_images(images, expected=self.network.image_shape)
        return apply_in_chunks(lambda rows: self.network.logits(rows).softmax(dim=1), images)


def train_feature_network(
    train: Dataset, test: Dataset, root: Path, *, on_event: OnEvent | None = None
) -> FeatureNetwork:
    """Train the feature network of a dataset and write it to ``root/<dataset>/_features``.

    Twelve epochs of AdamW on the cross-entropy (mean over the batch, nats), one-cycle schedule; for images
    other than grey 28x28, plus the mean squared error of the standardised factors, if known. The number
    of epochs was fixed beforehand; the test split only serves to state the accuracy.

    Parameters
    ----------
    train, test : Dataset
        Images that fit; see `fits_lenet64`.
    root : Path
        Models folder.
    on_event : callable, optional
        Receives an `EpochEnd` after each epoch.

    Raises
    ------
    ValueError
        If the images do not fit, or have no labels.
    BundleError
        If the folder cannot be written.
    """
    if not train.classes:
        raise ValueError(f"{train.name} has no labels, which a feature network is trained with.")
    factors = None if train.images.shape[1:] == GREY_28 else train.factors
    if factors is not None:
        factors = (factors - factors.mean(axis=0)) / factors.std(axis=0)
    network = fit_classifier(
        train.images,
        train.labels,
        n_classes=len(train.classes),
        seed=SEED,
        factors=factors,
        on_event=on_event,
    )
    raw = apply_in_chunks(network.body, train.images)
    network.feature_mean.copy_(torch.from_numpy(raw.mean(axis=0, dtype=np.float64).astype(np.float32)))
    network.feature_deviation.copy_(torch.from_numpy(raw.std(axis=0, dtype=np.float64).astype(np.float32)))
    predicted = apply_in_chunks(network.logits, test.images).argmax(axis=1)
    return _save(network, train, float((predicted == test.labels).mean()), len(test), root)


def _save(network: LeNet64, train: Dataset, accuracy: float, n: int, root: Path) -> FeatureNetwork:
    arrays = {name: np.ascontiguousarray(tensor.numpy()) for name, tensor in network.state_dict().items()}
    weights = save(arrays)
    metadata = {
        "name": network_name(network.image_shape),
        "dataset": train.name,
        "classes": list(train.classes),
        "accuracy": accuracy,
        "n": n,
        "seed": SEED,
        "command": f"latentcore features {train.name}",
        "sha256": hashlib.sha256(weights).hexdigest(),
    }
    if network.image_shape != GREY_28:
        metadata["image_shape"] = list(network.image_shape)
        metadata["factors"] = [] if train.factors is None else list(dataset_spec(train.name).factor_names)

    def write(folder: Path) -> None:
        (folder / WEIGHTS_FILE).write_bytes(weights)
        (folder / METADATA_FILE).write_text(json.dumps(metadata, indent=1) + "\n", encoding="utf-8")

    replace_folder(root / train.name / FEATURES_FOLDER, write, overwrite=True)
    return FeatureNetwork(metadata, network)


def has_feature_network(folder: Path) -> bool:
    """Return whether the folder of a dataset's bundles holds a feature network."""
    return (folder / FEATURES_FOLDER / METADATA_FILE).is_file()


def load_feature_network(dataset: str, root: Path | None = None) -> FeatureNetwork | None:
    """Return the feature network of a dataset, or None where it has none.

    Raises
    ------
    BundleError
        If its files are damaged.
    """
    dataset_folder = (models_folder() if root is None else root) / dataset
    if not has_feature_network(dataset_folder):
        return None
    folder = dataset_folder / FEATURES_FOLDER
    path = folder / WEIGHTS_FILE
    metadata = read_json(folder / METADATA_FILE)
    if not isinstance(metadata, dict) or not isinstance(metadata.get("classes"), list):
        raise BundleError(f"{folder / METADATA_FILE}: expected an object with the classes.")
    data = read_bytes(path)
    if hashlib.sha256(data).hexdigest() != metadata.get("sha256"):
        raise BundleError(f"{path}: wrong checksum; remake it with `latentcore features {dataset}`.")
    try:
        channels, height, width = metadata.get("image_shape", GREY_28)
        network = LeNet64(
            len(metadata["classes"]), (channels, height, width), len(metadata.get("factors", ()))
        )
        state = {name: torch.from_numpy(array) for name, array in parse_safetensors(data, path).items()}
        network.load_state_dict(state)
    except (RuntimeError, TypeError, ValueError) as error:
        raise BundleError(f"{path}: not the arrays of the network that its metadata describe.") from error
    return FeatureNetwork(metadata, freeze(network))
