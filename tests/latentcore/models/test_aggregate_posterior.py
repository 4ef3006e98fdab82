"""The critic that says how far the codes of all images together are from the prior."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from latentcore.datasets import load_dataset
from latentcore.models import make_model
from latentcore.models.aggregate_posterior import CodeCritic
from latentcore.training import seeded

SHIFT = 1.0


def test_the_critic_estimates_the_divergence_of_a_shifted_normal():
    with seeded(0):
        critic = CodeCritic(2)
        for _ in range(600):
            critic.train_step(torch.randn(256, 2) + SHIFT)
        estimate = float(critic.divergence(torch.randn(5000, 2) + SHIFT))
    assert estimate == pytest.approx(2 * SHIFT**2 / 2, abs=0.2)


def test_lowering_the_divergence_moves_codes_and_leaves_the_critic_alone():
    with seeded(0):
        critic = CodeCritic(2)
        for _ in range(100):
            critic.train_step(torch.randn(256, 2) + SHIFT)
        codes = torch.full((1, 2), 2 * SHIFT, requires_grad=True)
        before = [weight.grad.clone() for weight in critic._network.parameters()]
        critic.divergence(codes).backward()
    assert codes.grad is not None
    assert (codes.grad > 0).all(), "a step downhill goes towards the prior"
    after = [weight.grad for weight in critic._network.parameters()]
    assert all(torch.equal(*pair) for pair in zip(before, after, strict=True))


def test_a_vae_with_the_term_fills_its_prior_better():
    train = load_dataset("digits", "train")

    def gap(weight: float) -> float:
        """Return how far the second moments of posterior draws are from those of N(0, I)."""
        settings = {"latent_dim": 4, "hidden": (64,), "beta": 0.1, "n_epochs": 40, "aggregate_weight": weight}
        model = make_model("vae", settings).fit(train.images, seed=0)
        mean, deviation = model.posterior(train.images)
        draws = mean + deviation * np.random.default_rng(0).standard_normal(mean.shape)
        return float(np.abs(draws.T @ draws / len(draws) - np.eye(4)).max())

    assert gap(5.0) < 0.5 * gap(0.0)
