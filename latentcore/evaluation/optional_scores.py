"""Scores of models with a capability that not every family has, and of datasets with known factors."""

from __future__ import annotations

import numpy as np
import torch

from latentcore.datasets import Dataset
from latentcore.evaluation.evaluated_model import EvaluatedModel, random_subset
from latentcore.evaluation.score import (
    SEED,
    Score,
    bootstrap_score,
    exact_score,
    mean_score,
    psnr_score,
    score_over_seeds,
)
from latentcore.metrics.factors import dci_scores, mutual_information_gap, quantile_bins
from latentcore.metrics.reconstruction import image_mse
from latentcore.models import LatentModel
from latentcore.models.capabilities import (
    ACTIVE_VARIANCE,
    HasClassifier,
    HasCodeRefinement,
    HasFlow,
    HasLikelihoodBound,
    HasPosterior,
    HasPrincipalComponents,
)
from latentcore.models.vae_training import kl_to_standard_normal
from latentcore.types import FloatArray

N_LIKELIHOOD, N_IMPORTANCE = 1000, 200
N_REFINED, REFINE_STEPS, REFINE_BATCH_SIZE = 1000, 150, 25
NOISE_SIGMA = 0.5
N_ACTIVE_RESAMPLES = 200
N_FACTOR_RESAMPLES = 50
N_ROUND_TRIPS = 1000
N_FOREST_CODES, N_FOREST_SEEDS = 5_000, 3


def component_scores(model: HasPrincipalComponents, train: Dataset) -> dict[str, Score]:
    """Return the explained variance."""
    return {
        "explained_variance_ratio": exact_score(
            model.explained_variance_ratio_,
            n=len(train),
            protocol="Share of the train images' variance on each component.",
        )
    }


def posterior_scores(model: HasPosterior, test: Dataset) -> dict[str, Score]:
    """Return statistics of the posterior: active units, means, and divergence from the prior."""
    mean, deviation = model.posterior(test.images)
    kl = kl_to_standard_normal(torch.from_numpy(mean), 2 * torch.from_numpy(deviation).log()).numpy()
    return {
        "active_units": _active_units(mean),
        "code_mean": mean_score(mean, "Mean of the posterior means, each dimension."),
        "code_std": exact_score(
            mean.std(axis=0),
            n=len(test),
            protocol="Standard deviation of the posterior means of test images.",
        ),
        "kl": mean_score(kl, "KL divergence of the posterior from N(0, 1) in each dimension, nats."),
    }


def likelihood_scores(model: HasLikelihoodBound, test: Dataset) -> dict[str, Score]:
    """Return bounds on the negative log-likelihood."""
    chosen = random_subset(test, N_LIKELIHOOD)
    binarised = "pixels binarised with p = pixel"
    return {
        "negative_elbo": mean_score(
            -model.log_likelihood_bound(test.images, n_importance=1, seed=SEED),
            f"Minus the evidence lower bound, nats an image, {binarised}, one draw.",
        ),
        "iwae_nll": mean_score(
            -model.log_likelihood_bound(chosen.images, n_importance=N_IMPORTANCE, seed=SEED),
            f"Minus the importance-weighted bound on log p(x), {N_IMPORTANCE} draws, nats an image, "
            f"{binarised}, random test images.",
        ),
    }


def _active_units(mean: FloatArray) -> Score:
    return bootstrap_score(
        lambda rows: float((mean[rows].var(axis=0) > ACTIVE_VARIANCE).sum()),
        n=len(mean),
        n_resamples=N_ACTIVE_RESAMPLES,
        protocol=f"Dimensions whose posterior mean has a variance above {ACTIVE_VARIANCE} on test.",
        of="images",
    )


def refinement_scores(model: HasCodeRefinement, test: Dataset) -> dict[str, Score]:
    """Return the reconstruction error after the codes were refined by gradient steps."""
    chosen = random_subset(test, N_REFINED)
    codes = np.concatenate(
        [
            model.refine(images, model.encode(images), n_steps=REFINE_STEPS)
            for images in np.split(chosen.images, range(REFINE_BATCH_SIZE, len(chosen), REFINE_BATCH_SIZE))
        ]
    )
    return {
        "mse_refined": mean_score(
            image_mse(chosen.images, model.decode(codes)),
            f"Mean squared error of the reconstruction after {REFINE_STEPS} gradient steps on the code, from "
            "the inversion network's on, random test images.",
        )
    }


