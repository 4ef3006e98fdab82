"""The critic (discriminator) of a GAN, and the losses of critic and generator."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import torch
from torch import nn
from torch.nn.functional import relu, softplus
from torch.nn.utils.parametrizations import spectral_norm

from latentcore.models.networks import count_pixels, feature_map_shape
from latentcore.types import ImageShape

PENALTY_INTERVAL = 8
"""The gradient penalty is computed once per this many steps and multiplied by this number (lazy
regularisation)."""


def make_critic(
    image_shape: ImageShape, channels: tuple[int, ...], hidden: tuple[int, ...], *, normalised: bool = True
) -> nn.Sequential:
    """Return a critic from rows (n, pixels) to one score (n, 1).

    Parameters
    ----------
    image_shape : (int, int, int)
    channels : tuple of int
        Channels of the 4x4 convolutions of stride 2, which are followed by one 3x3 convolution if there are
        any.
    hidden : tuple of int
        Widths of the hidden layers of the perceptron after them.
    normalised : bool
        Whether every layer has spectral normalisation.
    """

    def held(layer: nn.Module) -> nn.Module:
        return spectral_norm(layer) if normalised else layer

    layers: list[nn.Module] = []
    if channels:
        layers.append(nn.Unflatten(1, image_shape))
        for n_inputs, n_outputs in pairwise([image_shape[0], *channels]):
            layers += [held(nn.Conv2d(n_inputs, n_outputs, 4, 2, 1)), nn.LeakyReLU(0.2)]
        layers += [held(nn.Conv2d(channels[-1], channels[-1], 3, 1, 1)), nn.LeakyReLU(0.2)]
        layers.append(nn.Flatten())
    for n_inputs, n_outputs in pairwise([count_pixels(feature_map_shape(image_shape, channels)), *hidden, 1]):
        layers += [held(nn.Linear(n_inputs, n_outputs)), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers[:-1])


class AdversarialLoss:
    """Losses of critic and generator, each the mean over a batch.

    Without a gradient penalty: hinge losses, for a critic with spectral normalisation. With one: logistic
    losses, non-saturating for the generator, with the R1 penalty `gradient_penalty` / 2 times the squared
    gradient of the critic's score at real images, for a critic without normalisation.

    References
    ----------
    T. Miyato et al., "Spectral normalization for generative adversarial networks", 2018, equations (16)
    and (17). L. Mescheder et al., "Which training methods for GANs do actually converge?", 2018,
    equation (9). T. Karras et al., "Analyzing and improving the image quality of StyleGAN", 2020,
    section 3.1 (lazy regularisation).
    """

    def __init__(self, gradient_penalty: float) -> None:
        self.gradient_penalty = gradient_penalty
        self._n_steps = 0

    def state_dict(self) -> dict[str, int]:
        """Return the number of steps, on which the next penalty depends, for checkpoints."""
        return {"n_steps": self._n_steps}

    def load_state_dict(self, state_dict: Mapping[str, int]) -> None:
        """Set what `state_dict` returned."""
        self._n_steps = state_dict["n_steps"]

    @property
    def has_penalty(self) -> bool:
        """Whether the critic is regularised by the gradient penalty."""
        return self.gradient_penalty > 0

    @property
    def adam_beta2(self) -> float:
        """Second beta of the critic's Adam; lazy regularisation needs a longer running average."""
        return 0.99 if self.has_penalty else 0.9

    def critic_loss(self, critic: nn.Module, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Return the critic's loss, a scalar.

        Parameters
        ----------
        critic : nn.Module
        real, fake : float32 tensor, shape (n, pixels)
            Real and generated images.
        """
        if not self.has_penalty:
            return relu(1 - critic(real)).mean() + relu(1 + critic(fake)).mean()
        self._n_steps += 1
        loss = softplus(-critic(real)).mean() + softplus(critic(fake)).mean()
        if self._n_steps % PENALTY_INTERVAL == 0:
            loss = loss + PENALTY_INTERVAL * self.gradient_penalty / 2 * squared_gradient(critic, real)
        return loss

    def generator_loss(self, critic: nn.Module, fake: torch.Tensor) -> torch.Tensor:
        """Return the generator's loss on its images (n, pixels), a scalar."""
        return softplus(-critic(fake)).mean() if self.has_penalty else -critic(fake).mean()


def squared_gradient(critic: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Return the squared norm of the gradient of a critic's scores at rows (n, pixels), mean over rows."""
    rows = images.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(critic(rows).sum(), rows, create_graph=True)
    return (gradient**2).sum(dim=1).mean()
