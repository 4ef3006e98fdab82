"""The computation of each anomaly score."""

from __future__ import annotations

import numpy as np

from latentcore.anomaly_scores.outputs import ModelOutputs
from latentcore.exceptions import UnsupportedOperation
from latentcore.metrics.nearest_neighbours import nearest
from latentcore.models.base import LatentModel
from latentcore.models.capabilities import HasFlow, HasLikelihoodBound
from latentcore.models.density import Gaussian
from latentcore.types import FloatArray

N_NEIGHBOURS = 5
LOG_FLOOR = 1e-12


def reconstruction_error(_model: LatentModel, _normal: ModelOutputs, images: ModelOutputs) -> FloatArray:
    """Return the mean squared reconstruction error of each image.

    Parameters are those of `AnomalyScore`.
    """
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


def negative_code_density(model: LatentModel, _normal: ModelOutputs, images: ModelOutputs) -> FloatArray:
    """Return minus the log density of each autoencoder's code under a flow, in nats.

    Parameters are those of `AnomalyScore`.

    Raises
    ------
    UnsupportedOperation
        If the model has no flow.
    """
    if not isinstance(model, HasFlow):
        raise UnsupportedOperation("The density of codes needs a flow; take the Mahalanobis distance.")
    return -model.log_code_density(images.codes)
