"""The scores of the chosen models, column by column."""

from __future__ import annotations

import streamlit as st


def scoreboard(ids: list[str]) -> None:
    """Draw the scoreboard of bundles."""
    with st.container(key="scoreboard"):
        st.write(ids)
