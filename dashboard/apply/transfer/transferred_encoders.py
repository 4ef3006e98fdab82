"""Encoders carried to another dataset: owns the name "labels"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.apply.transfer.services import Carried, carried
from dashboard.data.catalogue import dataset_title

DEFAULT = 10


def chosen_labels(found: Mapping[str, Any]) -> int:
    """Return the valid choice of labels a class."""
    options = [str(n) for n in found["n_labels"]]
    default = str(DEFAULT) if str(DEFAULT) in options else options[-1]
    return int(state.choose("labels", options, default, "number of labels"))


def pick_labels(found: Mapping[str, Any], n_labels: int) -> None:
    """Draw the choice of labels a class that sentences and table speak of."""
    st.segmented_control(
        "Labels a class",
        found["n_labels"],
        required=True,
        help="How many labelled images of each class the probe learns from.",
        **state.bind("pick_labels", n_labels, _take),
    )


def carried_table(found: Mapping[str, Any], dataset: str, n_labels: int) -> None:
    """Draw the table, and say where it helps."""
    here = dataset_title(dataset)
    st.markdown(f"#### Trained elsewhere, probed on {here}")
    rows = carried(found, dataset, n_labels)
    if not rows:
        st.info(f"No model of another dataset takes images of the size of {here}.", icon=":material/info:")
        return
    st.markdown(_summary(rows, n_labels))
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Encoder": row.encoder,
                    "Trained on": row.trained_on,
                    "Accuracy": 100 * row.accuracy,
                    "Trained here": None if row.home is None else 100 * row.home,
                    "Random encoder": 100 * row.random,
                    "Pixels": 100 * row.pixels,
                    "Minus pixels, points": row.over_pixels.text,
                    "Minus random, points": row.over_random.text,
                    "Verdict": row.verdict,
                }
                for row in rows
            ]
        ),
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.1f%%")
            for name in ("Accuracy", "Trained here", "Random encoder", "Pixels")
        },
        key="carried",
    )
    st.caption(
        "Points are percentage points, seed by seed, with the 95% interval of their mean; a difference is "
        "clear where the interval leaves out zero. A random encoder has the same design, untrained."
    )


def _summary(rows: list[Carried], n_labels: int) -> str:
    helping = [row for row in rows if row.verdict.startswith("helps")]
    useless = [row for row in rows if row.over_random.sign <= 0]
    said = f"With {n_labels} label{'s' * (n_labels > 1)} a class, "
    if helping:
        said += "transfer beats pixels for " + ", ".join(_named(row) for row in helping)
        said += f" ({len(helping)} of {len(rows)})." if len(rows) > 1 else "."
    else:
        said += "no encoder from elsewhere beats raw pixels."
    if useless:
        return f"{said} No better than random: {', '.join(_named(row) for row in useless)}."
    return f"{said} All of them beat a random encoder."


def _named(row: Carried) -> str:
    return f"{row.encoder} from {row.trained_on}"


def _take() -> None:
    state.put("labels", str(state.widget("pick_labels")))
