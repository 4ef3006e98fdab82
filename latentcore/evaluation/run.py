"""Which scores a model gets."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from latentcore.datasets import Dataset, dataset_spec
from latentcore.evaluation.class_conditional import classifier_scores
from latentcore.evaluation.common_scores import (
    code_scores,
    geometry_scores,
    neighbour_scores,
    reconstruction_scores,
)
from latentcore.evaluation.evaluated_model import Subject
from latentcore.evaluation.family_scores import (
    denoising_scores,
    factor_scores,
    inversion_scores,
    pca_scores,
    vae_scores,
)
from latentcore.evaluation.sample_scores import RealReference, sample_scores
from latentcore.evaluation.score import Score
from latentcore.models import LatentModel
from latentcore.models.autoencoder import DenoisingAutoencoderModel
from latentcore.models.gan import GANModel
from latentcore.models.pca import PCAModel
from latentcore.models.vae import VAEModel
from latentcore.training import one_thread

Part: TypeAlias = Callable[[], dict[str, Score]]
"""Measures a few scores that belong together."""


def evaluate(
    model: LatentModel,
    train: Dataset,
    test: Dataset,
    *,
    reference: RealReference | None = None,
    on_part: Callable[[str, float], None] | None = None,
    without: Collection[str] = (),
) -> dict[str, dict[str, Any]]:
    """Return every score that the model can have, as plain JSON values by name, on one thread.

    Sums in another order, as more threads make them, are other pictures to a classifier that learns from
    samples: its accuracy would move by a thousandth.

    Parameters
    ----------
    model : LatentModel
        Fitted on `train`.
    train, test : Dataset
        The scores are measured on `test`; `train` serves as reference.
    reference : RealReference, optional
        What samples are compared with, `RealReference.of(train, test)` by default; made once, it
        serves all models of a dataset.
    on_part : callable, optional
        Called with what comes next and the share that is done, in [0, 1]; what it raises ends the
        evaluation.
    without : collection of str
        Parts that are left out, by the names that `on_part` hears.
    """
    announce = on_part or (lambda _name, _share: None)
    announce("codes", 0.0)
    scores: dict[str, Score] = {}
    with one_thread():
        subject = Subject.of(model, train, test)
        parts = {name: part for name, part in _parts(subject, reference).items() if name not in without}
        for k, (name, part) in enumerate(parts.items()):
            announce(name, k / len(parts))
            scores |= part()
    return {name: score.plain() for name, score in scores.items()}


def _parts(subject: Subject, reference: RealReference | None) -> dict[str, Part]:
    """Return what there is to measure, by name, in order."""
    model, train, test = subject.model, subject.train, subject.test
    parts: dict[str, Part] = {
        "reconstructions": partial(reconstruction_scores, subject),
        "neighbours": partial(neighbour_scores, subject),
        "structure": partial(code_scores, subject),
        "geometry": partial(geometry_scores, subject),
    }
    if isinstance(model, PCAModel):
        parts["components"] = partial(pca_scores, model, train)
    if isinstance(model, VAEModel):
        parts["likelihood"] = partial(vae_scores, model, test)
    if isinstance(model, GANModel):
        parts["inversion"] = partial(inversion_scores, model, test)
    if isinstance(model, DenoisingAutoencoderModel):
        parts["denoising"] = partial(denoising_scores, model, test)
    if test.factors is not None and model.latent_dim > 1:
        parts["factors"] = partial(factor_scores, subject, dataset_spec(test.name).factor_names)
    if subject.can_sample:
        parts["samples"] = lambda: sample_scores(model, reference or RealReference.of(train, test))
        parts["classifier"] = partial(classifier_scores, subject)
    return parts


def headline_scores(model: LatentModel, train: Dataset, test: Dataset) -> dict[str, float]:
    """Return the few numbers that are compared over seeds, by name."""
    subject = Subject.of(model, train, test)
    scores = reconstruction_scores(subject) | neighbour_scores(subject)
    if isinstance(model, VAEModel):
        scores |= vae_scores(model, test)
    if test.factors is not None:
        scores |= factor_scores(subject, dataset_spec(test.name).factor_names)
    kept = ("mse", "knn_accuracy", "iwae_nll", "active_units", "mig", "disentanglement")
    return {name: float(np.asarray(scores[name].value)) for name in kept if name in scores}
