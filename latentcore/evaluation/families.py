"""Scores of reconstruction and of codes: those that every model has, and those of one family."""

from __future__ import annotations

import numpy as np
import torch

from latentcore.datasets import Dataset
from latentcore.evaluation.score import SEED, Score, exact_score, mean_score
from latentcore.metrics.factors import mutual_information_gap, quantile_bins
from latentcore.metrics.reconstruction import bootstrap_interval, image_mse, psnr
from latentcore.metrics.structure import knn_correct
from latentcore.models import LatentModel
from latentcore.models.autoencoder import DenoisingAutoencoderModel
from latentcore.models.gan import GANModel
from latentcore.models.pca import PCAModel
from latentcore.models.vae import ACTIVE_VARIANCE, VAEModel, kl_to_standard_normal
from latentcore.types import Capability, FloatArray

N_LIKELIHOOD, N_IMPORTANCE = 1000, 200
N_REFINED, REFINE_STEPS = 1000, 150
NOISE = 0.5
N_ACTIVE_RESAMPLES = 200


def common_scores(model: LatentModel, train: Dataset, test: Dataset) -> dict[str, Score]:
    """Return the reconstruction error, that of the mean image, and the accuracy of neighbours."""
    note = ""
    if Capability.APPROXIMATE_DECODER in model.capabilities:
        note = " The decoder is an approximate least-squares map back."
    if Capability.INVERSION_ENCODER in model.capabilities:
        note = " The encoder is an inversion network."
    errors = image_mse(test.images, model.reconstruct(test.images))
    mean_image = np.broadcast_to(train.images.mean(axis=0), test.images.shape)
    correct = knn_correct(
        model.encode(train.images), train.labels, model.encode(test.images), test.labels, k=5
    )
    seen = " The codes have seen the train labels." if Capability.SUPERVISED in model.capabilities else ""
    return {
        "mse": mean_score(errors, "Mean squared error of the reconstruction, pixels in [0, 1]." + note),
        "mse_of_mean_image": mean_score(
            image_mse(test.images, mean_image),
            "The same error when every image is replaced by the mean train image.",
        ),
        "knn_accuracy": mean_score(
            correct, f"Accuracy of the 5 nearest neighbours among all {len(train):,} train codes." + seen
        ),
    }


def pca_scores(model: PCAModel, train: Dataset) -> dict[str, Score]:
    """Return the explained variance."""
    return {
        "explained_variance_ratio": exact_score(
            model.explained_variance_ratio_,
            n=len(train),
            protocol="Share of the train images' variance on each component.",
        )
    }


def vae_scores(model: VAEModel, test: Dataset) -> dict[str, Score]:
    """Return what is known of the posterior, and the bounds on the likelihood."""
    mean, deviation = model.posterior(test.images)
    kl = kl_to_standard_normal(torch.from_numpy(mean), 2 * torch.from_numpy(deviation).log()).numpy()
    chosen = random_part(test, N_LIKELIHOOD)
    binarised = "pixels binarised with p = pixel"
    return {
        "active_units": _active_units(mean),
        "code_mean": mean_score(mean, "Mean of the posterior means, each dimension."),
        "code_std": exact_score(
            mean.std(axis=0),
            n=len(test),
            protocol="Standard deviation of the posterior means of test images.",
        ),
        "kl": mean_score(kl, "KL divergence of the posterior from N(0, 1) in each dimension, nats."),
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
    def count(rows: FloatArray) -> float:
        return float((rows.var(axis=0) > ACTIVE_VARIANCE).sum())

    generator = np.random.default_rng(SEED)
    counts = [count(mean[generator.integers(0, len(mean), len(mean))]) for _ in range(N_ACTIVE_RESAMPLES)]
    low, high = np.quantile(counts, [0.025, 0.975])
    return Score(
        value=count(mean),
        n=len(mean),
        seed=SEED,
        interval=(float(low), float(high)),
        protocol=f"Dimensions whose posterior mean has a variance above {ACTIVE_VARIANCE} on test. "
        f"95% bootstrap interval over images, {N_ACTIVE_RESAMPLES} resamples.",
    )


def inversion_scores(model: GANModel, test: Dataset) -> dict[str, Score]:
    """Return the reconstruction error after the codes were refined by gradient steps."""
    chosen = random_part(test, N_REFINED)
    codes = model.refine(chosen.images, model.encode(chosen.images), n_steps=REFINE_STEPS)
    return {
        "mse_refined": mean_score(
            image_mse(chosen.images, model.decode(codes)),
            f"Mean squared error of the reconstruction after {REFINE_STEPS} gradient steps on the code, from "
            "the inversion network's on, random test images.",
        )
    }


def denoising_scores(model: DenoisingAutoencoderModel, test: Dataset) -> dict[str, Score]:
    """Return the PSNR of cleaned images, and that of the noisy ones."""
    noise = np.random.default_rng(SEED).standard_normal(test.images.shape, dtype=np.float32)
    noisy = np.clip(test.images + np.float32(NOISE) * noise, 0, 1)
    how = f"Gaussian noise of sigma {NOISE}, clipped to [0, 1]"
    return {
        "denoised_psnr": _psnr_score(
            image_mse(test.images, model.reconstruct(noisy)),
            f"PSNR of the reconstruction of images with {how}.",
        ),
        "noisy_psnr": _psnr_score(image_mse(test.images, noisy), f"PSNR of the images with {how}."),
    }


def _psnr_score(errors: FloatArray, what: str) -> Score:
    low, high = bootstrap_interval(errors, seed=SEED)
    return Score(
        value=psnr(float(errors.mean(dtype=np.float64))),
        n=len(errors),
        seed=SEED,
        interval=(psnr(float(high)), psnr(float(low))),
        protocol=f"{what} -10 log10 of the mean squared error over all images, decibels; 95% bootstrap "
        "interval over images, 1,000 resamples.",
    )


def factor_scores(model: LatentModel, test: Dataset, names: tuple[str, ...]) -> dict[str, Score]:
    """Return the mutual information gap of codes and the factors that the images were drawn from."""
    assert test.factors is not None  # noqa: S101 - the caller asks for datasets that have them
    factors = [test.labels, *(quantile_bins(column) for column in test.factors.T)]
    codes = model.encode(test.images)
    generator = np.random.default_rng(SEED)
    resampled = []
    for _ in range(50):
        rows = generator.integers(0, len(test), len(test))
        resampled.append(float(mutual_information_gap(codes[rows], [f[rows] for f in factors]).mean()))
    low, high = np.quantile(resampled, [0.025, 0.975])
    return {
        "mig": Score(
            value=float(mutual_information_gap(codes, factors).mean()),
            n=len(test),
            seed=SEED,
            interval=(float(low), float(high)),
            protocol=f"Mutual information gap, mean over the factors kind, {', '.join(names)}; codes and "
            "continuous factors in 20 equally filled bins. 95% bootstrap interval over images, 50 resamples.",
        )
    }


def random_part(dataset: Dataset, n: int) -> Dataset:
    """Return `n` seeded random images; all of them if there are no more."""
    if n >= len(dataset):
        return dataset
    rows = np.random.default_rng(SEED).choice(len(dataset), n, replace=False)
    return dataset.take(np.sort(rows))
