"""Array types and the capabilities of model families."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float32]
"""Images ``(n, channels, height, width)`` in [0, 1], codes ``(n, latent_dim)``, distances, errors."""

DoubleArray: TypeAlias = npt.NDArray[np.float64]
"""Intermediate results where single precision would not do."""

LabelArray: TypeAlias = npt.NDArray[np.int64]
"""Class labels or image indices, shape ``(n,)``."""

UNLABELLED = -1
"""Label of an image without a class."""

PixelArray: TypeAlias = npt.NDArray[np.uint8]
"""Images as they are stored, ``(n, channels, height, width)``; the dataset says which value is white."""

TrainImages: TypeAlias = FloatArray | PixelArray
"""Images that a model is fitted to: float32 in [0, 1], or uint8 of which `WHITE` is white."""

WHITE = 255

ImageShape: TypeAlias = tuple[int, int, int]
"""``(channels, height, width)``."""


class Capability(StrEnum):
    """What a model family can do: how it encodes, decodes and samples, and what its training has seen.

    Those with operations of their own have a protocol in `latentcore.models.capabilities`.
    """

    NATIVE_ENCODER = "native encoder"
    INVERSION_ENCODER = "encoder trained by inversion"
    NATIVE_DECODER = "native decoder"
    APPROXIMATE_DECODER = "approximate decoder"
    PRIOR = "samples from its prior"
    FITTED_DENSITY = "samples from a density fitted to its codes"
    POSTERIOR = "posterior of a code given an image"
    LIKELIHOOD_BOUND = "likelihood bound"
    PRINCIPAL_COMPONENTS = "components ordered by explained variance"
    CODE_REFINEMENT = "refines codes by gradient steps"
    DENOISING = "trained to denoise"
    FLOW = "carries its prior to codes by a flow"
    ATTENTION = "attention between patches"
    CLASSIFIER = "classifies images"
    SUPERVISED = "has seen the labels"
