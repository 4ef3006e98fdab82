"""Settings for datasets without settings of their own: they follow from image size and number of images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from latentcore.models.networks import STRIDE, count_pixels
from latentcore.training import count_batches
from latentcore.types import ImageShape

N_STEPS, N_GAN_STEPS, N_INVERSION_STEPS, N_FLOW_STEPS = 6_000, 8_000, 2_000, 4_000
N_CLASSIFIER_STEPS, N_TRANSFORMER_STEPS = 3_000, 3_000
"""Optimiser steps in all, for images of up to `REFERENCE_PIXELS`; fewer for larger ones, whose steps take
longer. On one core, 6,000 steps of a VAE of 16 dimensions on images of 3x32x32 take below five minutes."""
REFERENCE_PIXELS, MIN_STEPS_SHARE = 3 * 32 * 32, 1 / 3
MIN_EPOCHS, MAX_EPOCHS = 5, 600
BATCH_SIZE, GAN_BATCH_SIZE, FLOW_BATCH_SIZE = 64, 32, 256
FEW_IMAGES = 2_000
"""Below this, training images are augmented and weights decay faster, against overfitting."""
FEW_SETTINGS: Mapping[str, Any] = {"distorted_share": 0.5, "weight_decay": 0.05}
FEW_CODE_NOISE, MAX_FLOW_EPOCHS = 0.2, 150
"""Noise on few codes, and epochs at most: a velocity field that is trained for longer memorises the codes."""
MIN_CONVOLUTION_IMAGES = 500
"""Below this, a perceptron replaces the convolutions."""
CHANNELS = (16, 32, 64, 64)
PATCHES, MAX_PATCHES = (2, 4, 8, 16), 64
"""Sides of the Transformer's patches: the smallest that cuts an image into few enough."""
CNN_CHANNELS = (16, 32, 32, 32)
MIN_FEATURE_SIDE = 5
"""Convolutions halve the image as long as a side is even and at least this long afterwards."""
MIN_CONVOLUTIONS = 2
MAX_GREY_PIXELS, LOW_DIM = 1024, 2
"""Grey images of up to 32x32 pixels are mapped to a plane better by a perceptron; see `shipped`."""
CONVOLUTION_HIDDEN = (128,)
MAX_FIRST_WEIGHTS, MAX_WIDTHS, MIN_WIDTH = 400_000, (480, 256, 128), 32
"""Of a perceptron: weights of the first layer, and widths."""


def scaled_settings(image_shape: ImageShape, n_train: int, family: str, latent_dim: int) -> dict[str, Any]:
    """Return settings that suit a dataset's image shape and number of training images.

    Parameters
    ----------
    image_shape : (int, int, int)
    n_train : int
    family : str
        Families without settings here, such as PCA or a newly added one, use their defaults.
    latent_dim : int
    """
    channels = convolution_channels(image_shape) if n_train >= MIN_CONVOLUTION_IMAGES else ()
    if family == "gan":
        return _gan_settings(image_shape, n_train, channels)
    if family == "cnn":
        return _cnn_settings(image_shape, n_train)
    if family == "transformer":
        return _transformer_settings(image_shape, n_train)
    if family not in ("ae", "dae", "vae", "beta_vae", "flow"):
        return {}
    if latent_dim <= LOW_DIM and count_pixels(image_shape) <= MAX_GREY_PIXELS:
        channels = ()
    batch_size = min(BATCH_SIZE, max(1, n_train))
    return {
        "channels": channels,
        "hidden": CONVOLUTION_HIDDEN if channels else perceptron_widths(image_shape),
        "batch_size": batch_size,
        "n_epochs": epochs_for(N_STEPS, image_shape, n_train, batch_size),
        **(FEW_SETTINGS if n_train < FEW_IMAGES else {}),
        **(_flow_settings(image_shape, n_train) if family == "flow" else {}),
    }


def _flow_settings(image_shape: ImageShape, n_train: int) -> dict[str, Any]:
    batch_size = min(FLOW_BATCH_SIZE, max(1, n_train))
    return {
        "flow_batch_size": batch_size,
        "flow_epochs": min(MAX_FLOW_EPOCHS, epochs_for(N_FLOW_STEPS, image_shape, n_train, batch_size)),
        "code_noise": FEW_CODE_NOISE if n_train < FEW_IMAGES else 0.0,
    }


