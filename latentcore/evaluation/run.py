"""Evaluation of one model: which scores it gets, and their computation."""

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
from latentcore.evaluation.evaluated_model import EvaluatedModel
from latentcore.evaluation.optional_scores import (
    classifier_accuracy_scores,
    component_scores,
    denoising_scores,
    factor_scores,
    flow_scores,
    likelihood_scores,
    posterior_scores,
    refinement_scores,
)
from latentcore.evaluation.real_reference import RealReference
from latentcore.evaluation.sample_scores import sample_scores
from latentcore.evaluation.score import Score
from latentcore.exceptions import EndScoring
from latentcore.models import LatentModel
from latentcore.models.capabilities import (
    HasClassifier,
    HasCodeRefinement,
    HasFlow,
    HasLikelihoodBound,
    HasPosterior,
    HasPrincipalComponents,
)
from latentcore.training import one_thread
from latentcore.types import Capability

Part: TypeAlias = Callable[[], dict[str, Score]]
"""Computes a group of scores."""


def evaluate(
    model: LatentModel,
    train: Dataset,
    test: Dataset,
    *,
    reference: RealReference | None = None,
    on_part: Callable[[str, float], None] | None = None,
    without: Collection[str] = (),
) -> dict[str, dict[str, Any]]:
    """Return every score that applies to a model, as JSON values by name, computed on one thread.

    With more threads sums are taken in another order, and the accuracy of a classifier trained on samples
    would change by about 0.001.

    Parameters
    ----------
    model : LatentModel
        Fitted on `train`.
    train, test : Dataset
        Scores are measured on `test`; `train` serves as reference.
    reference : RealReference, optional
        What samples are compared with, ``RealReference.compute(train, test)`` by default; one serves all
        models of a dataset.
    on_part : callable, optional
        Called before each part with its name and the share done, in [0, 1]. If it raises `EndScoring`, the
        scores measured so far are returned, those of the reconstructions at least; any other exception ends
        the evaluation.
    without : collection of str
        Names of parts to leave out, as passed to `on_part`.

    Returns
    -------
    dict of str to dict
        Fields of a `latentcore.evaluation.score.Score` by name of the score.
    """
    announce = on_part or (lambda _name, _share: None)
    scores: dict[str, Score] = {}
    goes_on = _goes_on(announce, "codes", 0.0)
    with one_thread():
        evaluated = EvaluatedModel.compute(model, train, test)
        parts = {name: part for name, part in _parts(evaluated, reference).items() if name not in without}
        for k, (name, part) in enumerate(parts.items()):
            goes_on = goes_on and _goes_on(announce, name, k / len(parts))
            if scores and not goes_on:
                break
            scores |= part()
    return {name: score.to_json() for name, score in scores.items()}


def _goes_on(announce: Callable[[str, float], None], name: str, share: float) -> bool:
    """Announce a part; return whether the evaluation goes on."""
    try:
        announce(name, share)
    except EndScoring:
        return False
    return True


def _parts(evaluated: EvaluatedModel, reference: RealReference | None) -> dict[str, Part]:
    """Return the parts of an evaluation by name, in order."""
    model, train, test = evaluated.model, evaluated.train, evaluated.test
    parts: dict[str, Part] = {
        "reconstructions": partial(reconstruction_scores, evaluated),
        "neighbours": partial(neighbour_scores, evaluated),
        "structure": partial(code_scores, evaluated),
        "geometry": partial(geometry_scores, evaluated),
    }
    if isinstance(model, HasPrincipalComponents):
        parts["components"] = partial(component_scores, model, train)
    if isinstance(model, HasPosterior):
        parts["posterior"] = partial(posterior_scores, model, test)
    if isinstance(model, HasLikelihoodBound):
        parts["likelihood"] = partial(likelihood_scores, model, test)
    if isinstance(model, HasCodeRefinement):
        parts["inversion"] = partial(refinement_scores, model, test)
    if isinstance(model, HasClassifier):
        parts["own classifier"] = partial(classifier_accuracy_scores, model, test)
    if isinstance(model, HasFlow):
        parts["flow"] = partial(flow_scores, model)
    if Capability.DENOISING in model.capabilities:
        parts["denoising"] = partial(denoising_scores, model, test)
    if test.factors is not None and model.latent_dim > 1:
        parts["factors"] = partial(factor_scores, evaluated, dataset_spec(test.name).factor_names)
    if evaluated.can_sample:
        parts["samples"] = lambda: sample_scores(model, reference or RealReference.compute(train, test))
        parts["classifier"] = partial(classifier_scores, evaluated)
    return parts


def headline_scores(model: LatentModel, train: Dataset, test: Dataset) -> dict[str, float]:
    """Return the few scores that are compared over training seeds, by name.

    Parameters
    ----------
    model : LatentModel
        Fitted on `train`.
    train, test : Dataset
    """
    evaluated = EvaluatedModel.compute(model, train, test)
    scores = reconstruction_scores(evaluated) | neighbour_scores(evaluated)
    if isinstance(model, HasPosterior):
        scores |= posterior_scores(model, test)
    if isinstance(model, HasLikelihoodBound):
        scores |= likelihood_scores(model, test)
    if test.factors is not None:
        scores |= factor_scores(evaluated, dataset_spec(test.name).factor_names)
    kept = ("mse", "knn_accuracy", "iwae_nll", "active_units", "mig", "disentanglement")
    return {name: float(np.asarray(scores[name].value)) for name in kept if name in scores}
