"""The dataset that was just added: what was decided, its images, its classes, and what was left out."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.upload_rules import UploadRules
from dashboard.your_data.add_form import forget_outcome
from dashboard.your_data.next_step import next_step
from dashboard.your_data.pictures import class_bars, draw_image_grid, facts
from dashboard.your_data.services.adding import Outcome
from dashboard.your_data.services.known import KnownDataset
from dashboard.your_data.text_list import text_list

MAX_LISTED = 20
"""Problems that are shown; the others are counted."""


def added_dataset(outcome: Outcome, dataset: KnownDataset, rules: UploadRules) -> None:
    """Draw what was added."""
    title = state.escape_markdown(dataset.title)
    st.success(f"**{title}** was added: {facts(dataset)}.", icon=":material/check:")
    left, right = st.columns([1, 1.25], gap="large")
    with left:
        st.markdown("**What was decided**")
        text_list(dataset.notes)
        next_step(dataset, rules)
        st.button("Add another dataset", icon=":material/add:", on_click=forget_outcome)
        _problems(outcome, dataset)
    with right:
        of_class = " of each class" if dataset.classes else ""
        st.markdown(f"**Random images{of_class}, as the models will see them**")
        draw_image_grid(dataset, 16, 8, 42)
        if dataset.classes:
            st.markdown("**Images per class**")
            class_bars(dataset)


def _problems(outcome: Outcome, dataset: KnownDataset) -> None:
    problems = outcome.problems
    if not problems:
        return
    st.markdown(f"**{len(problems):,} {'file was' if len(problems) == 1 else 'files were'} left out**")
    text_list(problems[:MAX_LISTED])
    if len(problems) > MAX_LISTED:
        st.caption(f"And {len(problems) - MAX_LISTED:,} more.")
        st.download_button(
            "Download the list",
            "\n".join(problems),
            f"{dataset.name}-left-out.txt",
            "text/plain",
            icon=":material/download:",
            on_click="ignore",
        )
