"""Anomaly scores of images from a model's codes, reconstructions and likelihood bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from latentcore.exceptions import UnsupportedOperation
from latentcore.metrics.nearest_neighbours import nearest
from latentcore.metrics.reconstruction import image_mse
from latentcore.models.base import LatentModel
from latentcore.models.capabilities import HasLikelihoodBound
from latentcore.models.density import Gaussian
from latentcore.types import Capability, FloatArray

N_NEIGHBOURS = 5
BLUR_SIGMA = 1 / 28
LOG_FLOOR, ENERGY_FLOOR = 1e-12, 1e-4


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


@dataclass(frozen=True)
class AnomalyScore:
    """An anomaly score and the models that it applies to.

    Attributes
    ----------
    name, title, meaning : str
    needs_images : bool
        Whether the original images are needed, beside codes and errors.
    is_available : callable
        ``is_available(capabilities)``: whether the score applies to a model family.
    measure : callable
        ``measure(model, normal, images)``, float32 ``(n,)``, higher is more anomalous. `normal` and
        `images` are the `ModelOutputs` of normal train images and of the images to score.
    """

    name: str
    title: str
    meaning: str
    needs_images: bool
    is_available: Callable[[frozenset[Capability]], bool]
    measure: Callable[[LatentModel, ModelOutputs, ModelOutputs], FloatArray]


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


def available_scores(capabilities: frozenset[Capability]) -> list[str]:
    """Return the names of the scores that apply to a model family with these capabilities."""
    return [name for name, score in ANOMALY_SCORES.items() if score.is_available(capabilities)]


def reconstruction_error(_model: LatentModel, _normal: ModelOutputs, images: ModelOutputs) -> FloatArray:
    """Return the mean squared reconstruction error of each image; see `AnomalyScore` for the parameters."""
    return images.errors


def knn_distance(_model: LatentModel, normal: ModelOutputs, images: ModelOutputs) -> FloatArray:
    """Return the mean distance of each code to its 5 nearest normal codes.

    Parameters are those of `AnomalyScore`.
    """
    return np.asarray(nearest(normal.codes, images.codes, k=N_NEIGHBOURS)[0].mean(axis=1), np.float32)


def mahalanobis_distance(_model: LatentModel, normal: ModelOutputs, images: ModelOutputs) -> FloatArray:
    """Return the Mahalanobis distance of each code from the distribution of the normal codes.

    Parameters are those of `AnomalyScore`.

    References
    ----------
    P. C. Mahalanobis, "On the generalised distance in statistics", 1936.
    """
    from scipy.linalg import solve_triangular  # noqa: PLC0415 - the first map does not wait for its import

    density = Gaussian.fit(normal.codes)
    offset = (images.codes - density.mean).astype(np.float64)
    whitened = solve_triangular(density.cholesky.astype(np.float64), offset.T, lower=True)
    return np.asarray(np.sqrt((whitened**2).sum(axis=0)), np.float32)


def relative_coarse_error(_model: LatentModel, _normal: ModelOutputs, images: ModelOutputs) -> FloatArray:
    """Return the `coarse_error` of each image.

    Parameters are those of `AnomalyScore`.

    Raises
    ------
    UnsupportedOperation
        If the original images are not available.
    """
    if images.coarse is None:
        raise UnsupportedOperation(
            "The coarse error needs the original images; take the reconstruction error."
        )
    return images.coarse


def coarse_error_and_distance(model: LatentModel, normal: ModelOutputs, images: ModelOutputs) -> FloatArray:
    """Return log of the coarse error plus log of the mean distance to the 5 nearest normal codes.

    The distance detects anomalies that the decoder reconstructs well, the error those whose codes lie among
    normal ones. The logarithms make the sum independent of both units.

    Parameters are those of `AnomalyScore`.

    Raises
    ------
    UnsupportedOperation
        If the original images are not available.
    """
    error = relative_coarse_error(model, normal, images)
    distance = knn_distance(model, normal, images)
    return np.asarray(np.log(np.maximum(error, LOG_FLOOR)) + np.log(np.maximum(distance, LOG_FLOOR)))


def negative_elbo(model: LatentModel, _normal: ModelOutputs, images: ModelOutputs) -> FloatArray:
    """Return minus the evidence lower bound of each image, in nats, estimated with one posterior sample.

    Parameters are those of `AnomalyScore`.

    Raises
    ------
    UnsupportedOperation
        If the model has no likelihood bound, or the original images are not available.
    """
    if not isinstance(model, HasLikelihoodBound) or images.images is None:
        raise UnsupportedOperation(
            "The evidence lower bound needs a VAE and the original images; take the reconstruction error."
        )
    return -model.log_likelihood_bound(images.images, n_importance=1, seed=0)


def _has_encoder(capabilities: frozenset[Capability]) -> bool:
    return Capability.INVERSION_ENCODER not in capabilities


ANOMALY_SCORES: Mapping[str, AnomalyScore] = {
    score.name: score
    for score in (
        AnomalyScore(
            "error",
            "Reconstruction error",
            "Mean squared error of the reconstruction.",
            needs_images=False,
            is_available=_has_encoder,
            measure=reconstruction_error,
        ),
        AnomalyScore(
            "inversion",
            "Inversion error",
            "Mean squared error of the generator's image at the code that the inversion network finds.",
            needs_images=False,
            is_available=lambda capabilities: not _has_encoder(capabilities),
            measure=reconstruction_error,
        ),
        AnomalyScore(
            "coarse",
            "Coarse error",
            "Squared error of the reconstruction after a slight blur, relative to the image's energy.",
            needs_images=True,
            is_available=lambda _capabilities: True,
            measure=relative_coarse_error,
        ),
        AnomalyScore(
            "neighbours",
            "Latent k-NN distance",
            f"Mean distance of the code to the {N_NEIGHBOURS} nearest normal codes.",
            needs_images=False,
            is_available=lambda _capabilities: True,
            measure=knn_distance,
        ),
        AnomalyScore(
            "mahalanobis",
            "Mahalanobis distance",
            "Distance of the code from the mean of the normal codes, scaled by their covariance.",
            needs_images=False,
            is_available=lambda _capabilities: True,
            measure=mahalanobis_distance,
        ),
        AnomalyScore(
            "both",
            "Coarse error x k-NN distance",
            "Product of the coarse error and the distance to the nearest normal codes.",
            needs_images=True,
            is_available=lambda _capabilities: True,
            measure=coarse_error_and_distance,
        ),
        AnomalyScore(
            "elbo",
            "-ELBO",
            "Minus the evidence lower bound on the image's log-likelihood.",
            needs_images=True,
            is_available=lambda capabilities: Capability.LIKELIHOOD_BOUND in capabilities,
            measure=negative_elbo,
        ),
    )
}
"""Every anomaly score by name."""
