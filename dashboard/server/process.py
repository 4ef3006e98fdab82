"""The server process: its one-time preparation, and whether it is drawing a page."""

from __future__ import annotations

import gc
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

import pyarrow as pa
import torch

import latentcore.models  # noqa: F401 - everything heavy is in memory before the freeze
from dashboard.server.malloc import trim

TRIM_SECONDS = 5

_preparing = threading.Lock()


def prepare() -> None:
    """Give torch one thread, and take what is loaded by now out of garbage collection; done once a process.

    Where a host lets Streamlit collect the whole heap after each run, a click takes four times as long unless
    the heap is frozen. oneDNN keeps half a MB for each network and number of images that it has ever seen;
    without it one image is decoded in half the time, many in the same, and 128 are encoded in four times the
    time.
    """
    with _preparing:
        _prepare_once()


@cache
def _prepare_once() -> None:
    torch.set_num_threads(1)  # in threads of their own `OMP_NUM_THREADS` says so: see dashboard/__init__.py
    torch.backends.mkldnn.set_flags(False)
    pa.set_memory_pool(pa.system_memory_pool())  # mimalloc keeps what threads that ended held
    gc.freeze()
    threading.Thread(target=_trim_now_and_then, name="trim", daemon=True).start()


def _trim_now_and_then() -> None:
    """Give back what is free already; collecting garbage as well would hold up every session."""
    while True:
        time.sleep(TRIM_SECONDS)
        trim()


@dataclass
class _Pages:
    """How many pages are being drawn, and when the latest one was done."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    drawing: int = 0
    last: float = field(default_factory=time.monotonic)


_pages = _Pages()


@contextmanager
def drawing_page() -> Iterator[None]:
    """Say that a page is drawn as long as the block runs; see `wait_until_idle`."""
    with _pages.lock:
        _pages.drawing += 1
    try:
        yield
    finally:
        with _pages.lock:
            _pages.drawing -= 1
            _pages.last = time.monotonic()


def import_when_idle(name: str, seconds: float) -> None:
    """Import a module once no page has been drawn for so long; pages that begin meanwhile wait for it.

    Two threads that import parts of one package at once can find it half made.
    """
    while True:
        wait_until_idle(seconds)
        with _pages.lock:
            if not _pages.drawing:
                import_module(name)
                return


def wait_until_idle(seconds: float, *, at_most: float = math.inf) -> None:
    """Return once no page has been drawn for so long, or after `at_most` seconds."""
    end = time.monotonic() + at_most
    while True:
        with _pages.lock:
            left = seconds if _pages.drawing else seconds - (time.monotonic() - _pages.last)
        left = min(left, end - time.monotonic())
        if left <= 0:
            return
        time.sleep(max(left, 0.05))
