"""The critic of a GAN, and what it and the generator are trained for."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn
from torch.nn.functional import relu, softplus
from torch.nn.utils.parametrizations import spectral_norm

from latentcore.models.networks import count_pixels, folded_shape
from latentcore.types import ImageShape

PENALTY_STEPS = 8
"""The gradient penalty is taken once in so many steps, so many times as strong."""


def make_critic(
    image_shape: ImageShape, channels: tuple[int, ...], hidden: tuple[int, ...], *, normalised: bool = True
) -> nn.Sequential:
    """Return a critic from rows (n, pixels) to one score (n, 1).

    Convolutions of the widths `channels` that halve the sides, one more 3x3 convolution if there are
    any, and a perceptron with the hidden widths `hidden`; with spectral normalisation if `normalised`.
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
    for n_inputs, n_outputs in pairwise([count_pixels(folded_shape(image_shape, channels)), *hidden, 1]):
        layers += [held(nn.Linear(n_inputs, n_outputs)), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers[:-1])


class Rivalry:
    """The losses of a critic and of the generator it judges, each the mean over a batch.

    Without a penalty they are the hinge losses, for a critic with spectral normalisation. With one they
    are the logistic losses, the generator's the non-saturating one, and the critic's loss has
    `gradient_penalty` / 2 times the squared gradient of its score at real images, for a critic without.

    References
    ----------
    T. Miyato et al., "Spectral normalization for generative adversarial networks", 2018, equations (16)
    and (17). L. Mescheder et al., "Which training methods for GANs do actually converge?", 2018,
    equation (9). T. Karras et al., "Analyzing and improving the image quality of StyleGAN", 2020,
    section 3.1 (the penalty in few of the steps).
    """

    def __init__(self, gradient_penalty: float) -> None:
        self.gradient_penalty = gradient_penalty
        self._n_steps = 0

    @property
    def penalised(self) -> bool:
        """Whether the critic is held by the penalty."""
        return self.gradient_penalty > 0

    @property
    def decay(self) -> float:
        """Of the squared gradients in Adam: a penalty in few of the steps needs a longer memory."""
        return 0.99 if self.penalised else 0.9

    def critic_loss(self, critic: nn.Module, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Return the critic's loss on rows of real and of generated images, (n, pixels) each."""
        if not self.penalised:
            return relu(1 - critic(real)).mean() + relu(1 + critic(fake)).mean()
        self._n_steps += 1
        loss = softplus(-critic(real)).mean() + softplus(critic(fake)).mean()
        if self._n_steps % PENALTY_STEPS == 0:
            loss = loss + PENALTY_STEPS * self.gradient_penalty / 2 * squared_gradient(critic, real)
        return loss

    def generator_loss(self, critic: nn.Module, fake: torch.Tensor) -> torch.Tensor:
        """Return the generator's loss on rows of its images, (n, pixels)."""
        return softplus(-critic(fake)).mean() if self.penalised else -critic(fake).mean()


def squared_gradient(critic: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Return the squared norm of the gradient of a critic's scores at rows (n, pixels), mean over rows."""
    rows = images.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(critic(rows).sum(), rows, create_graph=True)
    return (gradient**2).sum(dim=1).mean()
