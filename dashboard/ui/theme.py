"""The visitor's colour theme."""

from __future__ import annotations

import streamlit as st


def is_dark() -> bool:
    """Return whether the page's background is dark."""
    return st.context.theme.type == "dark"
