"""Variational autoencoder, with its evidence lower bound."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from latentcore.large_arrays import ImageRows
from latentcore.models.checks import check_images
from latentcore.models.density import Gaussian
from latentcore.models.networks import TorchModel, apply_in_chunks, freeze
from latentcore.models.vae_training import VAENetwork, VAESettings, train_vae
from latentcore.training import OnEvent, seeded
from latentcore.types import Capability, FloatArray, ImageShape, LabelArray, TrainImages


class VAEModel(TorchModel[VAENetwork]):
    """Encoder to a diagonal Gaussian q(z|x), prior N(0, I), Bernoulli decoder p(x|z).

    The loss is, per image in nats and averaged over the batch, the cross-entropy between the grey
    image and the decoded Bernoulli means (the expected one of images binarised with p = pixel)
    plus `beta` times KL(q(z|x) || N(0, I)), plus `aggregate_weight` times an estimate of
    KL(q(z) || N(0, I)), where q(z) mixes q(z|x) over all images. `encode` returns the posterior mean.

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
            Capability.POSTERIOR,
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
            train_vae(network, rows, image_shape, self.settings, on_event)
        self.network_ = freeze(network)

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
            Samples from q(z|x) per image: 1 gives a one-sample estimate of the evidence lower bound,
            more give the tighter importance-weighted bound.
        seed : int
            Seed of binarisation and sampling.

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
                draws = zip(binary, torch.from_numpy(noise), strict=True)
                bounds[start : start + 50] = [_importance_bound(self.network_, *one) for one in draws]
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


def _importance_bound(network: VAENetwork, binary: torch.Tensor, noise: torch.Tensor) -> float:
    """Return log mean_k p(x, z_k) / q(z_k|x) of one image (pixels,), for noise of shape (k, latent_dim).

    Image by image, 200 samples fit into the processor's cache: 60% of the time of five images at once.
    """
    mean, log_variance = (part[0] for part in network.posterior(binary[None]))
    codes = mean + noise * (0.5 * log_variance).exp()
    logits = network.decoder(codes)
    targets = binary.expand_as(logits)
    log_image = -nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(1)
    log_prior = -0.5 * (codes**2).sum(1)
    log_posterior = -0.5 * (noise**2 + log_variance).sum(1)
    return float(torch.logsumexp(log_image + log_prior - log_posterior, dim=0)) - math.log(len(noise))
