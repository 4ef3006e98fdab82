"""Scores of how little an image belongs to what is normal, from what a model makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from latentcore.exceptions import UnsupportedOperation
from latentcore.metrics.nearest_neighbours import nearest
from latentcore.metrics.reconstruction import image_mse
from latentcore.models.base import LatentModel
from latentcore.models.density import Gaussian
from latentcore.models.vae import VAEModel
from latentcore.types import Capability, FloatArray

K = 5
BLUR = 1 / 28
LEAST, LEAST_ENERGY = 1e-12, 1e-4


@dataclass(frozen=True)
class Seen:
    """What a model makes of images.

    Attributes
    ----------
    codes : float32 array, shape (n, latent_dim)
    errors : float32 array, shape (n,)
        Mean squared error of each reconstruction.
    coarse : float32 array, shape (n,), or None
        `coarse_error` of each reconstruction; None where the originals are not at hand.
    images : float32 array, shape (n, channels, height, width), or None
        None where the originals are not at hand.
    """

    codes: FloatArray
    errors: FloatArray
    coarse: FloatArray | None = None
    images: FloatArray | None = None

    @classmethod
    def by(cls, model: LatentModel, images: FloatArray) -> Seen:
        """Encode images and measure how well they are decoded."""
        codes = model.encode(images)
        decodes = model.decode(codes)
        return cls(codes, image_mse(images, decodes), coarse_error(images, decodes), images)

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class AnomalyScore:
    """One way to score.

    Attributes
    ----------
    name, title, meaning : str
    needs_images : bool
        Whether codes and errors do not suffice.
    suits : callable
        ``suits(capabilities)``: whether a family has it.
    measure : callable
        ``measure(model, normal, images)``, float32 ``(n,)``, higher is more anomalous; `normal` is what the
        model makes of normal train images.
    """

    name: str
    title: str
    meaning: str
    needs_images: bool
    suits: Callable[[frozenset[Capability]], bool]
    measure: Callable[[LatentModel, Seen, Seen], FloatArray]


def coarse_error(images: FloatArray, decodes: FloatArray) -> FloatArray:
    """Return the squared error of each decode after a slight blur, as a share of the image's energy.

    The blur forgives a stroke that is a pixel off, and the share keeps faint images from passing for
    normal because there is little to get wrong.

    Parameters
    ----------
    images, decodes : float32 arrays, shape (n, channels, height, width)
        Pixels in [0, 1]. The blur's standard deviation is 1/28 of the width.

    Returns
    -------
    float32 array, shape (n,)
    """
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - few need it

    blurred = gaussian_filter(images - decodes, images.shape[-1] * BLUR, axes=(2, 3))
    energy = (images**2).mean(axis=(1, 2, 3))
    return np.asarray((blurred**2).mean(axis=(1, 2, 3)) / np.maximum(energy, LEAST_ENERGY), np.float32)


def scores_of(capabilities: frozenset[Capability]) -> list[str]:
    """Return the names of the scores that a family has."""
    return [name for name, score in SCORES.items() if score.suits(capabilities)]


def reconstruction_error(_model: LatentModel, _normal: Seen, images: Seen) -> FloatArray:
    """Return the mean squared error of each decode."""
    return images.errors


def neighbour_distance(_model: LatentModel, normal: Seen, images: Seen) -> FloatArray:
    """Return the mean distance of each code to its 5 nearest normal codes."""
    return np.asarray(nearest(normal.codes, images.codes, k=K)[0].mean(axis=1), np.float32)


def mahalanobis(_model: LatentModel, normal: Seen, images: Seen) -> FloatArray:
    """Return the distance of each code from the mean of the normal ones, in units of their spread.

    References
    ----------
    P. C. Mahalanobis, "On the generalised distance in statistics", 1936.
    """
    from scipy.linalg import solve_triangular  # noqa: PLC0415 - the first map does not wait for its import

    density = Gaussian.fit(normal.codes)
    offset = (images.codes - density.mean).astype(np.float64)
    whitened = solve_triangular(density.cholesky.astype(np.float64), offset.T, lower=True)
    return np.asarray(np.sqrt((whitened**2).sum(axis=0)), np.float32)


def relative_coarse_error(_model: LatentModel, _normal: Seen, images: Seen) -> FloatArray:
    """Return `coarse_error`.

    Raises
    ------
    UnsupportedOperation
        If the images are not at hand.
    """
    if images.coarse is None:
        raise UnsupportedOperation(
            "The coarse error needs the original images; take the reconstruction error."
        )
    return images.coarse


def coarse_error_and_distance(model: LatentModel, normal: Seen, images: Seen) -> FloatArray:
    """Return log of the coarse error plus log of the distance to the 5 nearest normal codes.

    A decoder that copies what it was never shown is caught by the code, a code that hides among normal
    ones by the decode; the logarithm makes both free of units.

    Raises
    ------
    UnsupportedOperation
        If the images are not at hand.
    """
    error = relative_coarse_error(model, normal, images)
    distance = neighbour_distance(model, normal, images)
    return np.asarray(np.log(np.maximum(error, LEAST)) + np.log(np.maximum(distance, LEAST)))


def negative_elbo(model: LatentModel, _normal: Seen, images: Seen) -> FloatArray:
    """Return minus the evidence lower bound of each image, nats, one draw.

    Raises
    ------
    UnsupportedOperation
        If the model bounds no likelihood, or the images are not at hand.
    """
    if not isinstance(model, VAEModel) or images.images is None:
        raise UnsupportedOperation(
            "The evidence lower bound needs a VAE and the original images; take the reconstruction error."
        )
    return -model.log_likelihood_bound(images.images, n_importance=1, seed=0)


def _has_encoder(capabilities: frozenset[Capability]) -> bool:
    return Capability.INVERSION_ENCODER not in capabilities


SCORES: Mapping[str, AnomalyScore] = {
    score.name: score
    for score in (
        AnomalyScore(
            "error",
            "Reconstruction error",
            "How badly the model copies the image.",
            needs_images=False,
            suits=_has_encoder,
            measure=reconstruction_error,
        ),
        AnomalyScore(
            "inversion",
            "Inversion error",
            "How far the generator stays from the image, at the code that the inversion network finds.",
            needs_images=False,
            suits=lambda capabilities: not _has_encoder(capabilities),
            measure=reconstruction_error,
        ),
        AnomalyScore(
            "coarse",
            "Coarse error",
            "How badly the model copies the slightly blurred image, as a share of what there is to copy.",
            needs_images=True,
            suits=lambda _capabilities: True,
            measure=relative_coarse_error,
        ),
        AnomalyScore(
            "neighbours",
            "Latent k-NN distance",
            f"How far the code lies from the {K} nearest normal codes, on average.",
            needs_images=False,
            suits=lambda _capabilities: True,
            measure=neighbour_distance,
        ),
        AnomalyScore(
            "mahalanobis",
            "Mahalanobis distance",
            "How far the code lies from the middle of the normal codes, in units of their spread.",
            needs_images=False,
            suits=lambda _capabilities: True,
            measure=mahalanobis,
        ),
        AnomalyScore(
            "both",
            "Coarse error x k-NN distance",
            "Coarse error times the distance to the nearest normal codes.",
            needs_images=True,
            suits=lambda _capabilities: True,
            measure=coarse_error_and_distance,
        ),
        AnomalyScore(
            "elbo",
            "-ELBO",
            "Minus the evidence lower bound on the image's log-likelihood.",
            needs_images=True,
            suits=lambda capabilities: Capability.LIKELIHOOD_BOUND in capabilities,
            measure=negative_elbo,
        ),
    )
}
"""Every score by name."""
