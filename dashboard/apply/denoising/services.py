"""One image spoilt and cleaned by every model, and how well each does that, as the study found it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.data.catalogue import Bundle, bundle_title, open_bundle
from latentcore.corruptions import CORRUPTIONS, corrupt
from latentcore.filters import FILTERS
from latentcore.metrics.reconstruction import image_mse, psnr, ssim
from latentcore.studies import StudyResult
from latentcore.types import Capability, FloatArray

NOISY = "noisy"
NOISY_TITLE = "Spoilt input"
N_STEPS = 20
"""Steps of the level, from 0 to the largest."""


@dataclass(frozen=True)
class Kind:
    """A way to spoil images, for the controls.

    Attributes
    ----------
    name, title, unit : str
    largest, usual, step : float
    """

    name: str
    title: str
    unit: str
    largest: float
    usual: float
    step: float


@dataclass(frozen=True)
class Cleaned:
    """What came of a spoilt image.

    Attributes
    ----------
    title, note : str
        `note` says what to know of the method; often empty.
    image : float32 array (c, h, w)
    psnr : float or None
        In decibels; None where the image is exactly the clean one.
    ssim : float
    """

    title: str
    note: str
    image: FloatArray
    psnr: float | None
    ssim: float


@dataclass(frozen=True)
class Best:
    """Who cleans best at a level of the study, by PSNR.

    Attributes
    ----------
    level : float
    model, filter : (str, float)
        Title and decibels of the best model among those chosen, and of the best filter.
    """

    level: float
    model: tuple[str, float]
    filter: tuple[str, float]


def kinds() -> dict[str, Kind]:
    """Return the ways to spoil images by name."""
    return {
        name: Kind(
            name, one.title, one.unit, one.levels[-1], one.levels[3], round(one.levels[-1] / N_STEPS, 4)
        )
        for name, one in CORRUPTIONS.items()
    }


def spoil(image: FloatArray, kind: str, level: float, seed: int) -> Cleaned:
    """Return the spoilt image ``(c, h, w)`` with its scores."""
    return _cleaned(NOISY_TITLE, "", image, corrupt(image[None], kind, level, seed=seed)[0])


def cleaned_by_models(
    ids: Sequence[str], image: FloatArray, spoilt: FloatArray, *, made_by: str | None = None
) -> list[Cleaned]:
    """Return what each model makes of the spoilt image, compared with the clean one.

    Where the clean one is a stand-in that a model made, its own result says so.
    """
    return [
        _cleaned(
            bundle_title(bundle_id),
            "made the stand-in, which favours it" if bundle_id == made_by else _note(open_bundle(bundle_id)),
            image,
            open_bundle(bundle_id).model.reconstruct(spoilt[None])[0],
        )
        for bundle_id in ids
    ]


def cleaned_by_filters(
    study: StudyResult, kind: str, level: float, image: FloatArray, spoilt: FloatArray
) -> list[Cleaned]:
    """Return what each filter makes of it, as strong as was best on validation at the nearest level."""
    nearest = _nearest_level(kind, level)
    found = []
    for name, one in FILTERS.items():
        strength = study.found["strengths"][kind][name][nearest] if level > 0 else 0
        note = f"strength {strength:g}" if strength else "switched off: it would do harm"
        found.append(_cleaned(one.title, note, image, one.apply(spoilt[None], strength)[0]))
    return found


def curves(study: StudyResult, kind: str, ids: Sequence[str]) -> pd.DataFrame:
    """Return the scores of the chosen models, the filters and the noisy input at every level.

    Returns
    -------
    DataFrame
        Columns ``title, group`` ("model", "filter" or "input"), ``level``, and for ``psnr`` and ``ssim`` the
        value and its ``_low`` and ``_high``. PSNR is missing where images are exact.
    """
    titles = {bundle_id.rpartition("/")[2]: bundle_title(bundle_id) for bundle_id in ids}
    titles |= {name: one.title for name, one in FILTERS.items()} | {NOISY: NOISY_TITLE}
    lines = [
        {
            "title": titles[row["method"]],
            "group": _group(row["method"]),
            "level": row["level"],
            **{
                f"{name}{end}": value
                for name in ("psnr", "ssim")
                for end, value in zip(("", "_low", "_high"), row[name], strict=True)
            },
        }
        for row in study.found["scores"][kind]
        if row["method"] in titles
    ]
    table = pd.DataFrame(lines)
    order = {title: k for k, title in enumerate(titles.values())}
    return table.sort_values(["title", "level"], key=lambda c: c.map(order) if c.name == "title" else c)


def best_at(table: pd.DataFrame, level: float) -> Best | None:
    """Return who is best at the level of the study that is nearest; None where no chosen model is in it."""
    levels = table.loc[table["group"] == "input", "level"].to_numpy()
    nearest = float(levels[np.abs(levels - level).argmin()])
    here = table[table["level"] == nearest]
    found: dict[str, tuple[str, float]] = {}
    for group in ("model", "filter"):
        own = here[here["group"] == group]
        if own.empty:
            return None
        top = int(own["psnr"].to_numpy().argmax())
        found[group] = (str(own["title"].iloc[top]), float(own["psnr"].iloc[top]))
    return Best(nearest, found["model"], found["filter"])


def _cleaned(title: str, note: str, image: FloatArray, made: FloatArray) -> Cleaned:
    error = float(image_mse(image[None], made[None])[0])
    decibels = psnr(error) if error > 0 else None
    return Cleaned(title, note, made, decibels, float(ssim(image[None], made[None])[0]))


def _note(bundle: Bundle) -> str:
    """Return what to know of a model that cleans images."""
    if bundle.spec.family == "dae":
        return "trained on Gaussian noise"
    if Capability.APPROXIMATE_DECODER in bundle.model.capabilities:
        return "approximate map back to pixels; its codes have seen labels"
    if Capability.INVERSION_ENCODER in bundle.model.capabilities:
        return "code guessed by an inversion network"
    return ""


def _group(method: str) -> str:
    return "input" if method == NOISY else "filter" if method in FILTERS else "model"


def _nearest_level(kind: str, level: float) -> int:
    return int(np.abs(np.array(CORRUPTIONS[kind].levels) - level).argmin())
