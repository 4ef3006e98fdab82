"""Training of a VAE: reconstruction loss plus KL terms, with warm-up."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from latentcore.large_arrays import ImageRows
from latentcore.models.aggregate_posterior import CodeCritic
from latentcore.models.augmentation import image_batch, random_affine
from latentcore.models.networks import EncoderDecoder, channels_last, decoder_network, encoder_network
from latentcore.models.settings import Settings
from latentcore.training import Losses, OnEvent, run_one_cycle
from latentcore.types import ImageShape


@dataclass(frozen=True, kw_only=True)
class VAESettings(Settings):
    """Settings of `VAEModel`.

    Attributes
    ----------
    channels, hidden : sequence of int
        Widths of the encoder's convolutions and of the hidden layers after them; the decoder
        mirrors both. See `latentcore.models.networks.encoder_network`.
    beta : float
        Weight of the KL term; 1 is the evidence lower bound.
    warmup : float
        Share of the epochs over which the KL weight rises from 0 to `beta`; it prevents posterior collapse.
    aggregate_weight : float
        Weight of KL(q(z) || N(0, I)) of the codes of all images together, which rises with that of the KL
        term; it closes holes of the aggregate posterior in the prior. See
        `latentcore.models.aggregate_posterior.CodeCritic`.
    n_epochs, batch_size : int
        Length of the training.
    learning_rate, weight_decay : float
        Peak of the one-cycle schedule and decay of AdamW.
    gradient_limit : float
        Gradients are clipped to this norm; 0 for no clipping. Without it, one image whose log-variance
        diverges can destabilise a long training.
    binarised_share : float
        Share of each batch that is binarised with p = pixel before encoding, so that the encoder is trained
        on binary images, on which the likelihood bound is measured.
    distorted_share : float
        Share of each batch that is augmented; see `latentcore.models.augmentation.random_affine`.
    """

    channels: tuple[int, ...] = ()
    hidden: tuple[int, ...] = (512, 256, 128)
    beta: float = 1.0
    warmup: float = 0.2
    aggregate_weight: float = 0.0
    n_epochs: int = 100
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    gradient_limit: float = 0.0
    binarised_share: float = 0.0
    distorted_share: float = 0.0


class VAENetwork(EncoderDecoder):
    """Encoder to mean and log-variance, decoder to Bernoulli logits."""

    def __init__(self, settings: VAESettings, image_shape: ImageShape) -> None:
        super().__init__()
        channels, hidden, latent_dim = settings.channels, settings.hidden, settings.latent_dim
        self.encoder = encoder_network(image_shape, channels, hidden, 2 * latent_dim)
        self.decoder = decoder_network(image_shape, channels, hidden, latent_dim)

    def posterior(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(n, pixels) -> mean and log-variance of q(z|x), each (n, latent_dim)."""
        mean, log_variance = self.encoder(rows).chunk(2, dim=1)
        return mean, log_variance

    def encode(self, rows: torch.Tensor) -> torch.Tensor:
        """(n, pixels) -> posterior mean (n, latent_dim)."""
        return self.posterior(rows)[0]

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """(n, latent_dim) -> Bernoulli means (n, pixels)."""
        return torch.sigmoid(self.decoder(codes))


def binarise(rows: torch.Tensor, *, share: float) -> torch.Tensor:
    """Binarise a random share of images (n, pixels): a pixel becomes 1 with its value as probability."""
    if share == 0:
        return rows
    return torch.where(torch.rand(len(rows), 1) < share, torch.bernoulli(rows), rows)


def kl_to_standard_normal(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """Return KL(N(mean, exp(log_variance)) || N(0, 1)) of each entry, in nats, same shape."""
    return 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance)


def train_vae(
    network: VAENetwork,
    rows: ImageRows,
    image_shape: ImageShape,
    settings: VAESettings,
    on_event: OnEvent | None,
) -> None:
    """Train encoder and decoder jointly.

    Parameters
    ----------
    network : VAENetwork
        Trained in place.
    rows : ImageRows
        Training images.
    image_shape : (int, int, int)
    settings : VAESettings
    on_event : callable or None
        Receives an `EpochEnd` after each epoch.
    """
    channels_last(network)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    critic = CodeCritic(settings.latent_dim) if settings.aggregate_weight else None
    sampled: list[torch.Tensor] = []

    def compute_losses(batch: torch.Tensor, progress: float) -> Losses:
        warm = min(1.0, progress / max(settings.warmup, 1e-9))
        target = random_affine(image_batch(rows, batch), image_shape, share=settings.distorted_share)
        losses, codes = _losses(network, binarise(target, share=settings.binarised_share))
        weighted = settings.beta * losses["kl"]
        if critic is not None:
            losses["aggregate_kl"] = critic.divergence(codes)
            weighted = weighted + settings.aggregate_weight * losses["aggregate_kl"]
            sampled[:] = [codes]
        reported = {"loss": losses["cross_entropy"] + weighted, **losses}
        return losses["cross_entropy"] + warm * weighted, reported

    def train_critic() -> None:
        if critic is not None:
            critic.train_step(sampled[0])

    run_one_cycle(
        optimiser,
        compute_losses,
        n_samples=len(rows),
        batch_size=settings.batch_size,
        n_epochs=settings.n_epochs,
        on_event=on_event,
        after_step=train_critic,
        gradient_limit=settings.gradient_limit,
        network=network,
        parts=None if critic is None else critic.parts,
    )


def _losses(network: VAENetwork, target: torch.Tensor) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """Return cross-entropy and KL, each in nats per image, and codes sampled from q(z|x), (n, latent_dim)."""
    mean, log_variance = network.posterior(target)
    codes = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
    cross_entropy = nn.functional.binary_cross_entropy_with_logits(
        network.decoder(codes), target, reduction="sum"
    ) / len(target)
    kl = kl_to_standard_normal(mean, log_variance).sum(dim=1).mean()
    return {"cross_entropy": cross_entropy, "kl": kl}, codes
