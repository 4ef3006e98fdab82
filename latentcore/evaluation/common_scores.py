"""Scores that every model has: of its reconstructions, its codes and the geometry of its latent space."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from latentcore.decoder_geometry import magnification_factor
from latentcore.evaluation.evaluated_model import EvaluatedModel
from latentcore.evaluation.score import SEED, Score, bootstrap_score, mean_score, psnr_score
from latentcore.geometry import linear_path, path_length
from latentcore.metrics.classification import knn_correct, probe_correct
from latentcore.metrics.neighbourhoods import (
    MIN_RATIOS,
    continuity,
    neighbour_ratios,
    neighbourhood_hit,
    trustworthiness,
    two_nn_dimension,
)
from latentcore.metrics.reconstruction import SSIM_SIGMA, image_mse, image_psnr, ssim
from latentcore.store.bundle import PLANE_DIMENSIONS
from latentcore.types import Capability, FloatArray

N_STRUCTURE, K_STRUCTURE = 2_000, 10
MIN_STRUCTURE = 2 * K_STRUCTURE + 1
"""Fewest test images for scores of neighbourhoods, whose k must be below half of them."""
N_RESAMPLES = 200
N_PATHS, N_STEPS = 200, 17
MIN_CHORD = 1e-5
"""Shorter chords are rounding errors between equal codes; between different images they exceed 0.02."""
N_MAGNIFICATION_CODES = 500


def reconstruction_scores(evaluated: EvaluatedModel) -> dict[str, Score]:
    """Return the errors of the reconstructions of test images, and of the mean image as baseline."""
    train, test = evaluated.train, evaluated.test
    errors = image_mse(test.images, evaluated.reconstructions)
    total = sum(images.sum(axis=0, dtype=np.float64) for images in train.blocks())
    mean_image = np.broadcast_to(np.asarray(total / len(train), np.float32), test.images.shape)
    return {
        "mse": mean_score(
            errors,
            "Mean squared error of the reconstruction, pixels in [0, 1]." + _approximation_note(evaluated),
        ),
        "mse_of_mean_image": mean_score(
            image_mse(test.images, mean_image),
            "The same error when every image is replaced by the mean train image.",
        ),
        "psnr": psnr_score(errors, "PSNR of the reconstruction."),
        "psnr_per_image": mean_score(
            image_psnr(test.images, evaluated.reconstructions),
            "PSNR of each reconstruction, decibels; its mean exceeds the PSNR of the mean error.",
        ),
        "ssim": mean_score(
            ssim(test.images, evaluated.reconstructions),
            f"Structural similarity of the reconstruction, Gaussian window of sigma {SSIM_SIGMA} pixels, "
            "data range 1.",
        ),
    }


def neighbour_scores(evaluated: EvaluatedModel) -> dict[str, Score]:
    """Return the k-NN accuracy of the test codes among the train codes; nothing without labels."""
    train, test = evaluated.train, evaluated.test
    if not evaluated.has_labels:
        return {}
    correct = knn_correct(evaluated.train_codes, train.labels, evaluated.test_codes, test.labels, k=5)
    protocol = (
        f"Accuracy of the 5 nearest neighbours among all {len(train):,} train codes."
        + _supervised_note(evaluated)
    )
    return {"knn_accuracy": mean_score(correct, protocol)}


def code_scores(evaluated: EvaluatedModel) -> dict[str, Score]:
    """Return linear-probe accuracy, neighbourhood preservation and intrinsic dimension of the codes.

    What needs labels, or more test images than there are, is left out.
    """
    probe = {"probe_accuracy": _probe_score(evaluated)} if evaluated.has_labels else {}
    if len(evaluated.test) < MIN_STRUCTURE:
        return probe
    hit = {"neighbourhood_hit": _hit_score(evaluated)} if evaluated.has_labels else {}
    return {**probe, **_structure_scores(evaluated), **hit, **_dimension_score(evaluated.test_codes)}


def _probe_score(evaluated: EvaluatedModel) -> Score:
    train, test = evaluated.train, evaluated.test
    return mean_score(
        probe_correct(evaluated.train_codes, train.labels, evaluated.test_codes, test.labels),
        f"Accuracy of a logistic regression on all {len(train):,} standardised train codes."
        + _supervised_note(evaluated),
    )


def _hit_score(evaluated: EvaluatedModel) -> Score:
    return mean_score(
        neighbourhood_hit(evaluated.test_codes, evaluated.test.labels, k=K_STRUCTURE),
        f"Share of the {K_STRUCTURE} nearest other test codes with the same class."
        + _supervised_note(evaluated),
    )


def _structure_scores(evaluated: EvaluatedModel) -> dict[str, Score]:
    test = evaluated.test
    n = min(N_STRUCTURE, len(test))
    rows = np.sort(np.random.default_rng(SEED).choice(len(test), n, replace=False))
    images, codes = test.images[rows], evaluated.test_codes[rows]
    within = f"among {n:,} random test images, k = {K_STRUCTURE}, distances in pixels and in codes."
    return {
        "trustworthiness": mean_score(
            trustworthiness(images, codes, k=K_STRUCTURE),
            f"How few neighbours in codes are intruders, {within}",
        ),
        "continuity": mean_score(
            continuity(images, codes, k=K_STRUCTURE), f"How few neighbours in pixels are torn away, {within}"
        ),
    }


def _dimension_score(codes: FloatArray) -> dict[str, Score]:
    """Return the intrinsic dimension; nothing if too few codes differ."""
    ratios = neighbour_ratios(codes)
    if len(ratios) < MIN_RATIOS:
        return {}
    score = bootstrap_score(
        lambda rows: two_nn_dimension(np.sort(ratios[rows])),
        n=len(ratios),
        n_resamples=N_RESAMPLES,
        protocol="Intrinsic dimension of the test codes by their two nearest neighbours (TwoNN).",
        of="the ratios of their distances",
    )
    return {"intrinsic_dimension": replace(score, n=len(codes))}


def geometry_scores(evaluated: EvaluatedModel) -> dict[str, Score]:
    """Return the path ratio of decoded straight lines, and the spread of the magnification factor in 2-D."""
    generator = np.random.default_rng(SEED)
    codes, decode = evaluated.test_codes, evaluated.model.decode
    pairs = generator.integers(0, len(codes), (N_PATHS, 2))
    ratios = []
    for start, end in codes[pairs]:
        images = decode(linear_path(start, end, N_STEPS))
        chord = path_length(images[[0, -1]])
        ratios.append(path_length(images) / chord if chord > MIN_CHORD else 1.0)
    straightness = mean_score(
        np.asarray(ratios, np.float32),
        f"Length of the decoded straight line between two random test codes over its chord, {N_STEPS} "
        "steps; 1 is straight.",
    )
    scores = {"path_ratio": straightness}
    if evaluated.model.latent_dim == PLANE_DIMENSIONS:  # in more, inactive ones would leave only noise
        chosen = codes[
            np.sort(generator.choice(len(codes), min(N_MAGNIFICATION_CODES, len(codes)), replace=False))
        ]
        scores["stretch_spread"] = _magnification_score(magnification_factor(decode, chosen))
    return scores


def _magnification_score(factors: FloatArray) -> Score:
    logs = np.log10(np.maximum(factors, 1e-12))
    return bootstrap_score(
        lambda rows: float(np.std(logs[rows])),
        n=len(logs),
        n_resamples=N_RESAMPLES,
        protocol="Standard deviation of log10 of the decoder's stretch sqrt(det J^T J) at random test codes; "
        "0 is even.",
        of="codes",
    )


def _approximation_note(evaluated: EvaluatedModel) -> str:
    if Capability.APPROXIMATE_DECODER in evaluated.model.capabilities:
        return f" The decoder is an approximate {evaluated.model.approximation}."
    if Capability.INVERSION_ENCODER in evaluated.model.capabilities:
        return " The encoder is an inversion network."
    return ""


def _supervised_note(evaluated: EvaluatedModel) -> str:
    supervised = Capability.SUPERVISED in evaluated.model.capabilities
    return " The codes have seen the train labels." if supervised else ""
