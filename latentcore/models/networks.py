"""Building blocks of the neural families: encoder and decoder networks, and the base class `TorchModel`."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Generic, Self, TypeVar

import numpy as np
import torch
from torch import nn

from latentcore.large_arrays import ImageRows
from latentcore.models.base import LatentModel
from latentcore.training import seeded
from latentcore.types import FloatArray, ImageShape

CHUNK_SIZE = 128
"""Images encoded or decoded at once; bounds the memory of a large call."""

STRIDE = 2


def mlp(sizes: Sequence[int]) -> list[nn.Module]:
    """Return linear layers of the given sizes with GELU between them and none after the last."""
    layers: list[nn.Module] = []
    for n_inputs, n_outputs in pairwise(sizes):
        layers += [nn.Linear(n_inputs, n_outputs), nn.GELU()]
    return layers[:-1]


def encoder_network(
    image_shape: ImageShape, channels: Sequence[int], hidden: Sequence[int], n_outputs: int
) -> nn.Sequential:
    """Return a network from rows ``(n, pixels)`` to ``(n, n_outputs)``.

    Parameters
    ----------
    image_shape : (int, int, int)
    channels : sequence of int
        Channels of the 4x4 convolutions of stride 2 before the perceptron; without any, the network is a
        perceptron.
    hidden : sequence of int
        Widths of the perceptron's hidden layers.
    n_outputs : int

    Raises
    ------
    ValueError
        If height or width is not divisible by 2 to the power of the number of convolutions.
    """
    folded = feature_map_shape(image_shape, channels)
    layers: list[nn.Module] = []
    if channels:
        layers.append(nn.Unflatten(1, image_shape))
        for n_inputs, n_outputs_ in pairwise([image_shape[0], *channels]):
            layers += [nn.Conv2d(n_inputs, n_outputs_, 4, STRIDE, 1), nn.GELU()]
        layers.append(nn.Flatten())
    return nn.Sequential(*layers, *mlp([count_pixels(folded), *hidden, n_outputs]))


class ResidualBlock(nn.Sequential):
    """Residual block: layers whose output is added to their input."""

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Tensor -> tensor of the same shape."""
        change = values
        for layer in self:
            change = layer(change)
        return values + change


def decoder_network(
    image_shape: ImageShape,
    channels: Sequence[int],
    hidden: Sequence[int],
    n_inputs: int,
    *,
    residual: bool = False,
) -> nn.Sequential:
    """Return the mirror image of `encoder_network`: from ``(n, n_inputs)`` to logits ``(n, pixels)``.

    Parameters
    ----------
    image_shape, channels, hidden
        Those of the encoder that it mirrors; see `encoder_network`.
    n_inputs : int
    residual : bool
        Whether a residual 3x3 convolution precedes the last transposed convolution, at half the image's
        height and width.

    Raises
    ------
    ValueError
        As `encoder_network`, or if `residual` is set without convolutions.
    """
    if residual and not channels:
        raise ValueError("A residual block needs convolutions beside it; give the decoder channels.")
    folded = feature_map_shape(image_shape, channels)
    layers = mlp([n_inputs, *reversed(hidden), count_pixels(folded)])
    if channels:
        layers += [nn.GELU(), nn.Unflatten(1, folded)]
        for n_before, n_after in pairwise([*reversed(channels), image_shape[0]]):
            layers += [nn.ConvTranspose2d(n_before, n_after, 4, STRIDE, 1), nn.GELU()]
        layers[-1] = nn.Flatten()
        if residual:
            layers.insert(-2, ResidualBlock(nn.Conv2d(channels[0], channels[0], 3, 1, 1), nn.GELU()))
    return nn.Sequential(*layers)


