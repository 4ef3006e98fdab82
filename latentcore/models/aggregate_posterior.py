"""How far the codes of all images together are from the prior, estimated by a critic of codes."""

from __future__ import annotations

import torch
from torch import nn

HIDDEN = 256
LEARNING_RATE = 5e-4
SLOPE = 0.2


class CodeCritic:
    """A small network that learns to tell codes of images from draws of N(0, I).

    Its logit estimates log q(z) / p(z), where q(z) is the aggregate posterior (the codes of all images
    together) and p(z) the prior. Where q(z) leaves holes in the prior, samples decode to nothing that was
    ever an image; a model that lowers the mean logit of its codes fills them.

    References
    ----------
    S. Zhao, J. Song and S. Ermon, "InfoVAE: Balancing learning and inference in variational
    autoencoders", 2019, equation (6). H. Kim and A. Mnih, "Disentangling by factorising", 2018, equation
    (3), for the density ratio.
    """

    def __init__(self, latent_dim: int) -> None:
        self._network = nn.Sequential(
            *(nn.Linear(latent_dim, HIDDEN), nn.LeakyReLU(SLOPE)),
            *(nn.Linear(HIDDEN, HIDDEN), nn.LeakyReLU(SLOPE)),
            nn.Linear(HIDDEN, 1),
        )
        self._optimiser = torch.optim.Adam(self._network.parameters(), lr=LEARNING_RATE, betas=(0.5, 0.9))

    def divergence(self, codes: torch.Tensor) -> torch.Tensor:
        """Return the estimate of KL(q(z) || N(0, I)) in nats, a scalar, from codes ``(n, latent_dim)``.

        Gradients reach the codes and leave the critic alone.
        """
        self._network.requires_grad_(requires_grad=False)
        estimate: torch.Tensor = self._network(codes).mean()
        self._network.requires_grad_(requires_grad=True)
        return estimate

    def learn(self, codes: torch.Tensor) -> None:
        """Take one step of logistic regression on codes ``(n, latent_dim)`` against as many draws."""
        drawn = torch.randn_like(codes)
        of_codes, of_drawn = self._network(codes.detach()), self._network(drawn)
        loss = nn.functional.softplus(-of_codes).mean() + nn.functional.softplus(of_drawn).mean()
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
