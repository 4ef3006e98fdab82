"""Networks and training of the latent flow: the autoencoder, then the velocity field on its codes."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import nn

from latentcore.large_arrays import ImageRows
from latentcore.models.autoencoder import AutoencoderSettings, train_autoencoder
from latentcore.models.flow.velocity import VelocityField, integrate
from latentcore.models.networks import (
    EncoderDecoder,
    apply_in_chunks,
    decoder_network,
    encoder_network,
)
from latentcore.training import Losses, OnEvent, run_one_cycle
from latentcore.types import ImageShape

MIN_SCALE = 1e-3
"""Least standard deviation that a code's dimension is divided by, as a share of the largest one."""


@dataclass(frozen=True, kw_only=True)
class FlowSettings(AutoencoderSettings):
    """Settings of `latentcore.models.flow.FlowModel`; those that are not here are the autoencoder's.

    Attributes
    ----------
    decoder_residual : bool
        Whether the decoder has a residual block; see `latentcore.models.networks.decoder_network`.
    field_hidden : sequence of int
        Widths of the velocity field; see `latentcore.models.flow.velocity.VelocityField`. At least one.
    flow_epochs, flow_batch_size : int
        Length of the velocity field's training.
    flow_rate : float
        Peak of the one-cycle schedule of its learning rate.
    average_decay : float
        Decay of the exponential moving average of its weights, which is what is kept.
    code_noise : float
        Standard deviation of the noise that is added to standardised codes in its training; it keeps a flow
        from memorising few codes.
    solver_steps : int
        Steps of Heun's method in `encode` and `decode`.
    """

    decoder_residual: bool = False
    field_hidden: tuple[int, ...] = (128, 128, 128)
    flow_epochs: int = 150
    flow_batch_size: int = 256
    flow_rate: float = 2e-3
    average_decay: float = 0.998
    code_noise: float = 0.2
    solver_steps: int = 10

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.field_hidden:
            raise ValueError("setting field_hidden is empty; expected one width or more.")


class FlowNetwork(EncoderDecoder):
    """Encoder, decoder, mean and scale of the training codes, and the velocity field."""

    code_mean: torch.Tensor
    code_scale: torch.Tensor

    def __init__(self, settings: FlowSettings, image_shape: ImageShape) -> None:
        super().__init__()
        channels, hidden, latent_dim = settings.channels, settings.hidden, settings.latent_dim
        self.n_steps = settings.solver_steps
        self.encoder = encoder_network(image_shape, channels, hidden, latent_dim)
        self.decoder = decoder_network(
            image_shape, channels, hidden, latent_dim, residual=settings.decoder_residual
        )
        self.velocity = VelocityField(latent_dim, settings.field_hidden)
        self.register_buffer("code_mean", torch.zeros(latent_dim))
        self.register_buffer("code_scale", torch.ones(latent_dim))

    def autoencoder_codes(self, rows: torch.Tensor) -> torch.Tensor:
        """(n, pixels) -> standardised codes of the autoencoder (n, latent_dim)."""
        codes: torch.Tensor = (self.encoder(rows) - self.code_mean) / self.code_scale
        return codes

    def decode_autoencoder_codes(self, codes: torch.Tensor) -> torch.Tensor:
        """Standardised codes of the autoencoder (n, latent_dim) -> (n, pixels) in [0, 1]."""
        return torch.sigmoid(self.decoder(codes * self.code_scale + self.code_mean))

    def encode(self, rows: torch.Tensor) -> torch.Tensor:
        """(n, pixels) -> points of the prior (n, latent_dim)."""
        codes = self.autoencoder_codes(rows)
        return integrate(self.velocity, codes, n_steps=self.n_steps, backward=True)[-1]

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """Points of the prior (n, latent_dim) -> (n, pixels) in [0, 1]."""
        return self.decode_autoencoder_codes(integrate(self.velocity, codes, n_steps=self.n_steps)[-1])


class _AutoencoderOnly(EncoderDecoder):
    """The autoencoder while it is trained; its codes are not yet joined to the prior."""

    def __init__(self, network: FlowNetwork) -> None:
        super().__init__()
        self.encoder, self.decoder = network.encoder, network.decoder

    def encode(self, rows: torch.Tensor) -> torch.Tensor:
        """(n, pixels) -> codes of the autoencoder (n, latent_dim)."""
        codes: torch.Tensor = self.encoder(rows)
        return codes

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """Codes of the autoencoder (n, latent_dim) -> (n, pixels) in [0, 1]."""
        return torch.sigmoid(self.decoder(codes))


def train_flow(
    network: FlowNetwork,
    rows: ImageRows,
    image_shape: ImageShape,
    settings: FlowSettings,
    on_event: OnEvent | None,
) -> None:
    """Train the autoencoder, then the velocity field between the prior and its codes.

    Parameters
    ----------
    network : FlowNetwork
        Trained in place.
    rows : ImageRows
        Training images.
    image_shape : (int, int, int)
    settings : FlowSettings
    on_event : callable or None
        Receives an `EpochEnd` after each epoch of both phases, "autoencoder" and "flow".
    """
    train_autoencoder(_AutoencoderOnly(network), rows, image_shape, settings, on_event, phase="autoencoder")
    network.requires_grad_(requires_grad=False)
    codes = torch.from_numpy(apply_in_chunks(network.encoder, rows))
    network.code_mean.copy_(codes.mean(dim=0))
    scale = codes.std(dim=0)
    network.code_scale.copy_(scale.clamp(min=max(MIN_SCALE * float(scale.max()), 1e-6)))
    _train_velocity(network, rows, settings, on_event)


def _train_velocity(
    network: FlowNetwork, rows: ImageRows, settings: FlowSettings, on_event: OnEvent | None
) -> None:
    """Train a velocity field; the average of its weights is kept in `network`."""
    velocity = copy.deepcopy(network.velocity).requires_grad_(requires_grad=True)
    optimiser = torch.optim.AdamW(velocity.parameters(), lr=settings.flow_rate)
    found: list[torch.Tensor] = []

    def train_codes() -> torch.Tensor:
        # Computed at the first step: where a training goes on, the encoder has its weights by then.
        if not found:
            found.append(torch.from_numpy(apply_in_chunks(network.autoencoder_codes, rows)))
        return found[0]

    def compute_losses(batch: torch.Tensor, _: float) -> Losses:
        codes = train_codes()[batch]
        codes = codes + settings.code_noise * torch.randn_like(codes)
        noise = torch.randn_like(codes)
        # Times near the middle are the hardest, and are drawn more often.
        time = torch.sigmoid(torch.randn(len(codes), 1))
        found_velocity = velocity((1 - time) * noise + time * codes, time)
        loss = nn.functional.mse_loss(found_velocity, codes - noise)
        return loss, {"velocity": loss}

    def average() -> None:
        with torch.no_grad():
            for kept, now in zip(network.velocity.parameters(), velocity.parameters(), strict=True):
                kept.lerp_(now, 1 - settings.average_decay)

    run_one_cycle(
        optimiser,
        compute_losses,
        n_samples=len(rows),
        batch_size=settings.flow_batch_size,
        n_epochs=settings.flow_epochs,
        phase="flow",
        on_event=on_event,
        after_step=average,
        network=network,
        parts={"velocity": velocity},
    )