def _cnn_settings(image_shape: ImageShape, n_train: int) -> dict[str, Any]:
    batch_size = min(BATCH_SIZE, max(1, n_train))
    side = min(image_shape[1:])
    channels = tuple(n for k, n in enumerate(CNN_CHANNELS) if side > MIN_FEATURE_SIDE * STRIDE ** (k - 1))
    is_large = n_train >= MIN_CONVOLUTION_IMAGES and count_pixels(image_shape) > MAX_GREY_PIXELS
    decoder_channels = convolution_channels(image_shape) if is_large else ()
    return {
        "channels": channels,
        "decoder_channels": decoder_channels,
        "decoder_hidden": CONVOLUTION_HIDDEN if decoder_channels else perceptron_widths(image_shape)[1:],
        "batch_size": batch_size,
        "n_epochs": epochs_for(N_CLASSIFIER_STEPS, image_shape, n_train, batch_size),
        "inversion_epochs": epochs_for(N_INVERSION_STEPS, image_shape, n_train, batch_size),
        "weight_decay": FEW_SETTINGS["weight_decay"] if n_train < FEW_IMAGES else 0.01,
        "decoder_distorted_share": FEW_SETTINGS["distorted_share"] if n_train < FEW_IMAGES else 0.0,
    }


def _transformer_settings(image_shape: ImageShape, n_train: int) -> dict[str, Any]:
    batch_size = min(BATCH_SIZE, max(1, n_train))
    _, height, width = image_shape
    patch = next(p for p in PATCHES if -(-height // p) * -(-width // p) <= MAX_PATCHES or p == PATCHES[-1])
    return {
        "patch": patch,
        "batch_size": batch_size,
        "n_epochs": epochs_for(N_TRANSFORMER_STEPS, image_shape, n_train, batch_size),
        **(FEW_SETTINGS if n_train < FEW_IMAGES else {}),
    }


def _gan_settings(image_shape: ImageShape, n_train: int, channels: tuple[int, ...]) -> dict[str, Any]:
    widths = CONVOLUTION_HIDDEN if channels else perceptron_widths(image_shape)
    batch_size = min(GAN_BATCH_SIZE, max(1, n_train))
    return {
        "generator_channels": channels,
        "generator_hidden": () if channels else widths,
        "generator_residual": bool(channels),
        "critic_channels": channels,
        "critic_hidden": (64,) if channels else widths,
        "gradient_penalty": 0.1 if channels else 0.0,
        "inverter_channels": channels,
        "inverter_hidden": widths,
        "batch_norm": bool(channels),
        "batch_size": batch_size,
        "n_epochs": epochs_for(N_GAN_STEPS, image_shape, n_train, batch_size),
        "inversion_epochs": epochs_for(N_INVERSION_STEPS, image_shape, n_train, batch_size),
        "distorted_share": FEW_SETTINGS["distorted_share"] if n_train < FEW_IMAGES else 0.0,
    }


def convolution_channels(image_shape: ImageShape) -> tuple[int, ...]:
    """Return the channels of the convolutions that images of a shape allow; none if fewer than two."""
    _, height, width = image_shape
    n = 0
    while (
        n < len(CHANNELS)
        and height % STRIDE == width % STRIDE == 0
        and min(height, width) >= STRIDE * MIN_FEATURE_SIDE
    ):
        height, width, n = height // STRIDE, width // STRIDE, n + 1
    return CHANNELS[:n] if n >= MIN_CONVOLUTIONS else ()


def perceptron_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """Return the widths of a perceptron's hidden layers: narrower for larger images."""
    widest = max(MIN_WIDTH, MAX_FIRST_WEIGHTS // count_pixels(image_shape))
    return tuple(min(width, widest) for width in MAX_WIDTHS)


def epochs_for(n_steps: int, image_shape: ImageShape, n_train: int, batch_size: int) -> int:
    """Return the number of epochs that take about a number of steps, from 5 to 600.

    Parameters
    ----------
    n_steps : int
        For images of up to 3x32x32; scaled down for larger ones, to a third at most.
    image_shape : (int, int, int)
    n_train, batch_size : int
    """
    share = min(1.0, max(MIN_STEPS_SHARE, REFERENCE_PIXELS / count_pixels(image_shape)))
    n_epochs = round(share * n_steps / count_batches(n_train, batch_size))
    return min(MAX_EPOCHS, max(MIN_EPOCHS, n_epochs))
