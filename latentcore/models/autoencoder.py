"""Autoencoder and denoising autoencoder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import nn

from latentcore.large_arrays import ImageRows
from latentcore.models.augmentation import image_batch, random_affine
from latentcore.models.density import Gaussian
from latentcore.models.density_network import DensityNetwork
from latentcore.models.networks import (
    EncoderDecoder,
    TorchModel,
    channels_last,
    decoder_network,
    encoder_network,
    freeze,
)
from latentcore.models.settings import Settings
from latentcore.training import Losses, OnEvent, run_one_cycle, seeded
from latentcore.types import Capability, ImageShape, LabelArray, TrainImages


@dataclass(frozen=True, kw_only=True)
class AutoencoderSettings(Settings):
    """Settings of `AutoencoderModel`.

    Attributes
    ----------
    channels, hidden : sequence of int
        Widths of the encoder's convolutions and of the hidden layers after them; the decoder
        mirrors both. See `latentcore.models.networks.encoder_network`.
    n_epochs, batch_size : int
        Length of the training.
    learning_rate, weight_decay : float
        Peak of the one-cycle schedule and decay of AdamW.
    distorted_share : float
        Share of each batch that is augmented; see `latentcore.models.augmentation.random_affine`.
    """

    channels: tuple[int, ...] = ()
    hidden: tuple[int, ...] = (512, 256, 128)
    n_epochs: int = 100
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    distorted_share: float = 0.0


class AutoencoderNetwork(DensityNetwork):
    """Encoder, mirrored decoder, and mean and Cholesky factor of the training codes."""

    def __init__(self, settings: AutoencoderSettings, image_shape: ImageShape) -> None:
        super().__init__(settings.latent_dim)
        latent_dim = settings.latent_dim
        self.encoder = encoder_network(image_shape, settings.channels, settings.hidden, latent_dim)
        self.decoder = decoder_network(image_shape, settings.channels, settings.hidden, latent_dim)

    def encode(self, rows: torch.Tensor) -> torch.Tensor:
        """(n, pixels) -> (n, latent_dim)."""
        codes: torch.Tensor = self.encoder(rows)
        return codes

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """(n, latent_dim) -> (n, pixels) in [0, 1]."""
        return torch.sigmoid(self.decoder(codes))


class AutoencoderTraining(Protocol):
    """The settings that `train_autoencoder` reads; see `AutoencoderSettings`."""

    @property
    def n_epochs(self) -> int:
        """Number of epochs."""

    @property
    def batch_size(self) -> int:
        """Images per step."""

    @property
    def learning_rate(self) -> float:
        """Peak of the one-cycle schedule."""

    @property
    def weight_decay(self) -> float:
        """Decay of AdamW."""

    @property
    def distorted_share(self) -> float:
        """Share of each batch that is augmented."""


def train_autoencoder(
    network: EncoderDecoder,
    rows: ImageRows,
    image_shape: ImageShape,
    settings: AutoencoderTraining,
    on_event: OnEvent | None,
    *,
    phase: str = "fit",
    corrupt: Callable[[torch.Tensor], torch.Tensor] | None = None,
) -> None:
    """Train encoder and decoder together on the mean squared error of the reconstruction.

    Parameters
    ----------
    network : EncoderDecoder
        Trained in place.
    rows : ImageRows
        Training images.
    image_shape : (int, int, int)
    settings : AutoencoderTraining
    on_event : callable or None
        Receives an `EpochEnd` after each epoch.
    phase : str
        Name of the phase in the events.
    corrupt : callable, optional
        Returns the encoder's input for images (n, pixels); the images themselves by default.
    """
    channels_last(network)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )

    def compute_losses(batch: torch.Tensor, _: float) -> Losses:
        target = random_affine(image_batch(rows, batch), image_shape, share=settings.distorted_share)
        shown = target if corrupt is None else corrupt(target)
        loss = nn.functional.mse_loss(network.decode(network.encode(shown)), target)
        return loss, {"mse": loss}

    run_one_cycle(
        optimiser,
        compute_losses,
        n_samples=len(rows),
        batch_size=settings.batch_size,
        n_epochs=settings.n_epochs,
        phase=phase,
        on_event=on_event,
        network=network,
    )


class AutoencoderModel(TorchModel[AutoencoderNetwork]):
    """Encoder and decoder trained together on the mean squared error of the copy.

    The loss is the mean over batch and pixels of (image - reconstruction)^2. An autoencoder has no
    prior: samples come from a Gaussian fitted to the training codes.

    References
    ----------
    G. E. Hinton and R. R. Salakhutdinov, "Reducing the dimensionality of data with neural
    networks", Science 313, 2006.
    """

    family = "ae"
    title = "Autoencoder"
    capabilities = frozenset(
        {Capability.NATIVE_ENCODER, Capability.NATIVE_DECODER, Capability.FITTED_DENSITY}
    )
    sampling = "a Gaussian fitted to the training codes"
    settings_type = AutoencoderSettings
    settings: AutoencoderSettings

    @classmethod
    def make_network(cls, settings: AutoencoderSettings, image_shape: ImageShape) -> AutoencoderNetwork:
        """Return the untrained network."""
        return AutoencoderNetwork(settings, image_shape)

    def _fit(
        self,
        images: TrainImages,
        labels: LabelArray | None,  # noqa: ARG002
        *,
        seed: int,
        on_event: OnEvent | None,
    ) -> None:
        image_shape = (images.shape[1], images.shape[2], images.shape[3])
        rows = ImageRows(images)
        with seeded(seed):
            network = self.make_network(self.settings, image_shape)
            train_autoencoder(network, rows, image_shape, self.settings, on_event, corrupt=self._corrupt)
        freeze(network)
        network.fit_density(rows)
        self.network_ = network

    def _sampling_density(self) -> Gaussian:
        return self.network_.density

    def _corrupt(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the encoder's input during training for `rows` (n, pixels)."""
        return rows


@dataclass(frozen=True, kw_only=True)
class DenoisingAutoencoderSettings(AutoencoderSettings):
    """Settings of `DenoisingAutoencoderModel`.

    Attributes
    ----------
    noise : float
        Largest standard deviation of the noise, in units of the pixel range.
    """

    noise: float = 0.6


class DenoisingAutoencoderModel(AutoencoderModel):
    """Autoencoder that is shown noisy images and learns to return the clean ones.

    Each training image gets Gaussian noise of its own standard deviation, uniform between 0 and
    `noise`, and is clipped to [0, 1]; the loss is the mean over batch and pixels of (clean image -
    reconstruction)^2. Samples come from a Gaussian fitted to the codes of the clean training images.

    References
    ----------
    P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol, "Extracting and composing robust features
    with denoising autoencoders", 2008.
    """

    family = "dae"
    title = "Denoising AE"
    capabilities = AutoencoderModel.capabilities | {Capability.DENOISING}
    settings_type = DenoisingAutoencoderSettings
    settings: DenoisingAutoencoderSettings

    def _corrupt(self, rows: torch.Tensor) -> torch.Tensor:
        deviation = self.settings.noise * torch.rand(len(rows), 1)
        return (rows + deviation * torch.randn_like(rows)).clamp(0, 1)
