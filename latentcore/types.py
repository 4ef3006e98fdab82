"""Array aliases, capabilities and the errors that the whole library shares."""

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

PixelArray: TypeAlias = npt.NDArray[np.uint8]
"""Images as they are stored, ``(n, channels, height, width)``; the dataset says which value is white."""

ImageShape: TypeAlias = tuple[int, int, int]
"""``(channels, height, width)``."""


class Capability(StrEnum):
    """What a model family can do, and how honestly it can be said to do it."""

    NATIVE_ENCODER = "native encoder"
    INVERSION_ENCODER = "encoder trained by inversion"
    NATIVE_DECODER = "native decoder"
    APPROXIMATE_DECODER = "approximate decoder"
    PRIOR = "samples from its prior"
    FITTED_DENSITY = "samples from a density fitted to its codes"
    LIKELIHOOD_BOUND = "likelihood bound"
    SUPERVISED = "has seen the labels"


class LatentcoreError(Exception):
    """Base of the errors that a user can mend; the message names the cause and the way out."""


class UnsupportedOperation(LatentcoreError):  # noqa: N818 - the name is part of the public contract
    """The model family lacks the operation; the message names the alternative."""


class UnknownNameError(LatentcoreError):
    """No dataset, model family or bundle of that name."""


class BundleError(LatentcoreError):
    """A bundle on disk is damaged, incomplete or too new; the message names file and cause."""


class CodecError(LatentcoreError):
    """Images cannot be compressed, or a compressed file not be read; the message names the cause."""


class DatasetError(LatentcoreError):
    """A dataset cannot be read, fetched or written; the message names file and cause."""


class DatasetMissing(DatasetError):  # noqa: N818 - a state, with a way out
    """A dataset is not on this machine; the message says how to fetch it."""


class TrainingCancelled(LatentcoreError):  # noqa: N818 - a request, not a fault
    """Raised by an event handler to stop a training run; the model keeps its former state."""
