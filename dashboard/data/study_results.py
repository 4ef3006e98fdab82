"""What the studies beside the bundles found, by dataset and name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.data.catalogue import LatentcoreError, family_title
from latentcore.studies import StudyResult, read_study

__all__ = ["StudyResult", "curves_table", "model_title", "study_of", "study_or_none"]


@st.cache_resource(max_entries=16, ttl=60, show_spinner=False)
def study_of(dataset: str, name: str) -> StudyResult | None:
    """Return what a study found, or None if there is none; raises `LatentcoreError` if it is damaged."""
    return read_study(dataset, name)


def study_or_none(dataset: str, name: str) -> StudyResult | None:
    """Return what a study found, or None, for what goes without; the page says elsewhere what is wrong."""
    try:
        return study_of(dataset, name)
    except LatentcoreError:
        return None


def model_title(name: str) -> str:
    """Return the display name of a bundle by the name that studies know it by: "VAE, 16-D" for "vae-d16"."""
    family, _, latent_dim = name.rpartition("-d")
    return f"{family_title(family)}, {latent_dim}-D"


def curves_table(curves: Mapping[str, Sequence[Mapping[str, Any]]], x: str) -> pd.DataFrame:
    """Return the points of named curves, a line each: columns ``series, x, mean, low, high``.

    A point without an interval has both ends at its mean.
    """
    return pd.DataFrame(
        [
            {
                "series": series,
                "x": point[x],
                "mean": point["mean"],
                **{end: point["mean"] if point[end] is None else point[end] for end in ("low", "high")},
            }
            for series, points in curves.items()
            for point in points
        ],
        columns=["series", "x", "mean", "low", "high"],
    )
