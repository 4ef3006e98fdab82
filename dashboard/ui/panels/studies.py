"""Results of studies, or why there are none."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import LatentcoreError
from dashboard.data.study_results import StudyResult, study_obstacle, study_of

SLOW = dict.fromkeys(
    ("synthesis", "anomaly"),
    " It trains many models: minutes for small images, an hour or more for 64x64 pixels in colour.",
)
"""What is added to the commands of studies that take long, by name."""


def study_or_message(dataset: str, name: str) -> StudyResult | None:
    """Return the result of a study, or show why there is none."""
    try:
        found = study_of(dataset, name)
    except LatentcoreError as error:
        st.error(str(error), icon=":material/error:")
        return None
    if found is None:
        obstacle = study_obstacle(name, dataset)
        st.info(
            state.escape_markdown(f"This cannot be measured here. {obstacle}")
            if obstacle
            else f"This has not been measured yet. Run `latentcore study {name} {dataset}`."
            + SLOW.get(name, ""),
            icon=":material/info:",
        )
    return found
