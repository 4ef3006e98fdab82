"""Networks and training of the CNN family: a classifier, then a decoder of its last hidden layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn

from latentcore.exceptions import UnsupportedOperation
from latentcore.large_arrays import ImageRows
from latentcore.models.augmentation import image_batch, random_affine
from latentcore.models.density_network import DensityNetwork
from latentcore.models.networks import (
    EncoderDecoder,
    apply_in_chunks,
    channels_last,
    count_pixels,
    decoder_network,
    mlp,
)
from latentcore.models.settings import Settings
from latentcore.training import Losses, OnEvent, run_one_cycle
from latentcore.types import ImageShape, LabelArray


@dataclass(frozen=True, kw_only=True)
class CNNSettings(Settings):
    """Settings of `latentcore.models.cnn.CNNModel`.

    Attributes
    ----------
    channels : sequence of int
        Channels of the classifier's convolutions; see `feature_network`.
    hidden : sequence of int
        Widths of its hidden layers between the convolutions and the codes.
    decoder_channels, decoder_hidden : sequence of int
        Widths of the decoder, in the order of the encoder that it mirrors; see
        `latentcore.models.networks.decoder_network`.
    n_epochs, inversion_epochs : int
        Epochs of the classifier's training and of the decoder's.
    batch_size : int
    learning_rate, inverter_rate : float
        Peaks of the one-cycle schedules of AdamW of the classifier and of the decoder.
    weight_decay : float
    label_smoothing : float
        Share of the probability that is spread over all classes in the classifier's target.
    distorted_share, decoder_distorted_share : float
        Share of each batch that is augmented in the classifier's training and in the decoder's; see
        `latentcore.models.augmentation.random_affine`.
    """

    channels: tuple[int, ...] = (32, 64)
    hidden: tuple[int, ...] = (128,)
    decoder_channels: tuple[int, ...] = ()
    decoder_hidden: tuple[int, ...] = (256, 128)
    n_epochs: int = 120
    inversion_epochs: int = 200
    batch_size: int = 64
    learning_rate: float = 2e-3
    inverter_rate: float = 2e-3
    weight_decay: float = 1e-2
    label_smoothing: float = 0.05
    distorted_share: float = 0.5
    decoder_distorted_share: float = 0.5


def feature_network(
    image_shape: ImageShape, channels: Sequence[int], hidden: Sequence[int], n_outputs: int
) -> nn.Sequential:
    """Return a convolutional network from rows ``(n, pixels)`` to ``(n, n_outputs)``.

    Images of any size are fitted: each 3x3 convolution is followed by a maximum over 2x2 pixels, rounded up.

    Parameters
    ----------
    image_shape : (int, int, int)
    channels : sequence of int
        Channels of each convolution.
    hidden : sequence of int
        Widths of the hidden layers after them.
    n_outputs : int
    """
    layers: list[nn.Module] = [nn.Unflatten(1, image_shape)]
    _, height, width = image_shape
    for n_before, n_after in pairwise([image_shape[0], *channels]):
        layers += [nn.Conv2d(n_before, n_after, 3, 1, 1), nn.GELU(), nn.MaxPool2d(2, ceil_mode=True)]
        height, width = -(-height // 2), -(-width // 2)
    folded = ([image_shape[0], *channels][-1], height, width)
    return nn.Sequential(*layers, nn.Flatten(), *mlp([count_pixels(folded), *hidden, n_outputs]))


class CNNNetwork(DensityNetwork):
    """Classifier in two parts, to the codes and from them, decoder, and density of the training codes."""

    def __init__(self, settings: CNNSettings, image_shape: ImageShape, n_classes: int) -> None:
        super().__init__(settings.latent_dim)
        latent_dim = settings.latent_dim
        self.encoder = feature_network(image_shape, settings.channels, settings.hidden, latent_dim)
        self.head = nn.Linear(latent_dim, n_classes)
        self.decoder = decoder_network(
            image_shape, settings.decoder_channels, settings.decoder_hidden, latent_dim
        )

    def encode(self, rows: torch.Tensor) -> torch.Tensor:
        """(n, pixels) -> units of the last hidden layer (n, latent_dim)."""
        codes: torch.Tensor = self.encoder(rows)
        return codes

    def probabilities(self, rows: torch.Tensor) -> torch.Tensor:
        """(n, pixels) -> class probabilities (n, n_classes)."""
        return torch.softmax(self.head(self.encoder(rows)), dim=1)

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """(n, latent_dim) -> (n, pixels) in [0, 1]."""
        return torch.sigmoid(self.decoder(codes))


class _ClassifierOnly(EncoderDecoder):
    """The classifier while it is trained; its codes have no decoder yet."""

    def __init__(self, network: CNNNetwork) -> None:
        super().__init__()
        self.encoder, self.head = network.encoder, network.head

    def encode(self, rows: torch.Tensor) -> torch.Tensor:
        """(n, pixels) -> units of the last hidden layer (n, latent_dim)."""
        codes: torch.Tensor = self.encoder(rows)
        return codes

    def decode(self, codes: torch.Tensor) -> torch.Tensor:  # noqa: ARG002
        """Raise `UnsupportedOperation`."""
        raise UnsupportedOperation("The decoder is trained after the classifier.")


def train_classifier(
    network: CNNNetwork,
    rows: ImageRows,
    image_shape: ImageShape,
    settings: CNNSettings,
    on_event: OnEvent | None,
    *,
    labels: LabelArray,
) -> None:
    """Train the classifier, and then centre and scale its codes to a standard deviation of 1.

    The scale is one number for all dimensions; the head's weights make up for it.

    Parameters
    ----------
    network : CNNNetwork
        Its encoder and head are trained in place.
    rows : ImageRows
        Training images.
    image_shape : (int, int, int)
    settings : CNNSettings
    on_event : callable or None
        Receives an `EpochEnd` after each epoch.
    labels : int64 array, shape (n,)
    """
    channels_last(network)
    trained = [*network.encoder.parameters(), *network.head.parameters()]
    optimiser = torch.optim.AdamW(trained, lr=settings.learning_rate, weight_decay=settings.weight_decay)
    targets = torch.from_numpy(labels)

    def compute_losses(batch: torch.Tensor, _: float) -> Losses:
        shown = random_affine(image_batch(rows, batch), image_shape, share=settings.distorted_share)
        logits, wanted = network.head(network.encode(shown)), targets[batch]
        loss = nn.functional.cross_entropy(logits, wanted, label_smoothing=settings.label_smoothing)
        accuracy = (logits.detach().argmax(dim=1) == wanted).float().mean()
        return loss, {"cross_entropy": loss, "accuracy": accuracy}

    run_one_cycle(
        optimiser,
        compute_losses,
        n_samples=len(rows),
        batch_size=settings.batch_size,
        n_epochs=settings.n_epochs,
        phase="classifier",
        on_event=on_event,
        network=_ClassifierOnly(network),
    )
    _standardise_codes(network, rows)


def _standardise_codes(network: CNNNetwork, rows: ImageRows) -> None:
    """Change the last layer of the encoder so that the training codes are centred, and the head to match."""
    codes = torch.from_numpy(apply_in_chunks(network.encode, rows))
    mean, scale = codes.mean(dim=0), codes.std(dim=0).square().mean().sqrt().clamp(min=1e-6)
    last, head = network.encoder[-1], network.head
    assert isinstance(last, nn.Linear)  # noqa: S101 - see `feature_network`
    with torch.no_grad():
        head.bias.add_(head.weight @ mean)
        head.weight.mul_(scale)
        last.bias.copy_((last.bias - mean) / scale)
        last.weight.div_(scale)


def train_decoder(
    network: CNNNetwork,
    rows: ImageRows,
    image_shape: ImageShape,
    settings: CNNSettings,
    on_event: OnEvent | None,
) -> None:
    """Train the decoder with the classifier frozen, on the mean squared error of the reconstruction.

    Parameters
    ----------
    network, rows, image_shape, settings, on_event
        See `train_classifier`; the network's decoder is trained in place.
    """
    network.encoder.requires_grad_(requires_grad=False)
    network.head.requires_grad_(requires_grad=False)
    optimiser = torch.optim.AdamW(
        network.decoder.parameters(), lr=settings.inverter_rate, weight_decay=settings.weight_decay
    )
    share = settings.decoder_distorted_share
    codes: list[torch.Tensor] = []

    def compute_losses(batch: torch.Tensor, _: float) -> Losses:
        target = random_affine(image_batch(rows, batch), image_shape, share=share)
        if share == 0 and not codes:
            # At the first step: where a training goes on, the encoder has its weights by then.
            codes.append(torch.from_numpy(apply_in_chunks(network.encode, rows)))
        shown = codes[0][batch] if codes else network.encode(target)
        loss = nn.functional.mse_loss(network.decode(shown), target)
        return loss, {"mse": loss}

    run_one_cycle(
        optimiser,
        compute_losses,
        n_samples=len(rows),
        batch_size=settings.batch_size,
        n_epochs=settings.inversion_epochs,
        phase="inversion",
        on_event=on_event,
        network=network,
    )
