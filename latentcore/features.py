"""The frozen feature network of a dataset, "LeNet64 v1", for metrics of generated images.

Frechet distances and precision measured with it are comparable only for the same network and dataset: they
are not Inception-based (no FID), and the network was trained with labels.

References
----------
Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
recognition", 1998 (the shape of the network).
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
from torch import nn

from latentcore.datasets import Dataset
from latentcore.exceptions import BundleError
from latentcore.models.checks import check_images
from latentcore.models.networks import apply_in_chunks, channels_last, freeze
from latentcore.store import models_folder
from latentcore.store.arrays import parse_safetensors
from latentcore.store.checked_files import read_bytes, read_json
from latentcore.store.folders import replace_folder
from latentcore.training import Losses, OnEvent, run_one_cycle, seeded
from latentcore.types import FloatArray, LabelArray

NETWORK_NAME = "LeNet64 v1"
FEATURES_FOLDER = "_features"
WEIGHTS_FILE, METADATA_FILE = "lenet64-v1.safetensors", "lenet64-v1.json"
IMAGE_SIZE = 28
N_FEATURES = 64
N_EPOCHS, BATCH_SIZE, LEARNING_RATE, WEIGHT_DECAY, SEED = 12, 128, 3e-3, 1e-2, 0


class LeNet64(nn.Module):
    """Classifier of two convolutions and two linear layers; the first one's 64 units are the features."""

    feature_mean: torch.Tensor
    feature_deviation: torch.Tensor

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 16, 5, padding=2),  # (n, 16, 28, 28)
            nn.ReLU(),
            nn.MaxPool2d(2),  # (n, 16, 14, 14)
            nn.Conv2d(16, 32, 5),  # (n, 32, 10, 10)
            nn.ReLU(),
            nn.MaxPool2d(2),  # (n, 32, 5, 5)
            nn.Flatten(),
            nn.Linear(800, N_FEATURES),
        )
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(N_FEATURES, n_classes))
        self.register_buffer("feature_mean", torch.zeros(N_FEATURES))
        self.register_buffer("feature_deviation", torch.ones(N_FEATURES))

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """(n, 1, 28, 28) -> standardised features (n, 64)."""
        standardised: torch.Tensor = (self.body(images) - self.feature_mean) / self.feature_deviation
        return standardised

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """(n, 1, 28, 28) -> (n, n_classes)."""
        scores: torch.Tensor = self.head(self.body(images))
        return scores


@dataclass(frozen=True)
class FeatureNetwork:
    """A trained `LeNet64` with its metadata.

    Attributes
    ----------
    metadata : dict
        ``name``, ``dataset``, ``classes``, ``accuracy`` on ``n`` test images, ``seed``, and ``sha256`` of the
        weights.
    network : LeNet64
    """

    metadata: dict[str, Any]
    network: LeNet64

    def features(self, images: FloatArray) -> FloatArray:
        """Return features of images ``(n, 1, 28, 28)``, float32 ``(n, 64)``, standardised on train."""
        check_images(images, expected=(1, IMAGE_SIZE, IMAGE_SIZE))
        return apply_in_chunks(self.network.features, images)

    def probabilities(self, images: FloatArray) -> FloatArray:
        """Return class probabilities, float32 ``(n, n_classes)``, of images ``(n, 1, 28, 28)``."""
        check_images(images, expected=(1, IMAGE_SIZE, IMAGE_SIZE))
        return apply_in_chunks(lambda rows: self.network.logits(rows).softmax(dim=1), images)


def fit_classifier(
    images: FloatArray,
    labels: LabelArray,
    *,
    n_classes: int,
    seed: int,
    n_epochs: int = N_EPOCHS,
    batch_size: int = BATCH_SIZE,
    on_event: OnEvent | None = None,
) -> LeNet64:
    """Train a `LeNet64` classifier on labelled images; its features are not yet standardised.

    Parameters
    ----------
    images : float32 array, shape (n, 1, 28, 28)
        Pixels in [0, 1].
    labels : int64 array, shape (n,)
    n_classes : int
    seed : int
    n_epochs, batch_size : int
    on_event : callable, optional
        Receives an `EpochEnd` after each epoch.

    Raises
    ------
    ValueError
        If the images are not grey and 28x28.
    """
    check_images(images, expected=(1, IMAGE_SIZE, IMAGE_SIZE))
    inputs, targets = torch.from_numpy(images), torch.from_numpy(labels)
    with seeded(seed):
        network = channels_last(LeNet64(n_classes))
        optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)

        def compute_losses(batch: torch.Tensor, _: float) -> Losses:
            loss = nn.functional.cross_entropy(network.logits(inputs[batch]), targets[batch])
            return loss, {"cross_entropy": loss}

        run_one_cycle(
            optimiser,
            compute_losses,
            n_samples=len(inputs),
            batch_size=batch_size,
            n_epochs=n_epochs,
            phase="features",
            on_event=on_event,
        )
    return freeze(network)


def train_feature_network(
    train: Dataset, test: Dataset, root: Path, *, on_event: OnEvent | None = None
) -> FeatureNetwork:
    """Train the feature network of a dataset and write it to ``root/<dataset>/_features``.

    Twelve epochs of AdamW on the cross-entropy (mean over the batch, nats), one-cycle schedule. The
    number of epochs was fixed beforehand; the test split only serves to state the accuracy.

    Parameters
    ----------
    train, test : Dataset
        Grey images of 28x28 pixels.
    root : Path
        Models folder.
    on_event : callable, optional
        Receives an `EpochEnd` after each epoch.

    Raises
    ------
    ValueError
        If the images are not grey and 28x28.
    BundleError
        If the folder cannot be written.
    """
    network = fit_classifier(
        train.images, train.labels, n_classes=len(train.classes), seed=SEED, on_event=on_event
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
        "name": NETWORK_NAME,
        "dataset": train.name,
        "classes": list(train.classes),
        "accuracy": accuracy,
        "n": n,
        "seed": SEED,
        "command": f"latentcore features {train.name}",
        "sha256": hashlib.sha256(weights).hexdigest(),
    }

    def write(folder: Path) -> None:
        (folder / WEIGHTS_FILE).write_bytes(weights)
        (folder / METADATA_FILE).write_text(json.dumps(metadata, indent=1) + "\n", encoding="utf-8")

    replace_folder(root / train.name / FEATURES_FOLDER, write, overwrite=True)
    return FeatureNetwork(metadata, network)


def load_feature_network(dataset: str, root: Path | None = None) -> FeatureNetwork | None:
    """Return the feature network of a dataset, or None where it has none.

    Raises
    ------
    BundleError
        If its files are damaged.
    """
    folder = (models_folder() if root is None else root) / dataset / FEATURES_FOLDER
    path = folder / WEIGHTS_FILE
    if not (folder / METADATA_FILE).is_file():
        return None
    metadata = read_json(folder / METADATA_FILE)
    if not isinstance(metadata, dict) or not isinstance(metadata.get("classes"), list):
        raise BundleError(f"{folder / METADATA_FILE}: expected an object with the classes.")
    data = read_bytes(path)
    if hashlib.sha256(data).hexdigest() != metadata.get("sha256"):
        raise BundleError(f"{path}: wrong checksum; remake it with `latentcore features {dataset}`.")
    network = LeNet64(len(metadata["classes"]))
    try:
        state = {name: torch.from_numpy(array) for name, array in parse_safetensors(data, path).items()}
        network.load_state_dict(state)
    except RuntimeError as error:
        raise BundleError(f"{path}: not the arrays of a {NETWORK_NAME}.") from error
    return FeatureNetwork(metadata, freeze(network))
