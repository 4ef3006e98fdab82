"""Table of how each shown score was measured: value, interval, n, seed and protocol."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.compare.scores.services.scores import Measure, Row


def draw_score_details(measures: Sequence[Measure], rows: Sequence[Row]) -> None:
    """Draw the table in an expander, one line per score and model."""
    lines = [
        {
            "score": measure.title,
            "model": row.title,
            "value": format(score.value, measure.style),
            "interval": _interval_text(measure, score.interval),
            "n": f"{score.n:,}",
            "seed": "none" if score.seed is None else str(score.seed),
            "over training seeds": _seeds_text(measure, row),
            "protocol": score.protocol,
        }
        for measure in measures
        for row in rows
        if (score := row.score(measure))
    ]
    with st.expander("How each score was measured", icon=":material/straighten:"):
        st.dataframe(
            pd.DataFrame(lines),
            hide_index=True,
            column_config={"protocol": st.column_config.TextColumn(width="large")},
        )


def _interval_text(measure: Measure, interval: tuple[float, float] | None) -> str:
    return "exact" if interval is None else " to ".join(format(end, measure.style) for end in interval)


def _seeds_text(measure: Measure, row: Row) -> str:
    """Return mean and standard deviation over the recipe's training seeds; empty for fewer than two."""
    values = [float(scores[measure.name]) for scores in row.by_training_seed if measure.name in scores]
    if len(values) < 2:
        return ""
    return f"{np.mean(values):{measure.style}} ± {np.std(values, ddof=1):.1g} (n = {len(values)})"
