"""Divergence of the aggregate posterior from the prior, estimated by a critic on codes."""

from __future__ import annotations

import torch
from torch import nn

from latentcore.training import Stateful

HIDDEN_WIDTH = 256
LEARNING_RATE = 5e-4
LEAKY_SLOPE = 0.2


class CodeCritic:
    """A small network that is trained to discriminate codes of images from samples of N(0, I).

    Its logit estimates the log density ratio log q(z) / p(z) of the aggregate posterior q(z), the codes of
    all images together, and the prior p(z). Where q(z) leaves holes in the prior, samples decode to
    unrealistic images; minimising the mean logit of the codes fills these holes.

    References
    ----------
    S. Zhao, J. Song and S. Ermon, "InfoVAE: Balancing learning and inference in variational
    autoencoders", 2019, equation (6). H. Kim and A. Mnih, "Disentangling by factorising", 2018, equation
    (3), for the density ratio.
    """

    def __init__(self, latent_dim: int) -> None:
        self._network = nn.Sequential(
            *(nn.Linear(latent_dim, HIDDEN_WIDTH), nn.LeakyReLU(LEAKY_SLOPE)),
            *(nn.Linear(HIDDEN_WIDTH, HIDDEN_WIDTH), nn.LeakyReLU(LEAKY_SLOPE)),
            nn.Linear(HIDDEN_WIDTH, 1),
        )
        self._optimiser = torch.optim.Adam(self._network.parameters(), lr=LEARNING_RATE, betas=(0.5, 0.9))

    @property
    def parts(self) -> dict[str, Stateful]:
        """What `train_step` changes, for checkpoints."""
        return {"code_critic": self._network, "code_critic_optimiser": self._optimiser}

    def divergence(self, codes: torch.Tensor) -> torch.Tensor:
        """Return the estimate of KL(q(z) || N(0, I)) in nats, a scalar, from codes ``(n, latent_dim)``.

        Gradients flow to the codes only, not to the critic.
        """
        self._network.requires_grad_(requires_grad=False)
        estimate: torch.Tensor = self._network(codes).mean()
        self._network.requires_grad_(requires_grad=True)
        return estimate

    def train_step(self, codes: torch.Tensor) -> None:
        """Train for one step: logistic loss on codes ``(n, latent_dim)`` against as many prior samples."""
        sampled = torch.randn_like(codes)
        of_codes, of_sampled = self._network(codes.detach()), self._network(sampled)
        loss = nn.functional.softplus(-of_codes).mean() + nn.functional.softplus(of_sampled).mean()
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
