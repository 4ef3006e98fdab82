"""What the server does before it is asked: imports for the first page, then, while it is idle, the rest."""

from __future__ import annotations

import pkgutil
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
"""What makes something before it is asked for, by module."""
IDLE_SECONDS = 1.5
"""No page was drawn for so long before the next thing is prepared."""
PATIENCE = 60.0
"""Seconds after which datasets are fetched though pages are drawn all the time."""


_importing = threading.RLock()


def import_first() -> None:
    """Import what the first page needs, in one thread: two would find each other's packages half made."""
    with _importing:
        for name in FIRST_MAP:
            import_module(name)


@asynccontextmanager
async def warm_up(_app: st.App) -> AsyncGenerator[None]:
    """Import what the first page needs beside the server's own start, instead of in the first session."""
    threading.Thread(target=_prepare_all, name="warm up", daemon=True).start()
    yield


def _prepare_all() -> None:
    with _importing:  # no page offers to fetch what will be fetched
        import_first()
        waiting = import_module("dashboard.data.images.fetching").enter_wanted()
    runtime = import_module("dashboard.server.process")
    runtime.prepare()
    if waiting:
        threading.Thread(target=_fetch, args=(waiting,), name="fetch", daemon=True).start()
    for name in [*LATER, *_modules_of_pages()]:
        runtime.import_when_idle(name, IDLE_SECONDS)
    for module, prepare in PREPARED.items():
        runtime.wait_until_idle(IDLE_SECONDS)
        getattr(import_module(module), prepare)()


def _modules_of_pages() -> list[str]:
    """Return the modules that pages import; a page itself is a script that Streamlit runs."""
    dashboard = import_module("dashboard")
    found = pkgutil.walk_packages(dashboard.__path__, "dashboard.")
    return [one.name for one in found if one.name.rpartition(".")[2] not in ("app", "page")]


def _fetch(waiting: dict[str, Any]) -> None:
    """Fetch the datasets that the host wants; importing and unpacking would delay the first pages."""
    import_module("dashboard.server.process").wait_until_idle(IDLE_SECONDS, at_most=PATIENCE)
    import_module("dashboard.data.images.fetching").fetch_in_turn(waiting)
