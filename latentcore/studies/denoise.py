"""The denoising study: every bundle and classical filters on corrupted images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.corruptions import CORRUPTIONS, corrupt
from latentcore.datasets import load_dataset
from latentcore.filters import FILTERS, Filter
from latentcore.metrics.reconstruction import bootstrap_interval, image_mse, psnr, ssim
from latentcore.store import list_bundles, load_bundle
from latentcore.types import FloatArray

N_TEST, N_VALIDATION, SEED = 1_000, 200, 0
VALIDATION_SHARE = 0.1
NOISY = "noisy"

PROTOCOL = (
    f"{N_TEST:,} random test images (all, if there are fewer), spoilt with seed {SEED}; every model decodes "
    "the code of the spoilt image. PSNR is that of the mean squared error over all images, in decibels; SSIM "
    "has a Gaussian window of sigma 1.5 and data range 1, mean over images; 95% bootstrap intervals over "
    f"images, 1,000 resamples. The strength of each filter has the lowest error on {N_VALIDATION} images "
    "held out of train, for each kind and level. At level 0 the models meet clean images, which the noisy "
    "input and the filters return exactly: they have no PSNR there."
)


def denoising(dataset: str, root: Path, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Return the scores of every bundle and filter at every level of every corruption.

    Parameters
    ----------
    dataset : str
    root : Path
        Models folder.
    on_stage : callable
        Receives the title of each corruption.

    Returns
    -------
    dict
        ``n``, ``methods`` (names: the bundles, the filters, "noisy"), ``strengths`` (by kind and filter, one
        per level), and ``scores`` (by kind, a list of ``method, level, psnr, ssim``, the last two
        ``[value, low, high]``).
    """
    images = _random_images(load_dataset(dataset, "test").images, N_TEST)
    _, known = load_dataset(dataset, "train").holdout(VALIDATION_SHARE, seed=SEED)
    validation = _random_images(known.images, N_VALIDATION)
    models = {
        spec.name: load_bundle(spec.id, root).model for spec in list_bundles(root) if spec.dataset == dataset
    }
    scores: dict[str, list[dict[str, Any]]] = {}
    strengths: dict[str, dict[str, list[float]]] = {}
    clean = [_score(name, 0.0, images, model.reconstruct(images)) for name, model in models.items()]
    for kind, corruption in CORRUPTIONS.items():
        on_stage(corruption.title)
        scores[kind] = list(clean)
        strengths[kind] = {name: [] for name in FILTERS}
        for level in corruption.levels:
            corrupted = corrupt(images, kind, level, seed=SEED)
            corrupted_validation = corrupt(validation, kind, level, seed=SEED + 1)
            scores[kind].append(_score(NOISY, level, images, corrupted))
            for name, model in models.items():
                scores[kind].append(_score(name, level, images, model.reconstruct(corrupted)))
            for name, one in FILTERS.items():
                strength = best_strength(one, validation, corrupted_validation)
                strengths[kind][name].append(strength)
                scores[kind].append(_score(name, level, images, one.apply(corrupted, strength)))
    return {
        "n": len(images),
        "methods": [*models, *FILTERS, NOISY],
        "strengths": strengths,
        "scores": scores,
    }


def best_strength(one: Filter, clean: FloatArray, corrupted: FloatArray) -> float:
    """Return the strength with the lowest error against the clean images; the weakest of equals.

    Parameters
    ----------
    one : Filter
    clean, corrupted : float32 arrays, shape (n, channels, height, width)
    """
    errors = [float(image_mse(clean, one.apply(corrupted, strength)).mean()) for strength in one.strengths]
    return one.strengths[int(np.argmin(errors))]


def _random_images(images: FloatArray, n: int) -> FloatArray:
    chosen: FloatArray = images[np.sort(np.random.default_rng(SEED).permutation(len(images))[:n])]
    return chosen


def _score(method: str, level: float, images: FloatArray, cleaned: FloatArray) -> dict[str, Any]:
    errors, similarity = image_mse(images, cleaned), ssim(images, cleaned)
    both = np.stack([errors, similarity], axis=1)
    low, high = bootstrap_interval(both, seed=SEED)
    mean = both.mean(axis=0, dtype=np.float64)
    return {
        "method": method,
        "level": level,
        "psnr": [round(psnr(float(value)), 3) for value in (mean[0], high[0], low[0])],
        "ssim": [round(float(value), 4) for value in (mean[1], low[1], high[1])],
    }
