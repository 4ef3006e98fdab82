"""How a GAN is trained: generator against critic, then the inversion network."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

from latentcore.models.augmentation import distort
from latentcore.models.base import Settings
from latentcore.models.critic import Rivalry, make_critic
from latentcore.models.networks import (
    CodeNetwork,
    Residual,
    channels_last,
    decoder_network,
    encoder_network,
)
from latentcore.training import Losses, OnEvent, run_epochs, run_one_cycle
from latentcore.types import ImageShape

AVERAGED_BATCHES = 100


@dataclass(frozen=True, kw_only=True)
class GANSettings(Settings):
    """Settings of `GANModel`.

    Attributes
    ----------
    generator_channels, generator_hidden : sequence of int
        Widths of the generator, named as for the encoder that it mirrors; see
        `latentcore.models.networks.decoder_network`.
    generator_residual : bool
        Whether the generator has a residual convolution; see there too.
    critic_channels, critic_hidden : sequence of int
        Widths of the critic; see `latentcore.models.critic.make_critic`.
    gradient_penalty : float
        Weight of the squared gradient of the critic at real images, which holds it in place of spectral
        normalisation; none at 0. See `latentcore.models.critic.Rivalry`.
    inverter_channels, inverter_hidden : sequence of int
        Widths of the inversion network; see `latentcore.models.networks.encoder_network`.
    batch_norm : bool
        Whether the generator trains with batch normalisation, which is folded into its weights afterwards.
    half_precision : bool
        Whether the adversarial training multiplies in bfloat16; faster where the processor can.
    n_epochs, inversion_epochs, batch_size : int
        Length of the adversarial training and of the inversion network's.
    generator_rate, critic_rate, inverter_rate : float
        Learning rates of Adam; that of the inversion network is the peak of a one-cycle schedule.
    average_decay : float
        Decay of the running average of the generator's weights, which is what is kept.
    distorted_share : float
        Share of each batch of the inversion network's training that is distorted; see
        `latentcore.models.augmentation.distort`.
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


class GANNetwork(CodeNetwork):
    """Generator, and the inversion network that stands in for an encoder."""

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


def with_batch_norm(network: nn.Sequential) -> nn.Sequential:
    """Return the layers of a network with batch normalisation after each with weights but the last."""
    layers = _normalised(network)
    last = max(k for k, layer in enumerate(layers) if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d))
    del layers[last]
    return nn.Sequential(*layers)


def _normalised(network: nn.Sequential) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for layer in network:
        if isinstance(layer, Residual):
            layers.append(Residual(*_normalised(layer)))
            continue
        layers.append(layer)
        if isinstance(layer, nn.Linear):
            layers.append(nn.BatchNorm1d(layer.out_features))
        elif isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            layers.append(nn.BatchNorm2d(layer.out_channels))
    return layers


def without_batch_norm(network: nn.Sequential) -> nn.Sequential:
    """Return a network in evaluation mode with each normalisation folded into the layer before it."""
    layers: list[nn.Module] = []
    for layer in network.eval():
        before = layers[-1] if layers else None
        if isinstance(layer, Residual):
            layers.append(Residual(*without_batch_norm(layer)))
        elif isinstance(layer, nn.BatchNorm1d) and isinstance(before, nn.Linear):
            layers[-1] = fuse_linear_bn_eval(before, layer)
        elif isinstance(layer, nn.BatchNorm2d) and isinstance(before, nn.Conv2d | nn.ConvTranspose2d):
            layers[-1] = fuse_conv_bn_eval(before, layer, transpose=isinstance(before, nn.ConvTranspose2d))
        else:
            layers.append(layer)
    return nn.Sequential(*layers)


def train_generator(
    network: GANNetwork,
    rows: torch.Tensor,
    image_shape: ImageShape,
    settings: GANSettings,
    on_event: OnEvent | None,
) -> None:
    """Train the generator against a critic, and leave its averaged weights in `network`."""
    generator = with_batch_norm(network.generator) if settings.batch_norm else network.generator
    rivalry = Rivalry(settings.gradient_penalty)
    critic = make_critic(
        image_shape, settings.critic_channels, settings.critic_hidden, normalised=not rivalry.penalised
    )
    for part in (generator, critic):
        channels_last(part)
    average = copy.deepcopy(generator)
    generator_optimiser = torch.optim.Adam(
        generator.parameters(), lr=settings.generator_rate, betas=(0.0, 0.9)
    )
    critic_optimiser = torch.optim.Adam(
        critic.parameters(), lr=settings.critic_rate, betas=(0.0, rivalry.decay)
    )
    faster = torch.autocast("cpu", torch.bfloat16, enabled=settings.half_precision)

    def step(batch: torch.Tensor) -> dict[str, torch.Tensor]:
        real = rows[batch]
        with faster:
            fake = torch.sigmoid(generator(torch.randn(len(real), settings.latent_dim)))
            critic_loss = rivalry.critic_loss(critic, real, fake.detach())
        critic_optimiser.zero_grad()
        critic_loss.backward()
        critic_optimiser.step()

        critic.requires_grad_(requires_grad=False)
        with faster:
            generator_loss = rivalry.generator_loss(critic, fake)
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
    )
    _measure_batch_norm(average, settings)
    network.generator = without_batch_norm(average)


def _measure_batch_norm(generator: nn.Sequential, settings: GANSettings) -> None:
    """Measure the statistics of each normalisation afresh: those of the averaged weights are their own."""
    norms = [layer for layer in generator.modules() if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over all batches
    generator.train()
    with torch.no_grad():
        for _ in range(AVERAGED_BATCHES if norms else 0):
            generator(torch.randn(4 * settings.batch_size, settings.latent_dim))


def train_inverter(
    network: GANNetwork,
    rows: torch.Tensor,
    image_shape: ImageShape,
    settings: GANSettings,
    on_event: OnEvent | None,
) -> None:
    """Train the inversion network with the generator frozen."""
    network.generator.requires_grad_(requires_grad=False)
    channels_last(network)
    optimiser = torch.optim.Adam(network.inverter.parameters(), lr=settings.inverter_rate)

    def losses_of(batch: torch.Tensor, _: float) -> Losses:
        real = distort(rows[batch], image_shape, share=settings.distorted_share)
        codes = network.encode(real)
        drawn = torch.randn(len(real), settings.latent_dim)
        mse = nn.functional.mse_loss(network.decode(codes), real)
        code_error = ((network.encode(network.decode(drawn)) - drawn) ** 2).mean()
        loss = 10 * mse + 0.02 * code_error + 0.001 * (codes**2).mean()
        return loss, {"mse": mse, "code_error": code_error}

    run_one_cycle(
        optimiser,
        losses_of,
        n_samples=len(rows),
        batch_size=settings.batch_size,
        n_epochs=settings.inversion_epochs,
        phase="inversion",
        on_event=on_event,
    )
