"""Validation of images, labels, codes and stored arrays: shape, dtype and range."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from latentcore.types import FloatArray, ImageShape, LabelArray, TrainImages


def check_images(images: TrainImages, *, expected: ImageShape | None = None) -> None:
    """Raise `ValueError` unless `images` is float32 ``(n >= 1, c, h, w)``, finite and in [0, 1]."""
    _check_shape(images, expected)
    if images.dtype != np.float32:
        raise ValueError(f"images are {images.dtype}; expected float32.")
    if not np.isfinite(images).all():
        raise ValueError("images hold NaN or infinite pixels; expected finite values in [0, 1].")
    if images.min() < 0 or images.max() > 1:
        raise ValueError(
            f"images range from {images.min():g} to {images.max():g}; expected pixels in [0, 1]."
        )


def _check_shape(images: TrainImages, expected: ImageShape | None) -> None:
    if not isinstance(images, np.ndarray) or images.ndim != 4:  # noqa: PLR2004
        shape = getattr(images, "shape", type(images).__name__)
        raise ValueError(f"images have shape {shape}; expected (n, channels, height, width).")
    if expected is not None and images.shape[1:] != expected:
        raise ValueError(f"images have shape {images.shape}; expected (n, {', '.join(map(str, expected))}).")
    if len(images) == 0:
        raise ValueError("images is empty; expected at least one image.")


def check_train_set(images: TrainImages, labels: LabelArray | None) -> None:
    """Raise `ValueError` unless these are two images or more, and labels, if any, one per image."""
    if getattr(images, "dtype", None) == np.uint8:
        _check_shape(images, None)
    else:
        check_images(images)
    if len(images) < 2:  # noqa: PLR2004 - a spread needs two
        raise ValueError(f"There is {len(images)} image; fitting needs at least 2.")
    if labels is not None:
        check_labels(labels, len(images))


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
        raise ValueError(f"array {extra[0]!r} is not expected")
    for name, shape in expected.items():
        array = arrays[name]
        if tuple(array.shape) != shape:
            raise ValueError(f"array {name!r} has shape {tuple(array.shape)}, expected {shape}")
        if array.dtype != np.float32:
            raise ValueError(f"array {name!r} is {array.dtype}, expected float32")
        if not np.isfinite(array).all():
            raise ValueError(f"array {name!r} holds NaN or infinite values")
