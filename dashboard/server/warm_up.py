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
    "dashboard.compare.maps.section": "prepare_linked_maps",
}
"""Functions that fill caches for one dataset, by module: what takes longest when a page is first opened."""
N_DATASETS = 5
"""For so many datasets, as many as those caches hold."""
SWEEPING = "dashboard.data.sweeping"
IDLE_SECONDS = 1.5
"""The next item is prepared once no page has been drawn for this long."""
SHORTLY_IDLE = 0.1
"""What these caches need is imported once no page has been drawn for this many seconds."""
PICTURES_PATIENCE = 3.0
"""Each cache is filled after this many seconds even if pages are being drawn all the time: in a meeting the
server is never idle, and most of the work does not hold Python's lock."""
PATIENCE = 60.0
"""Datasets are downloaded, and what visitors left is removed, after this many seconds even if pages are being
drawn all the time."""


_importing = threading.RLock()
_stopping = threading.Event()
"""The server ends: a thread that still decodes while Python is finalised would abort the process."""


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
    _stopping.set()
    if SWEEPING in sys.modules:
        sys.modules[SWEEPING].remove_all_of_this_server()


def _prepare_all() -> None:
    with _importing:  # entered before any page is drawn, so that no page offers the same download
        import_first()
        waiting = import_module("dashboard.data.images.fetching").enter_wanted()
    process = import_module("dashboard.server.process")
    process.prepare()
    threading.Thread(target=_sweep, name="sweep", daemon=True).start()
    if waiting:
        threading.Thread(target=_fetch, args=(waiting,), name="fetch", daemon=True).start()
    threading.Thread(target=_fill_caches, name="fill caches").start()
    for name in [*LATER, *_modules_of_pages()]:
        process.import_when_idle(name, IDLE_SECONDS)


def _fill_caches() -> None:
    """Fill caches one after the other; ends at the next one when the server stops."""
    process = import_module("dashboard.server.process")
    process.wait_until_idle(IDLE_SECONDS, at_most=PICTURES_PATIENCE)
    for name in PREPARED:
        process.import_when_idle(name, SHORTLY_IDLE)
    for dataset in import_module("dashboard.data.catalogue").catalogue().datasets()[:N_DATASETS]:
        for name, prepare in PREPARED.items():
            process.wait_until_idle(IDLE_SECONDS, at_most=PICTURES_PATIENCE)
            if _stopping.is_set():
                return
            getattr(import_module(name), prepare)(dataset)


def _modules_of_pages() -> list[str]:
    """Return the names of the modules that pages import; `page` modules are scripts that Streamlit runs."""
    dashboard = import_module("dashboard")
    found = pkgutil.walk_packages(dashboard.__path__, "dashboard.")
    return [one.name for one in found if one.name.rpartition(".")[2] not in ("app", "page")]


def _sweep() -> None:
    """Remove what visitors left, now and then: once idle, since the first page does not need it."""
    import_module("dashboard.server.process").wait_until_idle(IDLE_SECONDS, at_most=PATIENCE)
    import_module(SWEEPING).sweep_forever()


def _fetch(waiting: dict[str, Any]) -> None:
    """Download the datasets that the host names, once idle: unpacking would delay the first pages."""
    import_module("dashboard.server.process").wait_until_idle(IDLE_SECONDS, at_most=PATIENCE)
    import_module("dashboard.data.images.fetching").fetch_in_turn(waiting)
