"""The table of anomaly scores: title, meaning, and which models each applies to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from latentcore.anomaly_scores.measures import (
    N_NEIGHBOURS,
    coarse_error_and_distance,
    knn_distance,
    mahalanobis_distance,
    negative_code_density,
    negative_elbo,
    reconstruction_error,
    relative_coarse_error,
)
from latentcore.anomaly_scores.outputs import ModelOutputs
from latentcore.models.base import LatentModel
from latentcore.types import Capability, FloatArray


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


def available_scores(capabilities: frozenset[Capability]) -> list[str]:
    """Return the names of the scores that apply to a model family with these capabilities."""
    return [name for name, score in ANOMALY_SCORES.items() if score.is_available(capabilities)]


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
        AnomalyScore(
            "density",
            "-log density of the code",
            "Minus the log density of the autoencoder's code under the flow, by its change of variables. In "
            "two dimensions the codes of other images, such as inverted digits, may lie where it is high.",
            needs_images=False,
            is_available=lambda capabilities: Capability.FLOW in capabilities,
            measure=negative_code_density,
        ),
    )
}
"""Every anomaly score by name."""
