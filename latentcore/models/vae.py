"""Variational autoencoder, with its evidence lower bound."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from latentcore.models.augmentation import distort
from latentcore.models.base import Settings, check_images
from latentcore.models.density import Gaussian
from latentcore.models.networks import (
    CodeNetwork,
    TorchModel,
    apply_in_chunks,
    channels_last,
    decoder_network,
    encoder_network,
    finish,
)
from latentcore.training import OnEvent, count_batches, run_epochs, seeded
from latentcore.types import Capability, FloatArray, ImageShape, LabelArray

AT_ONCE = 5
"""Images whose importance samples are decoded together: 200 draws of each fill 50 MB."""

ACTIVE_VARIANCE = 0.01
"""A dimension is active if the variance of its posterior mean over images is larger.

References
----------
Y. Burda, R. Grosse and R. Salakhutdinov, "Importance weighted autoencoders", 2016, section 5.
"""


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
        Share of the epochs over which the KL weight rises from 0 to `beta`; it keeps dimensions alive.
    n_epochs, batch_size : int
        Length of the training.
    learning_rate, weight_decay : float
        Peak of the one-cycle schedule and decay of AdamW.
    binarised_share : float
        Share of each batch that is binarised with p = pixel before it is encoded, so that the bound
        on the likelihood of binary images rests on images that the encoder knows.
    distorted_share : float
        Share of each batch that is distorted; see `latentcore.models.augmentation.distort`.
    """

    channels: tuple[int, ...] = ()
    hidden: tuple[int, ...] = (512, 256, 128)
    beta: float = 1.0
    warmup: float = 0.2
    n_epochs: int = 100
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    binarised_share: float = 0.0
    distorted_share: float = 0.0


class VAENetwork(CodeNetwork):
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
    """Draw a random share of images (n, pixels) in black and white, each pixel white with p = its value."""
    if share == 0:
        return rows
    return torch.where(torch.rand(len(rows), 1) < share, torch.bernoulli(rows), rows)


def kl_to_standard_normal(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """Return KL(N(mean, exp(log_variance)) || N(0, 1)) of each entry, in nats, same shape."""
    return 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance)


