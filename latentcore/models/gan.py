"""Generative adversarial network, with an encoder trained by inversion."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from latentcore.models.augmentation import distort
from latentcore.models.base import Settings
from latentcore.models.density import Gaussian
from latentcore.models.networks import CodeNetwork, TorchModel, count_pixels, mlp
from latentcore.training import OnEvent, run_epochs, seeded
from latentcore.types import Capability, FloatArray, ImageShape, LabelArray


@dataclass(frozen=True, kw_only=True)
class GANSettings(Settings):
    """Settings of `GANModel`.

    Attributes
    ----------
    generator_hidden, critic_hidden, inverter_hidden : sequence of int
        Widths of the hidden layers.
    n_epochs, inversion_epochs, batch_size : int
        Length of the adversarial training and of the inversion network's.
    generator_rate, critic_rate, inverter_rate : float
        Learning rates of Adam.
    average_decay : float
        Decay of the running average of the generator's weights, which is what is kept.
    distorted_share : float
        Share of each batch of the inversion network's training that is distorted; see
        `latentcore.models.augmentation.distort`.
    """

    generator_hidden: tuple[int, ...] = (128, 256)
    critic_hidden: tuple[int, ...] = (256, 128)
    inverter_hidden: tuple[int, ...] = (256, 128)
    n_epochs: int = 600
    inversion_epochs: int = 200
    batch_size: int = 64
    generator_rate: float = 2e-4
    critic_rate: float = 4e-4
    inverter_rate: float = 1e-3
    average_decay: float = 0.999
    distorted_share: float = 0.0


class GANNetwork(CodeNetwork):
    """Generator, and the inversion network that stands in for an encoder."""

    def __init__(self, n_pixels: int, settings: Mapping[str, Any]) -> None:
        super().__init__()
        latent_dim = settings["latent_dim"]
        self.generator = mlp([latent_dim, *settings["generator_hidden"], n_pixels])
        self.inverter = mlp([n_pixels, *settings["inverter_hidden"], latent_dim])

    def encode(self, rows: torch.Tensor) -> torch.Tensor:
        """(n, pixels) -> inverted codes (n, latent_dim)."""
        codes: torch.Tensor = self.inverter(rows)
        return codes

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """(n, latent_dim) -> generated images (n, pixels) in [0, 1]."""
        return torch.sigmoid(self.generator(codes))


class GANModel(TorchModel[GANNetwork]):
    """Generator trained against a spectrally normalised critic with the hinge loss.

    The prior is N(0, I). A GAN has no encoder: `encode` is an inversion network, trained after the
    generator and with it frozen, on 10 x MSE of decode(encode(x)) on real images + 0.02 x squared
    code error on generated ones + 0.001 x squared norm of the codes.

    References
    ----------
    I. Goodfellow et al., "Generative adversarial nets", 2014. T. Miyato et al., "Spectral
    normalization for generative adversarial networks", 2018, equations (16) and (17).
    """

    family = "gan"
    title = "GAN"
    capabilities = frozenset({Capability.INVERSION_ENCODER, Capability.NATIVE_DECODER, Capability.PRIOR})
    sampling = "its prior, N(0, I)"
    settings_type = GANSettings
    settings: GANSettings

    @classmethod
    def make_network(cls, config: Mapping[str, Any]) -> GANNetwork:
        """Return the untrained networks."""
        return GANNetwork(count_pixels(config["image_shape"]), config["settings"])

    def _fit(
        self,
        images: FloatArray,
        labels: LabelArray | None,  # noqa: ARG002
        *,
        seed: int,
        on_event: OnEvent | None,
    ) -> None:
        image_shape = (images.shape[1], images.shape[2], images.shape[3])
        rows = torch.from_numpy(images.reshape(len(images), -1))
        with seeded(seed):
            network = self.make_network({"settings": asdict(self.settings), "image_shape": image_shape})
            _train_generator(network, rows, self.settings, on_event)
            _train_inverter(network, rows, image_shape, self.settings, on_event)
        self.network_ = network.eval().requires_grad_(False)

    def _sampling_density(self) -> Gaussian:
        return Gaussian.standard(self.latent_dim)


def make_critic(n_pixels: int, hidden: tuple[int, ...]) -> nn.Sequential:
    """Return a spectrally normalised multilayer perceptron from (n, pixels) to one score (n, 1)."""
    layers: list[nn.Module] = []
    sizes = [n_pixels, *hidden, 1]
    for n_inputs, n_outputs in pairwise(sizes):
        layers += [spectral_norm(nn.Linear(n_inputs, n_outputs)), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers[:-1])


def _train_generator(
    network: GANNetwork, rows: torch.Tensor, settings: GANSettings, on_event: OnEvent | None
) -> None:
    """Train the generator against a critic, and leave its averaged weights in `network`."""
    critic = make_critic(rows.shape[1], settings.critic_hidden)
    average = copy.deepcopy(network.generator)
    generator_optimiser = torch.optim.Adam(
        network.generator.parameters(), lr=settings.generator_rate, betas=(0.0, 0.9)
    )
    critic_optimiser = torch.optim.Adam(critic.parameters(), lr=settings.critic_rate, betas=(0.0, 0.9))

    def step(batch: torch.Tensor) -> dict[str, torch.Tensor]:
        real = rows[batch]
        fake = network.decode(torch.randn(len(real), settings.latent_dim))
        critic_loss = nn.functional.relu(1 - critic(real)).mean()
        critic_loss = critic_loss + nn.functional.relu(1 + critic(fake.detach())).mean()
        critic_optimiser.zero_grad()
        critic_loss.backward()
        critic_optimiser.step()

        generator_loss = -critic(fake).mean()
        generator_optimiser.zero_grad()
        generator_loss.backward()
        generator_optimiser.step()
        with torch.no_grad():
            for kept, now in zip(average.parameters(), network.generator.parameters(), strict=True):
                kept.lerp_(now, 1 - settings.average_decay)
        return {"critic": critic_loss, "generator": generator_loss}

    run_epochs(
        step,
        n_samples=len(rows),
        batch_size=settings.batch_size,
        n_epochs=settings.n_epochs,
        phase="adversarial",
        on_event=on_event,
    )
    network.generator = average


def _train_inverter(
    network: GANNetwork,
    rows: torch.Tensor,
    image_shape: ImageShape,
    settings: GANSettings,
    on_event: OnEvent | None,
) -> None:
    """Train the inversion network with the generator frozen."""
    network.generator.requires_grad_(False)
    optimiser = torch.optim.Adam(network.inverter.parameters(), lr=settings.inverter_rate)

    def step(batch: torch.Tensor) -> dict[str, torch.Tensor]:
        real = distort(rows[batch], image_shape, share=settings.distorted_share)
        codes = network.encode(real)
        drawn = torch.randn(len(real), settings.latent_dim)
        mse = nn.functional.mse_loss(network.decode(codes), real)
        code_error = ((network.encode(network.decode(drawn)) - drawn) ** 2).mean()
        loss = 10 * mse + 0.02 * code_error + 0.001 * (codes**2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return {"mse": mse, "code_error": code_error}

    run_epochs(
        step,
        n_samples=len(rows),
        batch_size=settings.batch_size,
        n_epochs=settings.inversion_epochs,
        phase="inversion",
        on_event=on_event,
    )
