"""The contract that every model family keeps."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self, get_type_hints

import numpy as np

from latentcore.exceptions import UnsupportedOperation
from latentcore.models.density import Gaussian
from latentcore.training import OnEvent
from latentcore.types import Capability, FloatArray, ImageShape, LabelArray

LARGEST_COUNT, LARGEST_WIDTH, MOST_LAYERS = 10**6, 2**14, 16
"""What a bundle may ask for: epochs and rates, units of a layer, layers of a kind."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What every family's settings hold.

    Attributes
    ----------
    latent_dim : int
        Number of code dimensions, at least 1.
    """

    latent_dim: int

    def __post_init__(self) -> None:
        if not isinstance(self.latent_dim, int) or self.latent_dim < 1:
            raise ValueError(f"latent_dim is {self.latent_dim!r}; expected a whole number, 1 or more.")


class LatentModel(ABC):
    """Images to codes and back.

    Images are float32 ``(n, channels, height, width)`` in [0, 1], codes float32 ``(n, latent_dim)``,
    labels int64 ``(n,)``. The constructor stores the settings and touches no data; learned
    attributes end in an underscore and appear once `fit` or `from_state` has succeeded.
    """

    family: ClassVar[str]
    title: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]
    sampling: ClassVar[str]
    settings_type: ClassVar[type[Settings]]

    image_shape_: ImageShape

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def latent_dim(self) -> int:
        """Number of code dimensions."""
        return self.settings.latent_dim

    @property
    @abstractmethod
    def n_parameters(self) -> int:
        """How many learned numbers encoding and decoding use."""

    # -- what a user calls ---------------------------------------------------------------

    def fit(
        self,
        images: FloatArray,
        labels: LabelArray | None = None,
        *,
        seed: int,
        on_event: OnEvent | None = None,
    ) -> Self:
        """Learn from images, starting over.

        Parameters
        ----------
        images : float32 array, shape (n, channels, height, width)
            Training images in [0, 1], at least two.
        labels : int64 array, shape (n,), optional
            Needed by supervised families only.
        seed : int
            The same seed on the same machine gives the same model.
        on_event : callable, optional
            Receives a `latentcore.training.EpochEnd` after each epoch; what it raises ends the
            training and leaves the model as it was.

        Returns
        -------
        Self

        Raises
        ------
        ValueError
            If shapes, values or labels are not as described, or `latent_dim` is more than the
            family allows on these images.
        """
        check_images(images)
        if len(images) < 2:  # noqa: PLR2004 - a spread needs two
            raise ValueError(f"There is {len(images)} image; fitting needs at least 2.")
        if labels is not None:
            check_labels(labels, len(images))
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
            If the images have another shape than those fitted on, are not finite, or there are none.
        """
        self._check_fitted()
        check_images(images, expected=self.image_shape_)
        return self._encode(images)

    def decode(self, codes: FloatArray) -> FloatArray:
        """Map codes ``(n, latent_dim)`` to images ``(n, channels, height, width)`` in [0, 1].

        Raises
        ------
        ValueError
            If the codes have another width than `latent_dim`, are not finite, or there are none.
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
        """Draw `n` codes ``(n, latent_dim)`` from the distribution that `sampling` names.

        See `latentcore.models.density.Gaussian.sample` for temperature and truncation.

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
        """Decode `n` drawn codes to images ``(n, channels, height, width)``; see `sample_codes`."""
        return self.decode(self.sample_codes(n, seed=seed, temperature=temperature))

    # -- on disk -------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Return what `from_state` needs beside the arrays, as plain JSON values."""
        self._check_fitted()
        return {"settings": asdict(self.settings), "image_shape": list(self.image_shape_)}

    @abstractmethod
    def state(self) -> dict[str, FloatArray]:
        """Return every learned array, float32, by name."""

    @classmethod
    def build(cls, config: Mapping[str, Any]) -> Self:
        """Make an unfitted model from what `config` returned.

        Raises
        ------
        ValueError
            If a setting is missing, unknown or out of range.
        """
        try:
            settings: dict[str, Any] = {
                k: tuple(v) if isinstance(v, list) else v for k, v in config["settings"].items()
            }
            built = cls.settings_type(**settings)
            check_settings(built)
            return cls(built)
        except (TypeError, KeyError) as error:
            raise ValueError(f"settings of a {cls.family} are not as expected: {error}") from error

    @classmethod
    def from_state(cls, config: Mapping[str, Any], arrays: Mapping[str, FloatArray]) -> Self:
        """Rebuild a fitted model.

        Parameters
        ----------
        config : mapping
            What `config` returned.
        arrays : mapping of str to float32 array
            What `state` returned; names and shapes must be exactly those of `expected_arrays`.

        Raises
        ------
        ValueError
            If an array is missing, superfluous, of another shape, or not finite.
        """
        model = cls.build(config)
        check_arrays(arrays, cls.expected_arrays(config))
        channels, height, width = config["image_shape"]
        model._restore((channels, height, width), arrays)
        model.image_shape_ = (channels, height, width)
        return model

    @classmethod
    @abstractmethod
    def expected_arrays(cls, config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """Return the shape of every array that `from_state` wants, by name."""

    # -- what a family supplies ----------------------------------------------------------

    @abstractmethod
    def _fit(
        self, images: FloatArray, labels: LabelArray | None, *, seed: int, on_event: OnEvent | None
    ) -> None: ...

    @abstractmethod
    def _encode(self, images: FloatArray) -> FloatArray: ...

    @abstractmethod
    def _decode(self, codes: FloatArray) -> FloatArray: ...

    @abstractmethod
    def _restore(self, image_shape: ImageShape, arrays: Mapping[str, FloatArray]) -> None: ...

    def _sampling_density(self) -> Gaussian:
        raise UnsupportedOperation(
            f"{self.title} models no density of its codes; sample from PCA, an autoencoder, a VAE or a GAN."
        )

    def _latent_dim_limit(self, images: FloatArray, labels: LabelArray | None) -> tuple[int, str]:  # noqa: ARG002
        """Return the largest `latent_dim` on these images, and why."""
        n_pixels = int(np.prod(images.shape[1:]))
        return n_pixels, f"an image has {n_pixels} pixels"

    def _check_fitted(self) -> None:
        if not hasattr(self, "image_shape_"):
            raise ValueError(f"This {self.title} is not fitted; call fit or load a bundle first.")


def check_settings(settings: Settings) -> None:
    """Raise `ValueError` unless every setting is of its declared type and of a size that networks have."""
    for name, kind in get_type_hints(type(settings)).items():
        value = getattr(settings, name)
        if kind is int or kind is bool:
            fits = type(value) is kind and 0 <= value <= LARGEST_COUNT
        elif kind is float:
            fits = type(value) in (int, float) and math.isfinite(value) and abs(value) <= LARGEST_COUNT
        else:  # widths of layers
            fits = type(value) is tuple and len(value) <= MOST_LAYERS
            fits = fits and all(type(width) is int and 1 <= width <= LARGEST_WIDTH for width in value)
        if not fits:
            raise ValueError(f"setting {name} is {str(value)[:60]}; expected {kind} within reason")


def check_images(images: FloatArray, *, expected: ImageShape | None = None) -> None:
    """Raise `ValueError` unless `images` is float32 ``(n >= 1, c, h, w)``, finite and in [0, 1]."""
    if not isinstance(images, np.ndarray) or images.ndim != 4:  # noqa: PLR2004
        shape = getattr(images, "shape", type(images).__name__)
        raise ValueError(f"images have shape {shape}; expected (n, channels, height, width).")
    if expected is not None and images.shape[1:] != expected:
        raise ValueError(f"images have shape {images.shape}; expected (n, {', '.join(map(str, expected))}).")
    if len(images) == 0:
        raise ValueError("images is empty; expected at least one image.")
    if images.dtype != np.float32:
        raise ValueError(f"images are {images.dtype}; expected float32.")
    if not np.isfinite(images).all():
        raise ValueError("images hold NaN or infinite pixels; expected finite values in [0, 1].")
    if images.min() < 0 or images.max() > 1:
        raise ValueError(
            f"images range from {images.min():g} to {images.max():g}; expected pixels in [0, 1]."
        )


def check_labels(labels: LabelArray, n_images: int) -> None:
    """Raise `ValueError` unless `labels` is an integer array ``(n_images,)`` without negatives."""
    if labels.shape != (n_images,):
        raise ValueError(f"labels have shape {labels.shape}; expected ({n_images},), one per image.")
    if not np.issubdtype(labels.dtype, np.integer) or labels.min() < 0:
        raise ValueError("labels must be whole numbers, 0 or more.")


def check_codes(codes: FloatArray, latent_dim: int) -> None:
    """Raise `ValueError` unless `codes` is a finite float32 array ``(n >= 1, latent_dim)``."""
    if not isinstance(codes, np.ndarray) or codes.ndim != 2 or codes.shape[1] != latent_dim:  # noqa: PLR2004
        shape = getattr(codes, "shape", type(codes).__name__)
        raise ValueError(f"codes have shape {shape}; expected (n, {latent_dim}).")
    if len(codes) == 0:
        raise ValueError("codes is empty; expected at least one code.")
    if codes.dtype != np.float32:
        raise ValueError(f"codes are {codes.dtype}; expected float32.")
    if not np.isfinite(codes).all():
        raise ValueError("codes hold NaN or infinite values; expected finite numbers.")


def check_arrays(arrays: Mapping[str, FloatArray], expected: Mapping[str, tuple[int, ...]]) -> None:
    """Raise `ValueError` unless `arrays` has exactly the expected names and shapes, float32 and finite."""
    missing = sorted(set(expected) - set(arrays))
    extra = sorted(set(arrays) - set(expected))
    if missing:
        raise ValueError(f"array {missing[0]!r} is missing")
    if extra:
        raise ValueError(f"array {extra[0]!r} does not belong here")
    for name, shape in expected.items():
        array = arrays[name]
        if tuple(array.shape) != shape:
            raise ValueError(f"array {name!r} has shape {tuple(array.shape)}, expected {shape}")
        if array.dtype != np.float32:
            raise ValueError(f"array {name!r} is {array.dtype}, expected float32")
        if not np.isfinite(array).all():
            raise ValueError(f"array {name!r} holds NaN or infinite values")
