"""PSNR and SSIM of models and filters at every corruption level, as the study measured them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.apply.denoising.services.denoise import CORRUPTED_TITLE
from dashboard.data.catalogue import bundle_title
from latentcore.filters import FILTERS
from latentcore.studies import StudyResult

CORRUPTED = "noisy"
"""The study's name of the corrupted input, scored without denoising."""


@dataclass(frozen=True)
class BestMethods:
    """The best model and the best filter at a level of the study, by PSNR.

    Attributes
    ----------
    level : float
    model, filter : (str, float)
        Title and PSNR in dB of the best of the chosen models, and of the best filter.
    """

    level: float
    model: tuple[str, float]
    filter: tuple[str, float]


def missing_models(study: StudyResult, names: Sequence[str]) -> list[str]:
    """Return the chosen models that the study does not hold."""
    return [name for name in names if name not in study.found["methods"]]


def score_table(study: StudyResult, kind: str, ids: Sequence[str]) -> pd.DataFrame:
    """Return the scores of the chosen models, the filters and the corrupted input at every level.

    Parameters
    ----------
    study : StudyResult
        Of denoising.
    kind : str
        Of corruption.
    ids : sequence of str
        Bundles.

    Returns
    -------
    DataFrame
        One row per method and level: ``title, group`` ("model", "filter" or "input"), ``level``, and for
        ``psnr`` and ``ssim`` the value and its ``_low`` and ``_high``. PSNR is missing where images are
        exact.
    """
    titles = {bundle_id.rpartition("/")[2]: bundle_title(bundle_id) for bundle_id in ids}
    titles |= {name: one.title for name, one in FILTERS.items()} | {CORRUPTED: CORRUPTED_TITLE}
    rows = [
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
    table = pd.DataFrame(rows)
    order = {title: k for k, title in enumerate(titles.values())}
    return table.sort_values(["title", "level"], key=lambda c: c.map(order) if c.name == "title" else c)


def best_methods(table: pd.DataFrame, level: float) -> BestMethods | None:
    """Return the best model and filter at the nearest level of the study; None if it has no chosen model."""
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
    return BestMethods(nearest, found["model"], found["filter"])


def _group(method: str) -> str:
    return "input" if method == CORRUPTED else "filter" if method in FILTERS else "model"
