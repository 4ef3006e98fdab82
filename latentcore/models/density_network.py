"""Networks that hold the density of their training codes, which samples are drawn from."""

from __future__ import annotations

import torch

from latentcore.large_arrays import ImageRows
from latentcore.models.density import Gaussian
from latentcore.models.networks import EncoderDecoder, apply_in_chunks


class DensityNetwork(EncoderDecoder):
    """An encoder and a decoder with the Gaussian that was fitted to the training codes, as buffers."""

    density_mean: torch.Tensor
    density_cholesky: torch.Tensor

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.register_buffer("density_mean", torch.zeros(latent_dim))
        self.register_buffer("density_cholesky", torch.zeros(latent_dim, latent_dim))

    def fit_density(self, rows: ImageRows) -> None:
        """Fit the Gaussian to the codes of training images."""
        density = Gaussian.fit(apply_in_chunks(self.encode, rows))
        self.density_mean.copy_(torch.from_numpy(density.mean))
        self.density_cholesky.copy_(torch.from_numpy(density.cholesky))

    @property
    def density(self) -> Gaussian:
        """The fitted Gaussian."""
        return Gaussian(self.density_mean.numpy(), self.density_cholesky.numpy())
