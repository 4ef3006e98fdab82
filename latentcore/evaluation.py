"""Every score of a bundle, each with its protocol, n, seed and interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from latentcore.datasets import Dataset
from latentcore.metrics.generation import class_shares
from latentcore.metrics.reconstruction import bootstrap_interval, image_mse
from latentcore.metrics.structure import knn_correct
from latentcore.models import LatentModel
from latentcore.models.gan import GANModel
from latentcore.models.pca import PCAModel
from latentcore.models.vae import VAEModel, kl_to_standard_normal
from latentcore.types import Capability, FloatArray

SEED = 0
N_SAMPLES = 2000
ACTIVE_VARIANCE = 0.01
TOLERANCE = 1e-3


@dataclass(frozen=True, kw_only=True)
class Score:
    """One number and what one has to know to trust it.

    Attributes
    ----------
    value : float or list of float
        A list has one entry a dimension or class.
    n : int
        How many images or samples it rests on.
    seed : int or None
        Seed of sampling or resampling, None where nothing is random.
    interval : (float, float) or None
        95% bootstrap interval over the images, None where none is stated.
    protocol : str
        How it was measured, one sentence.
    """

    value: float | list[float]
    n: int
    seed: int | None
    interval: tuple[float, float] | None
    protocol: str


def evaluate(model: LatentModel, train: Dataset, test: Dataset) -> dict[str, dict[str, Any]]:
    """Return every score that the family can have, as plain JSON values by name.

    Parameters
    ----------
    model : LatentModel
        Fitted on `train`.
    train, test : Dataset
        The scores are measured on `test`; `train` serves as reference.
    """
    scores = dict(_common_scores(model, train, test))
    if isinstance(model, PCAModel):
        scores |= _pca_scores(model, train)
    if isinstance(model, VAEModel):
        scores |= _vae_scores(model, test)
    if Capability.PRIOR in model.capabilities or Capability.FITTED_DENSITY in model.capabilities:
        scores |= _sample_scores(model, train)
    return {name: _plain(score) for name, score in scores.items()}


def compare_scores(recorded: dict[str, Any], fresh: dict[str, Any]) -> list[str]:
    """Return one sentence for each score that is missing or differs by more than 0.1%."""
    differences = [
        f"{name} is recorded, but was not measured." for name in sorted(set(recorded) - set(fresh))
    ]
    for name, score in fresh.items():
        if name not in recorded:
            differences.append(f"{name} was measured, but is not recorded.")
            continue
        was = np.atleast_1d(np.asarray(recorded[name]["value"], np.float64))
        now = np.atleast_1d(np.asarray(score["value"], np.float64))
        scale = max(float(np.abs(was).max()), 1e-12)
        if was.shape != now.shape or float(np.abs(was - now).max()) > TOLERANCE * scale:
            differences.append(f"{name} is recorded as {recorded[name]['value']}, measured {score['value']}.")
    return differences


def _plain(score: Score) -> dict[str, Any]:
    plain = asdict(score)
    plain["interval"] = None if score.interval is None else list(score.interval)
    return plain


def _mean_score(values: FloatArray, protocol: str) -> Score:
    return Score(
        value=float(values.mean(dtype=np.float64)),
        n=len(values),
        seed=SEED,
        interval=bootstrap_interval(values, seed=SEED),
        protocol=protocol + " Mean over test images; 95% bootstrap interval over images, 1,000 resamples.",
    )


def _common_scores(model: LatentModel, train: Dataset, test: Dataset) -> Iterator[tuple[str, Score]]:
    note = ""
    if Capability.APPROXIMATE_DECODER in model.capabilities:
        note = " The decoder is an approximate least-squares map back."
    if Capability.INVERSION_ENCODER in model.capabilities:
        note = " The encoder is an inversion network."
    errors = image_mse(test.images, model.reconstruct(test.images))
    yield "mse", _mean_score(errors, "Mean squared error of the reconstruction, pixels in [0, 1]." + note)
    mean_errors = image_mse(test.images, np.broadcast_to(train.images.mean(axis=0), test.images.shape))
    yield (
        "mse_of_mean_image",
        _mean_score(mean_errors, "The same error when every image is replaced by the mean train image."),
    )
    correct = knn_correct(
        model.encode(train.images), train.labels, model.encode(test.images), test.labels, k=5
    )
    seen = " The codes have seen the train labels." if Capability.SUPERVISED in model.capabilities else ""
    yield (
        "knn_accuracy",
        _mean_score(correct, "Accuracy of 5 nearest neighbours among all train codes." + seen),
    )


def _pca_scores(model: PCAModel, train: Dataset) -> dict[str, Score]:
    return {
        "explained_variance_ratio": Score(
            value=[float(ratio) for ratio in model.explained_variance_ratio_],
            n=len(train),
            seed=None,
            interval=None,
            protocol="Share of the train images' variance on each component.",
        )
    }


def _vae_scores(model: VAEModel, test: Dataset) -> dict[str, Score]:
    import torch  # noqa: PLC0415 - loaded by the model already

    mean, deviation = model.posterior(test.images)
    kl = kl_to_standard_normal(torch.from_numpy(mean), 2 * torch.from_numpy(deviation).log()).numpy()
    variances = mean.var(axis=0)

    def per_dimension(values: FloatArray, protocol: str) -> Score:
        return Score(
            value=[float(value) for value in values], n=len(test), seed=None, interval=None, protocol=protocol
        )

    return {
        "active_units": Score(
            value=float((variances > ACTIVE_VARIANCE).sum()),
            n=len(test),
            seed=None,
            interval=None,
            protocol=f"Dimensions whose posterior mean has a variance above {ACTIVE_VARIANCE} on test.",
        ),
        "code_mean": per_dimension(mean.mean(axis=0), "Mean of the posterior means of test images."),
        "code_std": per_dimension(mean.std(axis=0), "Standard deviation of the posterior means."),
        "kl": per_dimension(
            kl.mean(axis=0), "KL divergence of the posterior from N(0, 1) in each dimension, nats, test mean."
        ),
        "negative_elbo": _mean_score(
            -model.log_likelihood_bound(test.images, n_importance=1, seed=SEED),
            "Minus the evidence lower bound, nats an image, pixels binarised with p = pixel, one draw.",
        ),
    }


def _sample_scores(model: LatentModel, train: Dataset) -> dict[str, Score]:
    samples = model.sample(N_SAMPLES, seed=SEED)
    shares = class_shares(train.images, train.labels, samples, n_classes=len(train.classes))
    own = "its own samples" if isinstance(model, GANModel) else f"samples from {model.sampling}"
    return {
        "class_shares": Score(
            value=[float(share) for share in shares],
            n=N_SAMPLES,
            seed=SEED,
            interval=None,
            protocol=f"Share of each class among {own}, by a logistic classifier of real train images.",
        )
    }