def denoising_scores(model: LatentModel, test: Dataset) -> dict[str, Score]:
    """Return the PSNR of denoised images, and of the noisy ones as baseline."""
    noise = np.random.default_rng(SEED).standard_normal(test.images.shape, dtype=np.float32)
    noisy = np.clip(test.images + np.float32(NOISE_SIGMA) * noise, 0, 1)
    how = f"Gaussian noise of sigma {NOISE_SIGMA}, clipped to [0, 1]"
    return {
        "denoised_psnr": psnr_score(
            image_mse(test.images, model.reconstruct(noisy)),
            f"PSNR of the reconstruction of images with {how}.",
        ),
        "noisy_psnr": psnr_score(image_mse(test.images, noisy), f"PSNR of the images with {how}."),
    }


def classifier_accuracy_scores(model: HasClassifier, test: Dataset) -> dict[str, Score]:
    """Return the accuracy of the model's own class probabilities."""
    correct = model.class_probabilities(test.images).argmax(axis=1) == test.labels
    protocol = "Accuracy of the model's own classifier, whose last hidden layer is the code."
    return {"classifier_accuracy": mean_score(correct.astype(np.float32), protocol)}


def flow_scores(model: HasFlow) -> dict[str, Score]:
    """Return the errors of the flow there and back, and of decoding and encoding, on codes of the prior."""
    codes = model.sample_codes(N_ROUND_TRIPS, seed=SEED)
    norm = float(np.linalg.norm(codes, axis=1).mean(dtype=np.float64))
    carried = model.flow_path(codes, model.solver_steps)[-1]
    ends = {
        "flow_round_trip": (model.codes_to_prior(carried, model.solver_steps), "the flow there and back"),
        "pixel_round_trip": (model.encode(model.decode(codes)), "decoding and encoding, through pixels"),
    }
    steps = f"Heun's method, {model.solver_steps} steps"
    return {
        name: mean_score(
            np.linalg.norm(end - codes, axis=1) / np.float32(norm),
            f"Distance of a code sampled from N(0, I) to itself after {way}, over the mean norm of these "
            f"codes; {steps}.",
        )
        for name, (end, way) in ends.items()
    }


def factor_scores(evaluated: EvaluatedModel, names: tuple[str, ...]) -> dict[str, Score]:
    """Return disentanglement scores: mutual information gap and DCI of codes and known factors."""
    train, test, codes = evaluated.train, evaluated.test, evaluated.test_codes
    assert train.factors is not None and test.factors is not None  # noqa: S101, PT018 - the caller asks
    binned = [test.labels, *(quantile_bins(column) for column in test.factors.T)]
    listed = f"the factors kind, {', '.join(names)}"
    gap = bootstrap_score(
        lambda rows: float(mutual_information_gap(codes[rows], [factor[rows] for factor in binned]).mean()),
        n=len(test),
        n_resamples=N_FACTOR_RESAMPLES,
        protocol=f"Mutual information gap, mean over {listed}; codes and continuous factors in 20 equally "
        "filled bins.",
        of="images",
    )
    return {"mig": gap, **_forest_scores(evaluated, listed)}


def _forest_scores(evaluated: EvaluatedModel, listed: str) -> dict[str, Score]:
    """Return DCI over several seeds of the forests."""
    rows = np.random.default_rng(SEED).choice(len(evaluated.train), N_FOREST_CODES, replace=False)
    assert evaluated.train.factors is not None and evaluated.test.factors is not None  # noqa: S101, PT018
    known = [evaluated.train.labels[rows], *evaluated.train.factors[rows].T]
    held = [evaluated.test.labels, *evaluated.test.factors.T]
    found = [
        dci_scores(evaluated.train_codes[rows], known, evaluated.test_codes, held, seed=seed)
        for seed in range(SEED, SEED + N_FOREST_SEEDS)
    ]
    how = f"random forests on {N_FOREST_CODES:,} random train codes predict {listed}."
    protocols = {
        "disentanglement": f"DCI disentanglement, whether a dimension serves one factor only: {how}",
        "completeness": f"DCI completeness, whether one dimension serves a factor: {how}",
        "informativeness": f"DCI informativeness, mean over factors of accuracy or R2 on test codes: {how}",
    }
    return {
        name: score_over_seeds(
            np.array([getattr(one, name) for one in found]), n=len(held[0]), protocol=protocol
        )
        for name, protocol in protocols.items()
    }
