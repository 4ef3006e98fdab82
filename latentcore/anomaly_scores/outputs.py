"""What anomaly scores are computed from: codes and reconstruction errors of images under one model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latentcore.metrics.reconstruction import image_mse
from latentcore.models.base import LatentModel
from latentcore.types import FloatArray

BLUR_SIGMA = 1 / 28
ENERGY_FLOOR = 1e-4


@dataclass(frozen=True)
class ModelOutputs:
    """Codes and reconstruction errors of images under one model.

    Attributes
    ----------
    codes : float32 array, shape (n, latent_dim)
    errors : float32 array, shape (n,)
        Mean squared error of each reconstruction.
    coarse : float32 array, shape (n,), or None
        `coarse_error` of each reconstruction; None if the original images are not available.
    images : float32 array, shape (n, channels, height, width), or None
        The images themselves; None if they are not available.
    """

    codes: FloatArray
    errors: FloatArray
    coarse: FloatArray | None = None
    images: FloatArray | None = None

    @classmethod
    def compute(cls, model: LatentModel, images: FloatArray) -> ModelOutputs:
        """Encode and decode images ``(n, channels, height, width)``, and measure the errors."""
        codes = model.encode(images)
        decodes = model.decode(codes)
        return cls(codes, image_mse(images, decodes), coarse_error(images, decodes), images)

    def __len__(self) -> int:
        return len(self.codes)


def coarse_error(images: FloatArray, decodes: FloatArray) -> FloatArray:
    """Return the squared error of each reconstruction after a slight blur, relative to the image's energy.

    The blur tolerates strokes that are shifted by a pixel. Dividing by the energy keeps faint images, whose
    absolute error is small, from being taken for normal.

    Parameters
    ----------
    images, decodes : float32 arrays, shape (n, channels, height, width)
        Images and their reconstructions, pixels in [0, 1]. The blur's standard deviation is 1/28 of the
        width.

    Returns
    -------
    float32 array, shape (n,)
    """
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - few need it

    blurred = gaussian_filter(images - decodes, images.shape[-1] * BLUR_SIGMA, axes=(2, 3))
    energy = (images**2).mean(axis=(1, 2, 3))
    return np.asarray((blurred**2).mean(axis=(1, 2, 3)) / np.maximum(energy, ENERGY_FLOOR), np.float32)
