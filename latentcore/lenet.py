"""LeNet64: the small classifier whose hidden units are the features of images.

References
----------
Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
recognition", 1998 (the shape of the network).
"""

from __future__ import annotations

import torch
from torch import nn

from latentcore.models.checks import check_images
from latentcore.models.networks import channels_last, freeze
from latentcore.training import Losses, OnEvent, run_one_cycle, seeded
from latentcore.types import FloatArray, ImageShape, LabelArray

GREY_28: ImageShape = (1, 28, 28)
MIN_SIDE, MAX_SIDE = 16, 32
"""Pixels per side of images that fit; below, two poolings leave little, beyond, training takes long."""
N_FEATURES = 64
N_EPOCHS, BATCH_SIZE, LEARNING_RATE, WEIGHT_DECAY = 12, 128, 3e-3, 1e-2


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
