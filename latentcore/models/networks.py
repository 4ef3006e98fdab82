"""Building blocks that the neural families share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import nn

from latentcore.models.base import LatentModel
from latentcore.types import FloatArray, ImageShape

CHUNK = 4096
"""Images decoded or encoded at once: bounds the memory of a large call."""


def mlp(sizes: Sequence[int]) -> nn.Sequential:
    """Return linear layers of the given sizes with GELU between them; the last one is linear."""
    layers: list[nn.Module] = []
    for n_inputs, n_outputs in pairwise(sizes):
        layers += [nn.Linear(n_inputs, n_outputs), nn.GELU()]
    return nn.Sequential(*layers[:-1])


def count_pixels(image_shape: ImageShape) -> int:
    """Return channels x height x width."""
    return image_shape[0] * image_shape[1] * image_shape[2]


class CodeNetwork(nn.Module):
    """An encoder and a decoder on flat rows.

    `encode` maps (n, pixels) to (n, latent_dim); `decode` maps (n, latent_dim) to (n, pixels) in [0, 1].
    """

    @abstractmethod
    def encode(self, rows: torch.Tensor) -> torch.Tensor:
        """(n, pixels) -> (n, latent_dim)."""

    @abstractmethod
    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """(n, latent_dim) -> (n, pixels) in [0, 1]."""


NetworkT = TypeVar("NetworkT", bound=CodeNetwork)


class TorchModel(LatentModel, Generic[NetworkT]):
    """A family whose learned state is one torch network in evaluation mode."""

    network_: NetworkT

    @classmethod
    @abstractmethod
    def make_network(cls, config: Mapping[str, Any]) -> NetworkT:
        """Return the untrained network for the settings and image shape in `config`."""

    @property
    def n_parameters(self) -> int:
        """Trained weights of the encoder and the decoder."""
        return sum(parameter.numel() for parameter in self.network_.parameters())

    def _encode(self, images: FloatArray) -> FloatArray:
        return _apply(self.network_.encode, images.reshape(len(images), -1))

    def _decode(self, codes: FloatArray) -> FloatArray:
        return _apply(self.network_.decode, codes).reshape(-1, *self.image_shape_)

    def state(self) -> dict[str, FloatArray]:
        """Return weights and buffers by their torch names."""
        return {name: tensor.numpy().copy() for name, tensor in self.network_.state_dict().items()}

    @classmethod
    def expected_arrays(cls, config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """Return the shapes of the network that `config` describes."""
        with torch.device("meta"):
            network = cls.make_network(config)
        return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}

    def _restore(self, image_shape: ImageShape, arrays: Mapping[str, FloatArray]) -> None:
        config = {"settings": vars(self.settings), "image_shape": list(image_shape)}
        network = self.make_network(config)
        network.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
        self.network_ = network.eval().requires_grad_(False)


def _apply(function: Any, rows: FloatArray) -> FloatArray:  # noqa: ANN401 - a bound torch method
    """Run a network function over float32 rows in chunks, without gradients."""
    with torch.inference_mode():
        parts = [
            function(torch.from_numpy(np.ascontiguousarray(rows[start : start + CHUNK]))).numpy()
            for start in range(0, len(rows), CHUNK)
        ]
    return np.concatenate(parts)
