"""What the server does while the first visitor's browser is still loading."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module

import streamlit as st

FIRST_MAP = (
    "dashboard.components.latent_map",
    "dashboard.components.decode_panel",
    "dashboard.components.downloads",
)
"""Modules that bring what the first map needs: torch, pandas, altair."""


@asynccontextmanager
async def warm_up(_app: st.App) -> AsyncGenerator[None]:
    """Import what the first page needs beside the server's own start, instead of in the first session."""
    threading.Thread(target=_import_and_prepare, name="warm up", daemon=True).start()
    yield


def _import_and_prepare() -> None:
    for name in FIRST_MAP:
        import_module(name)
    import_module("dashboard.services.runtime").prepare()
