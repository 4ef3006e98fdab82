"""Settings that the host makes, in the environment or in Streamlit's secrets."""

from __future__ import annotations

import os

import streamlit as st


def host_setting(name: str) -> str | None:
    """Return a setting as text, or None where the host has not made it."""
    value = os.environ.get(name)
    if value is None and st.secrets.load_if_toml_exists():
        value = st.secrets.get(name)
    return None if value is None else str(value).strip()
