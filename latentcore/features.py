"""The frozen feature network of a dataset, for metrics of generated images.

"LeNet64 v1" is for grey 28x28 images and trained on the classes. The name of one for another shape says the
shape, such as "LeNet64 3x32x32 v1"; it is trained on known factors too, because classes alone let a network
ignore what they leave open, such as the hues of `rooms`. Frechet distances and precision measured with it are
comparable only for the same network and dataset: they are not Inception-based (no FID), and the network was
trained with labels.

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

from latentcore.datasets import Dataset, dataset_spec
from latentcore.exceptions import BundleError
from latentcore.models.checks import check_images
from latentcore.models.networks import apply_in_chunks, channels_last, freeze
from latentcore.store import models_folder
from latentcore.store.arrays import parse_safetensors
from latentcore.store.checked_files import read_bytes, read_json
from latentcore.store.writing import replace_folder
from latentcore.training import Losses, OnEvent, run_one_cycle, seeded
from latentcore.types import FloatArray, ImageShape, LabelArray

FEATURES_FOLDER = "_features"
WEIGHTS_FILE, METADATA_FILE = "lenet64-v1.safetensors", "lenet64-v1.json"
GREY_28: ImageShape = (1, 28, 28)
MIN_SIDE, MAX_SIDE = 16, 32
"""Pixels per side of images that fit; below, two poolings leave little, beyond, training takes long."""
N_FEATURES = 64
N_EPOCHS, BATCH_SIZE, LEARNING_RATE, WEIGHT_DECAY, SEED = 12, 128, 3e-3, 1e-2, 0


def network_name(image_shape: ImageShape) -> str:
    """Return the name of the feature networks for images of a shape."""
    return "LeNet64 v1" if image_shape == GREY_28 else f"LeNet64 {'x'.join(map(str, image_shape))} v1"


def fits_lenet64(image_shape: tuple[int, ...]) -> bool:
    """Return whether images of a shape fit `LeNet64`: 16 to 32 pixels per side."""
    return all(MIN_SIDE <= side <= MAX_SIDE for side in image_shape[1:])


class LeNet64(nn.Module):
    """Classifier of two convolutions and two linear layers; the first one's 64 units are the features.

    Parameters
    ----------
    n_classes : int
    image_shape : (int, int, int)
        One that `fits_lenet64`.
    n_factors : int
        Factors that it predicts beside the class.
    """

    feature_mean: torch.Tensor
    feature_deviation: torch.Tensor

    def __init__(self, n_classes: int, image_shape: ImageShape = GREY_28, n_factors: int = 0) -> None:
        super().__init__()
        self.n_classes, self.image_shape = n_classes, image_shape
        channels, height, width = image_shape
        n_pooled = 32 * (height // 2 - 4) // 2 * ((width // 2 - 4) // 2)
        self.body = nn.Sequential(
            nn.Conv2d(channels, 16, 5, padding=2),  # (n, 16, 28, 28) at 28x28
            nn.ReLU(),
            nn.MaxPool2d(2),  # (n, 16, 14, 14)
            nn.Conv2d(16, 32, 5),  # (n, 32, 10, 10)
            nn.ReLU(),
            nn.MaxPool2d(2),  # (n, 32, 5, 5)
            nn.Flatten(),
            nn.Linear(n_pooled, N_FEATURES),
        )
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(N_FEATURES, n_classes + n_factors))
        self.register_buffer("feature_mean", torch.zeros(N_FEATURES))
        self.register_buffer("feature_deviation", torch.ones(N_FEATURES))

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """(n, channels, height, width) -> standardised features (n, 64)."""
        standardised: torch.Tensor = (self.body(images) - self.feature_mean) / self.feature_deviation
        return standardised

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """(n, channels, height, width) -> (n, n_classes)."""
        return self.predictions(images)[0]

    def predictions(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(n, channels, height, width) -> logits (n, n_classes) and factors (n, n_factors)."""
        outputs: torch.Tensor = self.head(self.body(images))
        return outputs[:, : self.n_classes], outputs[:, self.n_classes :]


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


def fit_classifier(
    images: FloatArray,
    labels: LabelArray,
    *,
    n_classes: int,
    seed: int,
    factors: FloatArray | None = None,
    n_epochs: int = N_EPOCHS,
    batch_size: int = BATCH_SIZE,
    on_event: OnEvent | None = None,
) -> LeNet64:
    """Train a `LeNet64` classifier on labelled images; its features are not yet standardised.

    Parameters
    ----------
    images : float32 array, shape (n, channels, height, width)
        Pixels in [0, 1].
    labels : int64 array, shape (n,)
    n_classes : int
    seed : int
    factors : float32 array, shape (n, n_factors), optional
        Standardised; the loss then adds the mean squared error of their predictions.
    n_epochs, batch_size : int
    on_event : callable, optional
        Receives an `EpochEnd` after each epoch.

    Raises
    ------
    ValueError
        If the images do not fit; see `fits_lenet64`.
    """
    channels, height, width = images.shape[1:]
    image_shape = (channels, height, width)
    if not fits_lenet64(image_shape):
        raise ValueError(
            f"The images have {height}x{width} pixels; a feature network takes {MIN_SIDE} to {MAX_SIDE} per "
            "side."
        )
    check_images(images, expected=image_shape)
    n_factors = 0 if factors is None else factors.shape[1]
    inputs, targets = torch.from_numpy(images), torch.from_numpy(labels)
    with seeded(seed):
        network = channels_last(LeNet64(n_classes, image_shape, n_factors))
        optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)

        def compute_losses(batch: torch.Tensor, _: float) -> Losses:
            logits, predicted = network.predictions(inputs[batch])
            loss = nn.functional.cross_entropy(logits, targets[batch])
            if factors is None:
                return loss, {"cross_entropy": loss}
            error = nn.functional.mse_loss(predicted, torch.from_numpy(factors)[batch])
            return loss + error, {"cross_entropy": loss, "factors": error}

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
        metadata["factors"] = list(dataset_spec(train.name).factor_names)

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
