"""How each shown score was measured, in full."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.compare.scores.services.scores import Measure, Row


def score_details(measures: Sequence[Measure], rows: Sequence[Row]) -> None:
    """Draw, folded away, one line a score: value, interval, n, seed and protocol."""
    lines = [
        {
            "score": measure.title,
            "model": row.title,
            "value": format(cell.value, measure.style),
            "interval": _interval(measure, cell.interval),
            "n": f"{cell.n:,}",
            "seed": "none" if cell.seed is None else str(cell.seed),
            "other training seeds": _over_seeds(measure, row),
            "how": cell.protocol,
        }
        for measure in measures
        for row in rows
        if (cell := row.cells[measure.name]).value is not None
    ]
    with st.expander("How each score was measured", icon=":material/straighten:"):
        st.dataframe(
            pd.DataFrame(lines),
            hide_index=True,
            column_config={"how": st.column_config.TextColumn(width="large")},
        )


def _interval(measure: Measure, interval: tuple[float, float] | None) -> str:
    return "exact" if interval is None else " to ".join(format(end, measure.style) for end in interval)


def _over_seeds(measure: Measure, row: Row) -> str:
    """Return mean and standard deviation over the recipe's training seeds, where there are several."""
    values = [float(seed[measure.name]) for seed in row.seeds if measure.name in seed]
    if len(values) < 2:
        return ""
    return f"{np.mean(values):{measure.style}} ± {np.std(values, ddof=1):.1g} over {len(values)}"