def feature_map_shape(image_shape: ImageShape, channels: Sequence[int]) -> ImageShape:
    """Return the shape of the feature map after the convolutions; see `encoder_network`."""
    if not channels:
        return image_shape
    factor = STRIDE ** len(channels)
    _, height, width = image_shape
    if height % factor or width % factor:
        raise ValueError(
            f"{len(channels)} convolutions halve an image {len(channels)} times, but {height}x{width} "
            f"is no multiple of {factor}."
        )
    return (channels[-1], height // factor, width // factor)


def count_pixels(image_shape: ImageShape) -> int:
    """Return channels x height x width."""
    return image_shape[0] * image_shape[1] * image_shape[2]


class EncoderDecoder(nn.Module):
    """An encoder and a decoder on flattened images.

    `encode` maps (n, pixels) to (n, latent_dim); `decode` maps (n, latent_dim) to (n, pixels) in [0, 1].
    """

    @abstractmethod
    def encode(self, rows: torch.Tensor) -> torch.Tensor:
        """(n, pixels) -> (n, latent_dim)."""

    @abstractmethod
    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """(n, latent_dim) -> (n, pixels) in [0, 1]."""


NetworkT = TypeVar("NetworkT", bound=EncoderDecoder)
ModuleT = TypeVar("ModuleT", bound=nn.Module)


class TorchModel(LatentModel, Generic[NetworkT]):
    """Base class of families whose learned state is one torch network, kept in evaluation mode.

    A subclass implements `make_network` and `_fit`, which sets `network_`, and `_sampling_density` if it can
    sample.
    """

    network_: NetworkT

    @classmethod
    @abstractmethod
    def make_network(cls, settings: Any, image_shape: ImageShape) -> NetworkT:  # noqa: ANN401 - the family's
        """Return the untrained network for the family's settings and an image shape."""

    @property
    def n_parameters(self) -> int:
        """Number of weights of the encoder and the decoder."""
        return sum(parameter.numel() for parameter in self.network_.parameters())

    def _encode(self, images: FloatArray) -> FloatArray:
        return apply_in_chunks(self.network_.encode, images.reshape(len(images), -1))

    def _decode(self, codes: FloatArray) -> FloatArray:
        return apply_in_chunks(self.network_.decode, codes).reshape(-1, *self.image_shape_)

    @classmethod
    def network_of(cls, config: Mapping[str, Any]) -> NetworkT:
        """Return the untrained network that `config` describes."""
        channels, height, width = config["image_shape"]
        return cls.make_network(cls.from_config(config).settings, (channels, height, width))

    def untrained_copy(self, *, seed: int) -> Self:
        """Return a model with the initial weights of a training; see `LatentModel.untrained_copy`."""
        self._check_fitted()
        with seeded(seed):
            network = self.network_of(self.config())
        arrays = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
        return self.from_state(self.config(), arrays)

    def state(self) -> dict[str, FloatArray]:
        """Return weights and buffers by their torch names."""
        return {name: tensor.numpy().copy() for name, tensor in self.network_.state_dict().items()}

    @classmethod
    def expected_arrays(cls, config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """Return the shapes of the network that `config` describes."""
        with torch.device("meta"):
            network = cls.network_of(config)
        return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}

    def _restore(self, image_shape: ImageShape, arrays: Mapping[str, FloatArray]) -> None:
        with torch.device("meta"):  # no random initial values, which would be replaced
            network = self.make_network(self.settings, image_shape)
        tensors = {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
        network.load_state_dict(tensors, assign=True)
        self.network_ = freeze(network)


def preview_codes(network: EncoderDecoder, images: FloatArray) -> FloatArray:
    """Return the codes of images ``(n, channels, height, width)`` by a network that is still trained.

    The network, and the random numbers of its training, are left as they are.

    Raises
    ------
    UnsupportedOperation
        If it has no encoder yet.
    """
    codes: FloatArray = apply_in_chunks(copy.deepcopy(network).encode, images.reshape(len(images), -1))
    return codes


def preview_images(network: EncoderDecoder, codes: FloatArray, image_shape: ImageShape) -> FloatArray:
    """Return the decodes of codes ``(n, latent_dim)`` by a network that is still trained."""
    images: FloatArray = apply_in_chunks(copy.deepcopy(network).decode, codes)
    return images.reshape(-1, *image_shape)


def channels_last(network: ModuleT) -> ModuleT:
    """Return a network with weights in the channels-last memory format, which is faster on CPUs."""
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def freeze(network: ModuleT) -> ModuleT:
    """Return a network ready for inference: evaluation mode, no gradients, channels-last weights."""
    return channels_last(network.eval().requires_grad_(requires_grad=False))


def apply_in_chunks(
    function: Any,  # noqa: ANN401 - a bound torch method
    rows: FloatArray | ImageRows,
) -> FloatArray:
    """Apply a network function to float32 rows ``(n, ...)`` in chunks, without gradients."""
    with torch.inference_mode():
        parts = [
            function(torch.from_numpy(np.ascontiguousarray(rows[start : start + CHUNK_SIZE]))).numpy()
            for start in range(0, len(rows), CHUNK_SIZE)
        ]
    return np.concatenate(parts)
