"""Warm-up: imports for the first page at start, then, while idle, imports and caches for the others."""

from __future__ import annotations

import pkgutil
import sys
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import streamlit as st

FIRST_MAP = (
    "dashboard.navigation",
    "dashboard.explore.latent_map",
    "dashboard.explore.decode_panel",
    "dashboard.explore.downloads",
)
"""Modules that bring what the first map needs: torch, pandas, altair."""
LATER = ("scipy.ndimage", "scipy.spatial", "scipy.special")
"""Libraries that several pages import when they first need them."""
PREPARED = {
    "dashboard.overview.maps": "prepare_front",
    "dashboard.ui.model_set": "prepare_models",
}
"""Functions that fill caches for the first dataset, by module."""
SWEEPING = "dashboard.data.sweeping"
IDLE_SECONDS = 1.5
"""The next item is prepared once no page has been drawn for this long."""
PATIENCE = 60.0
"""Datasets are downloaded after this many seconds even if pages are being drawn all the time."""


_importing = threading.RLock()


def import_first() -> None:
    """Import what the first page needs under a lock: two threads would see partially initialised packages."""
    with _importing:
        for name in FIRST_MAP:
            import_module(name)


@asynccontextmanager
async def warm_up(_app: st.App) -> AsyncGenerator[None]:
    """Start the warm-up in a thread when the server starts (an ASGI lifespan), not in the first session."""
    threading.Thread(target=_prepare_all, name="warm up", daemon=True).start()
    yield
    if SWEEPING in sys.modules:
        sys.modules[SWEEPING].remove_all_of_this_server()


def _prepare_all() -> None:
    with _importing:  # entered before any page is drawn, so that no page offers the same download
        import_first()
        waiting = import_module("dashboard.data.images.fetching").enter_wanted()
    process = import_module("dashboard.server.process")
    process.prepare()
    sweep = import_module(SWEEPING).sweep_forever
    threading.Thread(target=sweep, name="sweep", daemon=True).start()
    if waiting:
        threading.Thread(target=_fetch, args=(waiting,), name="fetch", daemon=True).start()
    for name in [*LATER, *_modules_of_pages()]:
        process.import_when_idle(name, IDLE_SECONDS)
    for module, prepare in PREPARED.items():
        process.wait_until_idle(IDLE_SECONDS)
        getattr(import_module(module), prepare)()


def _modules_of_pages() -> list[str]:
    """Return the names of the modules that pages import; `page` modules are scripts that Streamlit runs."""
    dashboard = import_module("dashboard")
    found = pkgutil.walk_packages(dashboard.__path__, "dashboard.")
    return [one.name for one in found if one.name.rpartition(".")[2] not in ("app", "page")]


def _fetch(waiting: dict[str, Any]) -> None:
    """Download the datasets that the host names, once idle: unpacking would delay the first pages."""
    import_module("dashboard.server.process").wait_until_idle(IDLE_SECONDS, at_most=PATIENCE)
    import_module("dashboard.data.images.fetching").fetch_in_turn(waiting)
