"""Results of the studies that are stored beside the bundles, by dataset and study name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.data.catalogue import LatentcoreError, catalogue
from latentcore.studies import StudyResult, read_study, study_obstacle

__all__ = [
    "LearningPoint",
    "StudyResult",
    "curves_table",
    "model_title",
    "point_at",
    "read_points",
    "study_obstacle",
    "study_of",
    "study_or_none",
]


@dataclass(frozen=True)
class LearningPoint:
    """A point of a learning curve: accuracy at a number of labelled images per class, over seeds.

    Attributes
    ----------
    n_per_class : int
    mean : float
        Accuracy in [0, 1].
    low, high : float or None
        95% interval of the mean over seeds; None where there is one seed.
    by_seed : tuple of float
    """

    n_per_class: int
    mean: float
    low: float | None
    high: float | None
    by_seed: tuple[float, ...]


@st.cache_resource(max_entries=16, ttl=60, show_spinner=False)
def study_of(dataset: str, name: str) -> StudyResult | None:
    """Return a study's result, or None if it has not been run.

    Raises
    ------
    LatentcoreError
        If its file is damaged; the message says how to remake it.
    """
    return read_study(dataset, name)


def study_or_none(dataset: str, name: str) -> StudyResult | None:
    """Return a study's result, or None if absent or damaged; `study_or_message` shows the reason."""
    try:
        return study_of(dataset, name)
    except LatentcoreError:
        return None


def model_title(dataset: str, name: str) -> str:
    """Return the display name of a model in a study ("VAE, 16-D" for "vae-d16"), or of a space.

    A study may hold models whose bundles are gone: those go by their name.
    """
    found, model_id = catalogue(), f"{dataset}/{name}"
    spec = found.specs.get(model_id) or found.spaces.get(model_id)
    return name if spec is None else spec.title


def read_points(points: Sequence[Mapping[str, Any]], count: str) -> tuple[LearningPoint, ...]:
    """Return the points of a learning curve from a study's JSON.

    Parameters
    ----------
    points : sequence of mapping
        Each with ``mean, low, high, by_seed`` (see `latentcore.studies.repeats.over_seeds`) and the number
        of labelled images per class.
    count : str
        Key of that number.

    Returns
    -------
    tuple of LearningPoint
    """
    return tuple(
        LearningPoint(
            n_per_class=point[count],
            mean=point["mean"],
            low=point["low"],
            high=point["high"],
            by_seed=tuple(point["by_seed"]),
        )
        for point in points
    )


def point_at(points: Sequence[LearningPoint], n_per_class: int) -> LearningPoint:
    """Return the point of a learning curve at a number of labelled images per class."""
    return next(point for point in points if point.n_per_class == n_per_class)


def curves_table(curves: Mapping[str, Sequence[LearningPoint]]) -> pd.DataFrame:
    """Return learning curves as a table, one row per point: columns ``series, x, mean, low, high``.

    ``x`` is the number of labelled images per class. A point without an interval has both endpoints at its
    mean.
    """
    return pd.DataFrame(
        [
            {
                "series": series,
                "x": point.n_per_class,
                "mean": point.mean,
                "low": point.mean if point.low is None else point.low,
                "high": point.mean if point.high is None else point.high,
            }
            for series, points in curves.items()
            for point in points
        ],
        columns=["series", "x", "mean", "low", "high"],
    )
