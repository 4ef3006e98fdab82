"""Scores of spaces of items that are no column of the scoreboard, such as those of their planes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.compare.scores.services.scores import Score, space_scores
from dashboard.data.catalogue import bundle_title


def draw_other_scores(ids: Sequence[str]) -> None:
    """Draw a table with one row per score and space."""
    rows = [
        {
            "Score": name.replace("_", " ").capitalize(),
            "Space": bundle_title(space_id),
            "Value": score.value,
            "Interval": _interval(score),
            "n": score.n,
            "Measured": score.protocol,
        }
        for space_id in ids
        for name, score in space_scores(space_id).items()
    ]
    if not rows:
        return
    st.markdown("#### Other scores of these spaces")
    table = pd.DataFrame(rows).sort_values(["Score"], kind="stable")
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "Value": st.column_config.NumberColumn(format="%.3f", width=80),
            "n": st.column_config.NumberColumn(format="localized", width=70),
        },
    )


def _interval(score: Score) -> str:
    return "" if score.interval is None else f"{score.interval[0]:.3f} to {score.interval[1]:.3f}"