class VAEModel(TorchModel[VAENetwork]):
    """Encoder to a diagonal Gaussian q(z|x), prior N(0, I), Bernoulli decoder p(x|z).

    The loss is, per image in nats and averaged over the batch, the cross-entropy between the grey
    image and the decoded Bernoulli means (the expected one of images binarised with p = pixel)
    plus `beta` times KL(q(z|x) || N(0, I)). `encode` returns the posterior mean.

    References
    ----------
    D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2013, equation (10).
    """

    family = "vae"
    title = "VAE"
    capabilities = frozenset(
        {
            Capability.NATIVE_ENCODER,
            Capability.NATIVE_DECODER,
            Capability.PRIOR,
            Capability.LIKELIHOOD_BOUND,
        }
    )
    sampling = "its prior, N(0, I)"
    settings_type = VAESettings
    settings: VAESettings

    @classmethod
    def make_network(cls, settings: VAESettings, image_shape: ImageShape) -> VAENetwork:
        """Return the untrained network."""
        return VAENetwork(settings, image_shape)

    def _fit(
        self,
        images: FloatArray,
        labels: LabelArray | None,  # noqa: ARG002
        *,
        seed: int,
        on_event: OnEvent | None,
    ) -> None:
        settings = self.settings
        image_shape = (images.shape[1], images.shape[2], images.shape[3])
        rows = torch.from_numpy(images.reshape(len(images), -1))
        n_steps = settings.n_epochs * count_batches(len(rows), settings.batch_size)
        with seeded(seed):
            network = channels_last(self.make_network(settings, image_shape))
            optimiser = torch.optim.AdamW(
                network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
            )
            schedule = torch.optim.lr_scheduler.OneCycleLR(
                optimiser, max_lr=settings.learning_rate, total_steps=n_steps
            )

            def step(batch: torch.Tensor) -> dict[str, torch.Tensor]:
                progress = (schedule.last_epoch + 1) / n_steps
                weight = settings.beta * min(1.0, progress / max(settings.warmup, 1e-9))
                target = distort(rows[batch], image_shape, share=settings.distorted_share)
                target = binarise(target, share=settings.binarised_share)
                mean, log_variance = network.posterior(target)
                codes = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
                reconstruction = nn.functional.binary_cross_entropy_with_logits(
                    network.decoder(codes), target, reduction="sum"
                ) / len(target)
                kl = kl_to_standard_normal(mean, log_variance).sum(dim=1).mean()
                loss = reconstruction + weight * kl
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
                return {
                    "loss": reconstruction + settings.beta * kl,
                    "cross_entropy": reconstruction,
                    "kl": kl,
                }

            run_epochs(
                step,
                n_samples=len(rows),
                batch_size=settings.batch_size,
                n_epochs=settings.n_epochs,
                on_event=on_event,
            )
        self.network_ = finish(network)

    def _sampling_density(self) -> Gaussian:
        return Gaussian.standard(self.latent_dim)

    def posterior(self, images: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation of q(z|x), each float32 ``(n, latent_dim)``."""
        self._check_fitted()
        check_images(images, expected=self.image_shape_)
        both = apply_in_chunks(self.network_.encoder, images.reshape(len(images), -1))
        mean, log_variance = np.split(both, 2, axis=1)
        return mean, np.exp(0.5 * log_variance)

    def log_likelihood_bound(self, images: FloatArray, *, n_importance: int, seed: int) -> FloatArray:
        """Return a lower bound on log p(x) of each image, in nats, float32 ``(n,)``.

        Parameters
        ----------
        images : float32 array, shape (n, channels, height, width)
            Binary images, or grey ones, binarised here with p = pixel and `seed`.
        n_importance : int
            Draws from q(z|x) per image: 1 gives a one-sample estimate of the evidence lower bound,
            more the tighter importance-weighted bound.
        seed : int
            Seed of binarisation and draws.

        Raises
        ------
        ValueError
            If `n_importance` is below 1.

        References
        ----------
        Y. Burda, R. Grosse and R. Salakhutdinov, "Importance weighted autoencoders", 2016, equation (8).
        """
        self._check_fitted()
        check_images(images, expected=self.image_shape_)
        if n_importance < 1:
            raise ValueError(f"n_importance is {n_importance}; expected 1 or more.")
        generator = np.random.default_rng(seed)
        bounds = np.empty(len(images), np.float32)
        flat = images.reshape(len(images), -1)
        with torch.inference_mode():
            for start in range(0, len(images), 50):
                grey = flat[start : start + 50]
                binary = torch.from_numpy((generator.random(grey.shape) < grey).astype(np.float32))
                noise = generator.standard_normal((len(grey), n_importance, self.latent_dim), np.float32)
                draws = zip(binary.split(AT_ONCE), torch.from_numpy(noise).split(AT_ONCE), strict=True)
                parts = [_importance_bound(self.network_, some, of_some) for some, of_some in draws]
                bounds[start : start + 50] = torch.cat(parts).numpy()
        return bounds


@dataclass(frozen=True, kw_only=True)
class BetaVAESettings(VAESettings):
    """Settings of `BetaVAEModel`; `beta` is above 1 by default."""

    beta: float = 4.0


class BetaVAEModel(VAEModel):
    """VAE whose KL term weighs more, so that dimensions share less and stand for single factors.

    The loss is that of a VAE with `beta` above 1; the evidence lower bound is still measured with 1.

    References
    ----------
    I. Higgins et al., "beta-VAE: Learning basic visual concepts with a constrained variational
    framework", 2017, equation (4).
    """

    family = "beta_vae"
    title = "beta-VAE"
    settings_type = BetaVAESettings
    settings: BetaVAESettings


def _importance_bound(network: VAENetwork, binary: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Return log mean_k p(x, z_k) / q(z_k|x), shape (n,), for noise of shape (n, k, latent_dim)."""
    n_importance = noise.shape[1]
    mean, log_variance = network.posterior(binary)
    codes = mean[:, None] + noise * (0.5 * log_variance).exp()[:, None]
    logits = network.decoder(codes.flatten(0, 1)).unflatten(0, noise.shape[:2])
    targets = binary[:, None].expand_as(logits)
    log_image = -nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(2)
    log_prior = -0.5 * (codes**2).sum(2)
    log_posterior = -0.5 * (noise**2 + log_variance[:, None]).sum(2)
    return torch.logsumexp(log_image + log_prior - log_posterior, dim=1) - math.log(n_importance)
