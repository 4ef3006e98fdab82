"""Training of a GAN: generator against critic, then the inversion network."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import nn

from latentcore.exceptions import UnsupportedOperation
from latentcore.large_arrays import ImageRows
from latentcore.models.augmentation import image_batch, random_affine
from latentcore.models.batch_norm import add_batch_norm, fold_batch_norm, recompute_statistics
from latentcore.models.critic import AdversarialLoss, make_critic
from latentcore.models.networks import (
    EncoderDecoder,
    channels_last,
    decoder_network,
    encoder_network,
)
from latentcore.models.settings import Settings
from latentcore.training import Losses, OnEvent, run_epochs, run_one_cycle
from latentcore.types import ImageShape


@dataclass(frozen=True, kw_only=True)
class GANSettings(Settings):
    """Settings of `GANModel`.

    Attributes
    ----------
    generator_channels, generator_hidden : sequence of int
        Widths of the generator, in the order of the encoder that it mirrors; see
        `latentcore.models.networks.decoder_network`.
    generator_residual : bool
        Whether the generator has a residual block; see there.
    critic_channels, critic_hidden : sequence of int
        Widths of the critic; see `latentcore.models.critic.make_critic`.
    gradient_penalty : float
        Weight of the R1 gradient penalty, which replaces spectral normalisation; none at 0. See
        `latentcore.models.critic.AdversarialLoss`.
    inverter_channels, inverter_hidden : sequence of int
        Widths of the inversion network; see `latentcore.models.networks.encoder_network`.
    batch_norm : bool
        Whether the generator is trained with batch normalisation, which is folded into its weights
        afterwards.
    half_precision : bool
        Whether the adversarial training uses bfloat16 autocast; faster on processors that support it.
    n_epochs, inversion_epochs : int
        Epochs of the adversarial training and of the inversion network's training.
    batch_size : int
    generator_rate, critic_rate, inverter_rate : float
        Learning rates of Adam; that of the inversion network is the peak of a one-cycle schedule.
    average_decay : float
        Decay of the exponential moving average of the generator's weights, which is what is kept.
    distorted_share : float
        Share of each batch of the inversion network's training that is augmented; see
        `latentcore.models.augmentation.random_affine`.
    """

    generator_channels: tuple[int, ...] = ()
    generator_hidden: tuple[int, ...] = (256, 128)
    generator_residual: bool = False
    critic_channels: tuple[int, ...] = ()
    critic_hidden: tuple[int, ...] = (256, 128)
    gradient_penalty: float = 0.0
    inverter_channels: tuple[int, ...] = ()
    inverter_hidden: tuple[int, ...] = (256, 128)
    batch_norm: bool = False
    half_precision: bool = False
    n_epochs: int = 600
    inversion_epochs: int = 200
    batch_size: int = 64
    generator_rate: float = 2e-4
    critic_rate: float = 4e-4
    inverter_rate: float = 1e-3
    average_decay: float = 0.999
    distorted_share: float = 0.0


class GANNetwork(EncoderDecoder):
    """Generator, and the inversion network that serves as encoder."""

    def __init__(self, settings: GANSettings, image_shape: ImageShape) -> None:
        super().__init__()
        latent_dim = settings.latent_dim
        self.generator = decoder_network(
            image_shape,
            settings.generator_channels,
            settings.generator_hidden,
            latent_dim,
            residual=settings.generator_residual,
        )
        self.inverter = encoder_network(
            image_shape, settings.inverter_channels, settings.inverter_hidden, latent_dim
        )

    def encode(self, rows: torch.Tensor) -> torch.Tensor:
        """(n, pixels) -> inverted codes (n, latent_dim)."""
        codes: torch.Tensor = self.inverter(rows)
        return codes

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """(n, latent_dim) -> generated images (n, pixels) in [0, 1]."""
        return torch.sigmoid(self.generator(codes))


class _GeneratorOnly(EncoderDecoder):
    """The averaged generator while it is trained; there is no inversion network yet."""

    def __init__(self, generator: nn.Module) -> None:
        super().__init__()
        self.generator = generator

    def encode(self, rows: torch.Tensor) -> torch.Tensor:  # noqa: ARG002
        """Raise `UnsupportedOperation`."""
        raise UnsupportedOperation("The inversion network is trained after the generator.")

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """(n, latent_dim) -> generated images (n, pixels) in [0, 1]."""
        return torch.sigmoid(self.generator(codes))


def train_generator(
    network: GANNetwork,
    rows: ImageRows,
    image_shape: ImageShape,
    settings: GANSettings,
    on_event: OnEvent | None,
) -> None:
    """Train the generator against a critic, and store its averaged weights in `network`.

    Parameters
    ----------
    network : GANNetwork
        Its generator is replaced.
    rows : ImageRows
        Training images.
    image_shape : (int, int, int)
    settings : GANSettings
    on_event : callable or None
        Receives an `EpochEnd` after each epoch.
    """
    generator = add_batch_norm(network.generator) if settings.batch_norm else network.generator
    adversarial_loss = AdversarialLoss(settings.gradient_penalty)
    critic = make_critic(
        image_shape,
        settings.critic_channels,
        settings.critic_hidden,
        normalised=not adversarial_loss.has_penalty,
    )
    for part in (generator, critic):
        channels_last(part)
    average = copy.deepcopy(generator)
    generator_optimiser = torch.optim.Adam(
        generator.parameters(), lr=settings.generator_rate, betas=(0.0, 0.9)
    )
    critic_optimiser = torch.optim.Adam(
        critic.parameters(), lr=settings.critic_rate, betas=(0.0, adversarial_loss.adam_beta2)
    )
    autocast = torch.autocast("cpu", torch.bfloat16, enabled=settings.half_precision)

    def step(batch: torch.Tensor) -> dict[str, torch.Tensor]:
        real = image_batch(rows, batch)
        with autocast:
            fake = torch.sigmoid(generator(torch.randn(len(real), settings.latent_dim)))
            critic_loss = adversarial_loss.critic_loss(critic, real, fake.detach())
        critic_optimiser.zero_grad()
        critic_loss.backward()
        critic_optimiser.step()

        critic.requires_grad_(requires_grad=False)
        with autocast:
            generator_loss = adversarial_loss.generator_loss(critic, fake)
        generator_optimiser.zero_grad()
        generator_loss.backward()
        generator_optimiser.step()
        critic.requires_grad_(requires_grad=True)
        with torch.no_grad():
            for kept, now in zip(average.parameters(), generator.parameters(), strict=True):
                kept.lerp_(now, 1 - settings.average_decay)
        return {"critic": critic_loss, "generator": generator_loss}

    run_epochs(
        step,
        n_samples=len(rows),
        batch_size=settings.batch_size,
        n_epochs=settings.n_epochs,
        phase="adversarial",
        on_event=on_event,
        network=_GeneratorOnly(average),
        parts={
            "generator": generator,
            "critic": critic,
            "average": average,
            "generator_optimiser": generator_optimiser,
            "critic_optimiser": critic_optimiser,
            "adversarial_loss": adversarial_loss,
        },
    )
    recompute_statistics(average, settings.latent_dim, 4 * settings.batch_size)
    network.generator = fold_batch_norm(average)


def train_inverter(
    network: GANNetwork,
    rows: ImageRows,
    image_shape: ImageShape,
    settings: GANSettings,
    on_event: OnEvent | None,
) -> None:
    """Train the inversion network with the generator frozen.

    Parameters
    ----------
    network, rows, image_shape, settings, on_event
        See `train_generator`; the network's inverter is trained in place.
    """
    network.generator.requires_grad_(requires_grad=False)
    channels_last(network)
    optimiser = torch.optim.Adam(network.inverter.parameters(), lr=settings.inverter_rate)

    def compute_losses(batch: torch.Tensor, _: float) -> Losses:
        real = random_affine(image_batch(rows, batch), image_shape, share=settings.distorted_share)
        codes = network.encode(real)
        sampled = torch.randn(len(real), settings.latent_dim)
        mse = nn.functional.mse_loss(network.decode(codes), real)
        code_error = ((network.encode(network.decode(sampled)) - sampled) ** 2).mean()
        loss = 10 * mse + 0.02 * code_error + 0.001 * (codes**2).mean()
        return loss, {"mse": mse, "code_error": code_error}

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
