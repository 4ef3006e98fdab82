"""The contract of a model family: the base class `LatentModel`.

A family is one module or package with a frozen dataclass of settings, derived from `Settings`, and a subclass
of `LatentModel`, or of `latentcore.models.networks.TorchModel` if its state is one network. The subclass sets
the class attributes and implements the abstract members; what users call is here once, with all checks.
`latentcore.models.MODELS` lists the families.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar, Self

import numpy as np

from latentcore.exceptions import UnsupportedOperation
from latentcore.models.checks import check_arrays, check_codes, check_images, check_train_set
from latentcore.models.density import Gaussian
from latentcore.models.settings import Settings, read_settings
from latentcore.training import OnEvent
from latentcore.types import Capability, FloatArray, ImageShape, LabelArray, TrainImages


class LatentModel(ABC):
    """Base class of all models: maps images to codes and back.

    Images are float32 ``(n, channels, height, width)`` in [0, 1], codes float32 ``(n, latent_dim)``, labels
    int64 ``(n,)``. The constructor stores the settings and touches no data; learned attributes end in an
    underscore and are set once `fit` or `from_state` has succeeded.

    Attributes
    ----------
    family : str
        Name of the family, the key in `latentcore.models.MODELS` and part of a bundle's id.
    title : str
        Display name.
    capabilities : frozenset of Capability
    sampling : str
        What samples are drawn from, completing "samples from ...".
    approximation : str
        What decodes in a family without a decoder of its own, completing "an approximate ...".
    settings : Settings
        An instance of `settings_type`, the family's subclass.
    image_shape_ : (int, int, int)
        ``(channels, height, width)`` of the images fitted on.
    """

    family: ClassVar[str]
    title: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]
    sampling: ClassVar[str]
    approximation: ClassVar[str] = ""
    settings_type: ClassVar[type[Settings]]

    image_shape_: ImageShape

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def latent_dim(self) -> int:
        """Number of dimensions of a code."""
        return self.settings.latent_dim

    @property
    @abstractmethod
    def n_parameters(self) -> int:
        """Number of learned parameters that encoding and decoding use."""

    # -- public interface ----------------------------------------------------------------

    def fit(
        self,
        images: TrainImages,
        labels: LabelArray | None = None,
        *,
        seed: int,
        on_event: OnEvent | None = None,
    ) -> Self:
        """Fit the model to images, from scratch, and return it.

        Parameters
        ----------
        images : float32 or uint8 array, shape (n, channels, height, width)
            Training images, at least two: in [0, 1], or with 255 as white, in a quarter of the memory.
        labels : int64 array, shape (n,), optional
            Required by supervised families only.
        seed : int
            The same seed gives the same model on the same machine.
        on_event : callable, optional
            Receives a `latentcore.training.EpochEnd` after each epoch; an exception that it raises ends the
            training and leaves the model unchanged.

        Raises
        ------
        ValueError
            If shapes, values or labels are not as described, or `latent_dim` exceeds what the family allows
            for these images.
        """
        check_train_set(images, labels)
        limit, reason = self._latent_dim_limit(images, labels)
        if self.latent_dim > limit:
            raise ValueError(f"latent_dim is {self.latent_dim}; {self.title} allows {limit} here: {reason}.")
        shape = (images.shape[1], images.shape[2], images.shape[3])
        self._fit(images, labels, seed=seed, on_event=on_event)
        self.image_shape_ = shape
        return self

    def encode(self, images: FloatArray) -> FloatArray:
        """Map images ``(n, channels, height, width)`` to codes ``(n, latent_dim)``, deterministically.

        Raises
        ------
        ValueError
            If the images have another shape than those fitted on, are not finite, or the array is empty.
        """
        self._check_fitted()
        check_images(images, expected=self.image_shape_)
        return self._encode(images)

    def decode(self, codes: FloatArray) -> FloatArray:
        """Map codes ``(n, latent_dim)`` to images ``(n, channels, height, width)`` in [0, 1].

        Raises
        ------
        ValueError
            If the codes have not `latent_dim` columns, are not finite, or the array is empty.
        """
        self._check_fitted()
        check_codes(codes, self.latent_dim)
        return self._decode(codes)

    def reconstruct(self, images: FloatArray) -> FloatArray:
        """Return ``decode(encode(images))``."""
        return self.decode(self.encode(images))

    def sample_codes(
        self, n: int, *, seed: int, temperature: float = 1.0, truncation: float | None = None
    ) -> FloatArray:
        """Sample codes from the distribution that `sampling` names.

        Parameters
        ----------
        n : int
        seed : int
        temperature, truncation : float
            See `latentcore.models.density.Gaussian.sample`.

        Returns
        -------
        float32 array, shape (n, latent_dim)

        Raises
        ------
        UnsupportedOperation
            If the family has neither a prior nor a fitted density.
        ValueError
            If `n` is below 1, `temperature` is negative, or `truncation` is below 0.1.
        """
        self._check_fitted()
        return self._sampling_density().sample(n, seed=seed, temperature=temperature, truncation=truncation)

    def sample(self, n: int, *, seed: int, temperature: float = 1.0) -> FloatArray:
        """Sample images ``(n, channels, height, width)``: decodes of `sample_codes`, with its parameters."""
        return self.decode(self.sample_codes(n, seed=seed, temperature=temperature))

    def untrained_copy(self, *, seed: int) -> Self:  # noqa: ARG002 - families that have one use it
        """Return a randomly initialised copy, or raise `UnsupportedOperation` if the family has none."""
        raise UnsupportedOperation(f"{self.title} has no untrained copy; choose PCA or a network.")

    # -- on disk -------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Return settings and image shape as JSON values: what `from_state` needs beside the arrays."""
        self._check_fitted()
        return {"settings": asdict(self.settings), "image_shape": list(self.image_shape_)}

    @abstractmethod
    def state(self) -> dict[str, FloatArray]:
        """Return every learned array, float32, by name: what is saved."""

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Return an unfitted model from what `config` returned; raise `ValueError` if it is invalid."""
        return cls(read_settings(cls.settings_type, config))

    @classmethod
    def from_state(cls, config: Mapping[str, Any], arrays: Mapping[str, FloatArray]) -> Self:
        """Return a fitted model from what `config` and `state` returned.

        Parameters
        ----------
        config : mapping
            What `config` returned.
        arrays : mapping of str to float32 array
            What `state` returned; names and shapes must be exactly those of `expected_arrays`.

        Raises
        ------
        ValueError
            If an array is missing, unexpected, of another shape, or not finite.
        """
        model = cls.from_config(config)
        check_arrays(arrays, cls.expected_arrays(config))
        channels, height, width = config["image_shape"]
        model._restore((channels, height, width), arrays)
        model.image_shape_ = (channels, height, width)
        return model

    @classmethod
    @abstractmethod
    def expected_arrays(cls, config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """Return the shape of every array that `from_state` expects, by name."""

    # -- to be implemented by each family ------------------------------------------------

    @abstractmethod
    def _fit(
        self, images: TrainImages, labels: LabelArray | None, *, seed: int, on_event: OnEvent | None
    ) -> None:
        """Set the learned attributes from checked images; set none if training is interrupted."""

    @abstractmethod
    def _encode(self, images: FloatArray) -> FloatArray:
        """Return the codes of checked images."""

    @abstractmethod
    def _decode(self, codes: FloatArray) -> FloatArray:
        """Return the images of checked codes."""

    @abstractmethod
    def _restore(self, image_shape: ImageShape, arrays: Mapping[str, FloatArray]) -> None:
        """Set the learned attributes from arrays checked against `expected_arrays`."""

    def _sampling_density(self) -> Gaussian:
        """Return the density that codes are sampled from; to be overridden by families that can sample."""
        raise UnsupportedOperation(
            f"{self.title} models no density of its codes; sample from PCA, an autoencoder, a VAE or a GAN."
        )

    def _latent_dim_limit(self, images: TrainImages, labels: LabelArray | None) -> tuple[int, str]:  # noqa: ARG002
        """Return the largest `latent_dim` for these images, and the reason; may be overridden."""
        n_pixels = int(np.prod(images.shape[1:]))
        return n_pixels, f"an image has {n_pixels} pixels"

    def _check_fitted(self) -> None:
        if not hasattr(self, "image_shape_"):
            raise ValueError(f"This {self.title} is not fitted; call fit or load a bundle first.")
