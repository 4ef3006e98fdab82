"""Corrupting one image and denoising it with models and filters.

Kinds of corruption and their levels are defined in `latentcore.corruptions`, filters in `latentcore.filters`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.data.catalogue import Bundle, bundle_title, open_bundle
from latentcore.corruptions import CORRUPTIONS, corrupt
from latentcore.filters import FILTERS
from latentcore.metrics.reconstruction import image_mse, psnr, ssim
from latentcore.studies import StudyResult
from latentcore.types import Capability, FloatArray

CORRUPTED_TITLE = "Corrupted input"
N_STEPS = 20
"""Steps of the level's slider, from 0 to the largest level."""


@dataclass(frozen=True)
class CorruptionKind:
    """A kind of corruption, and the range of its level's slider.

    Attributes
    ----------
    name, title : str
    unit : str
        What a level means.
    max_level, default_level, level_step : float
    """

    name: str
    title: str
    unit: str
    max_level: float
    default_level: float
    level_step: float


@dataclass(frozen=True)
class ScoredImage:
    """A corrupted or denoised image, compared with the clean one.

    Attributes
    ----------
    title : str
        Of the method that made it.
    note : str
        A caveat on the method; often empty.
    image : float32 array, shape (channels, height, width)
        Pixels in [0, 1].
    psnr : float or None
        In dB; None where the image equals the clean one.
    ssim : float
    """

    title: str
    note: str
    image: FloatArray
    psnr: float | None
    ssim: float


def corruption_kinds() -> dict[str, CorruptionKind]:
    """Return the kinds of corruption by name."""
    return {
        name: CorruptionKind(
            name=name,
            title=one.title,
            unit=one.unit,
            max_level=one.levels[-1],
            default_level=one.default,
            level_step=round(one.levels[-1] / N_STEPS, 4),
        )
        for name, one in CORRUPTIONS.items()
    }


def corrupt_image(image: FloatArray, kind: str, level: float, seed: int) -> ScoredImage:
    """Return the corrupted image with its scores.

    Parameters
    ----------
    image : float32 array, shape (channels, height, width)
        The clean image.
    kind : str
        Of `corruption_kinds`.
    level : float
    seed : int

    Returns
    -------
    ScoredImage
    """
    return _scored(CORRUPTED_TITLE, "", image, corrupt(image[None], kind, level, seed=seed)[0])


def denoise_with_models(
    ids: Sequence[str], clean: FloatArray, corrupted: FloatArray, *, made_by: str | None = None
) -> list[ScoredImage]:
    """Return each model's reconstruction of the corrupted image, compared with the clean one.

    Parameters
    ----------
    ids : sequence of str
        Bundles.
    clean, corrupted : float32 arrays, shape (channels, height, width)
    made_by : str, optional
        Id of the bundle whose decode the clean image is, where it is a stand-in; that bundle's result says
        so.

    Returns
    -------
    list of ScoredImage
    """
    return [
        _scored(
            bundle_title(bundle_id),
            "the stand-in is its own decode, which favours it"
            if bundle_id == made_by
            else _caveat(open_bundle(bundle_id)),
            clean,
            open_bundle(bundle_id).model.reconstruct(corrupted[None])[0],
        )
        for bundle_id in ids
    ]


def denoise_with_filters(
    study: StudyResult, kind: str, level: float, clean: FloatArray, corrupted: FloatArray
) -> list[ScoredImage]:
    """Return the output of each filter, at the strength tuned on validation images at the nearest level.

    Parameters
    ----------
    study : StudyResult
        Of denoising; it holds the tuned strengths.
    kind : str
    level : float
        0 switches the filters off.
    clean, corrupted : float32 arrays, shape (channels, height, width)

    Returns
    -------
    list of ScoredImage
    """
    levels = sorted({row["level"] for row in study.found["scores"][kind]} - {0.0})
    nearest = int(np.abs(np.array(levels) - level).argmin())
    found = []
    for name, one in FILTERS.items():
        strength = study.found["strengths"][kind][name][nearest] if level > 0 else 0
        note = f"strength {strength:g}" if strength else "off: filtering would make it worse"
        found.append(_scored(one.title, note, clean, one.apply(corrupted[None], strength)[0]))
    return found


def _scored(title: str, note: str, clean: FloatArray, image: FloatArray) -> ScoredImage:
    error = float(image_mse(clean[None], image[None])[0])
    decibels = psnr(error) if error > 0 else None
    return ScoredImage(title, note, image, decibels, float(ssim(clean[None], image[None])[0]))


def _caveat(bundle: Bundle) -> str:
    """Return what a reader should know of a model used for denoising; often nothing."""
    if Capability.DENOISING in bundle.model.capabilities:
        return "trained on Gaussian noise"
    if Capability.APPROXIMATE_DECODER in bundle.model.capabilities:
        return "approximate decoder, fitted afterwards; trained with labels"
    if Capability.INVERSION_ENCODER in bundle.model.capabilities:
        return "code from the inversion network"
    return ""
