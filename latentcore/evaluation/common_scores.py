"""Scores that every model has: of its reconstructions, of its codes, and of the space between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from latentcore.evaluation.evaluated_model import Subject
from latentcore.evaluation.score import SEED, Score, mean_score, psnr_score, resampled_score
from latentcore.geometry import decoder_stretch, linear_path, path_length
from latentcore.metrics.classification import knn_correct, probe_correct
from latentcore.metrics.neighbourhoods import (
    continuity,
    neighbour_ratios,
    neighbourhood_hit,
    trustworthiness,
    two_nn_dimension,
)
from latentcore.metrics.reconstruction import SSIM_SIGMA, image_mse, image_psnr, ssim
from latentcore.types import Capability, FloatArray

N_STRUCTURE, K_STRUCTURE = 2_000, 10
N_RESAMPLES = 200
N_PATHS, N_STEPS = 200, 17
NO_LENGTH = 1e-5
"""A chord up to here is rounding: both ends are one code. Between two images it is 0.02 and more."""
N_STRETCHED = 500
FLAT = 2
"""The stretch of a volume is measured where codes are a plane: dead dimensions would leave noise."""


def reconstruction_scores(subject: Subject) -> dict[str, Score]:
    """Return the errors of the reconstructions of test images, and that of the mean image."""
    train, test = subject.train, subject.test
    errors = image_mse(test.images, subject.reconstructions)
    mean_image = np.broadcast_to(train.images.mean(axis=0), test.images.shape)
    return {
        "mse": mean_score(
            errors, "Mean squared error of the reconstruction, pixels in [0, 1]." + _note(subject)
        ),
        "mse_of_mean_image": mean_score(
            image_mse(test.images, mean_image),
            "The same error when every image is replaced by the mean train image.",
        ),
        "psnr": psnr_score(errors, "PSNR of the reconstruction."),
        "psnr_per_image": mean_score(
            image_psnr(test.images, subject.reconstructions),
            "PSNR of each reconstruction, decibels; its mean exceeds the PSNR of the mean error.",
        ),
        "ssim": mean_score(
            ssim(test.images, subject.reconstructions),
            f"Structural similarity of the reconstruction, Gaussian window of sigma {SSIM_SIGMA} pixels, "
            "data range 1.",
        ),
    }


def neighbour_scores(subject: Subject) -> dict[str, Score]:
    """Return the accuracy of the nearest train codes."""
    train, test = subject.train, subject.test
    correct = knn_correct(subject.train_codes, train.labels, subject.test_codes, test.labels, k=5)
    protocol = f"Accuracy of the 5 nearest neighbours among all {len(train):,} train codes." + _seen(subject)
    return {"knn_accuracy": mean_score(correct, protocol)}


def code_scores(subject: Subject) -> dict[str, Score]:
    """Return what the codes keep of classes and of neighbourhoods, and how many dimensions they fill."""
    train, test = subject.train, subject.test
    probed = probe_correct(subject.train_codes, train.labels, subject.test_codes, test.labels)
    n = min(N_STRUCTURE, len(test))
    rows = np.sort(np.random.default_rng(SEED).choice(len(test), n, replace=False))
    images, codes = test.images[rows], subject.test_codes[rows]
    within = f"among {n:,} random test images, k = {K_STRUCTURE}, distances in pixels and in codes."
    hit = neighbourhood_hit(subject.test_codes, test.labels, k=K_STRUCTURE)
    return {
        "probe_accuracy": mean_score(
            probed,
            f"Accuracy of a logistic regression on all {len(train):,} standardised train codes."
            + _seen(subject),
        ),
        "trustworthiness": mean_score(
            trustworthiness(images, codes, k=K_STRUCTURE),
            f"How few neighbours in codes are intruders, {within}",
        ),
        "continuity": mean_score(
            continuity(images, codes, k=K_STRUCTURE), f"How few neighbours in pixels are torn away, {within}"
        ),
        "neighbourhood_hit": mean_score(
            hit, f"Share of the {K_STRUCTURE} nearest other test codes with the same class." + _seen(subject)
        ),
        "intrinsic_dimension": _dimension_score(subject.test_codes),
    }


def _dimension_score(codes: FloatArray) -> Score:
    ratios = neighbour_ratios(codes)
    score = resampled_score(
        lambda rows: two_nn_dimension(np.sort(ratios[rows])),
        n=len(ratios),
        n_resamples=N_RESAMPLES,
        protocol="Intrinsic dimension of the test codes by their two nearest neighbours (TwoNN).",
        of="the ratios of their distances",
    )
    return replace(score, n=len(codes))


def geometry_scores(subject: Subject) -> dict[str, Score]:
    """Return how far decoded straight lines wander, and how unevenly a decoder stretches a plane."""
    generator = np.random.default_rng(SEED)
    codes, decode = subject.test_codes, subject.model.decode
    pairs = generator.integers(0, len(codes), (N_PATHS, 2))
    ratios = []
    for start, end in codes[pairs]:
        images = decode(linear_path(start, end, N_STEPS))
        chord = path_length(images[[0, -1]])
        ratios.append(path_length(images) / chord if chord > NO_LENGTH else 1.0)
    straightness = mean_score(
        np.asarray(ratios, np.float32),
        f"Length of the decoded straight line between two random test codes over its chord, {N_STEPS} "
        "steps; 1 is straight.",
    )
    scores = {"path_ratio": straightness}
    if subject.model.latent_dim == FLAT:
        chosen = codes[np.sort(generator.choice(len(codes), min(N_STRETCHED, len(codes)), replace=False))]
        scores["stretch_spread"] = _stretch_score(decoder_stretch(decode, chosen))
    return scores


def _stretch_score(stretch: FloatArray) -> Score:
    logs = np.log10(np.maximum(stretch, 1e-12))
    return resampled_score(
        lambda rows: float(np.std(logs[rows])),
        n=len(logs),
        n_resamples=N_RESAMPLES,
        protocol="Standard deviation of log10 of the decoder's stretch sqrt(det J^T J) at random test codes; "
        "0 is even.",
        of="codes",
    )


def _note(subject: Subject) -> str:
    if Capability.APPROXIMATE_DECODER in subject.model.capabilities:
        return " The decoder is an approximate least-squares map back."
    if Capability.INVERSION_ENCODER in subject.model.capabilities:
        return " The encoder is an inversion network."
    return ""


def _seen(subject: Subject) -> str:
    supervised = Capability.SUPERVISED in subject.model.capabilities
    return " The codes have seen the train labels." if supervised else ""
