"""What the studies beside the bundles found, by dataset and name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.services.catalogue import LatentcoreError, family_title
from latentcore.studies import StudyResult, read_study


@st.cache_resource(max_entries=16, ttl=60, show_spinner=False)
def study_of(dataset: str, name: str) -> StudyResult | str:
    """Return what a study found, or in one sentence why there is nothing to show."""
    try:
        found = read_study(dataset, name)
    except LatentcoreError as error:
        return str(error)
    return found or f"This was not measured yet. Run `latentcore study {name} {dataset}`."


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
