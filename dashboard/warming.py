"""What the server does before it is asked: imports for the first page, then, while it is idle, the rest."""

from __future__ import annotations

import pkgutil
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
LATER = ("scipy.ndimage", "scipy.spatial", "scipy.special")
"""Libraries that several pages import when they first need them."""
IDLE_SECONDS = 1.5
"""No page was drawn for so long before the next thing is prepared."""


@asynccontextmanager
async def warm_up(_app: st.App) -> AsyncGenerator[None]:
    """Import what the first page needs beside the server's own start, instead of in the first session."""
    threading.Thread(target=_prepare_all, name="warm up", daemon=True).start()
    yield


def _prepare_all() -> None:
    for name in FIRST_MAP:
        import_module(name)
    runtime = import_module("dashboard.services.runtime")
    runtime.prepare()
    components = import_module("dashboard.components")
    modules = [f"dashboard.components.{found.name}" for found in pkgutil.iter_modules(components.__path__)]
    for name in [*LATER, *modules]:
        runtime.wait_until_idle(IDLE_SECONDS)
        import_module(name)
    runtime.wait_until_idle(IDLE_SECONDS)
    import_module("dashboard.components.front_maps").prepare_front()
