"""Which scores a model gets."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentcore.datasets import Dataset, dataset_spec
from latentcore.evaluation.families import (
    common_scores,
    denoising_scores,
    factor_scores,
    inversion_scores,
    pca_scores,
    vae_scores,
)
from latentcore.evaluation.samples import RealReference, sample_scores
from latentcore.evaluation.score import Score
from latentcore.models import LatentModel
from latentcore.models.autoencoder import DenoisingAutoencoderModel
from latentcore.models.gan import GANModel
from latentcore.models.pca import PCAModel
from latentcore.models.vae import VAEModel
from latentcore.types import Capability


def evaluate(
    model: LatentModel, train: Dataset, test: Dataset, *, reference: RealReference | None = None
) -> dict[str, dict[str, Any]]:
    """Return every score that the family can have, as plain JSON values by name.

    Parameters
    ----------
    model : LatentModel
        Fitted on `train`.
    train, test : Dataset
        The scores are measured on `test`; `train` serves as reference.
    reference : RealReference, optional
        What samples are compared with, `RealReference.of(train, test)` by default; made once, it
        serves all models of a dataset.
    """
    scores: dict[str, Score] = common_scores(model, train, test)
    if isinstance(model, PCAModel):
        scores |= pca_scores(model, train)
    if isinstance(model, VAEModel):
        scores |= vae_scores(model, test)
    if isinstance(model, GANModel):
        scores |= inversion_scores(model, test)
    if isinstance(model, DenoisingAutoencoderModel):
        scores |= denoising_scores(model, test)
    if test.factors is not None and model.latent_dim > 1:
        scores |= factor_scores(model, test, dataset_spec(test.name).factor_names)
    if model.capabilities & {Capability.PRIOR, Capability.FITTED_DENSITY}:
        scores |= sample_scores(model, reference or RealReference.of(train, test))
    return {name: score.plain() for name, score in scores.items()}


def headline_scores(model: LatentModel, train: Dataset, test: Dataset) -> dict[str, float]:
    """Return the few numbers that are compared over seeds, by name."""
    scores = common_scores(model, train, test)
    if isinstance(model, VAEModel):
        scores |= vae_scores(model, test)
    if test.factors is not None:
        scores |= factor_scores(model, test, dataset_spec(test.name).factor_names)
    kept = ("mse", "knn_accuracy", "iwae_nll", "active_units", "mig")
    return {name: float(np.asarray(scores[name].value)) for name in kept if name in scores}
