"""Settings of the server process, set once, and whether it is drawing a page."""

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
    """Set torch's threads, memory pools and garbage collection; runs once per process.

    - One torch thread: sessions run side by side, and a pool per thread would cost more than it gains.
      This call holds for the calling thread; ``OMP_NUM_THREADS`` holds for all (`dashboard/__init__.py`).
    - No oneDNN: it caches half a MB per network and batch size. Without it one image decodes in half the
      time, many in the same time, and encoding 128 takes four times as long.
    - ``gc.freeze``: modules are exempt from garbage collection. `.streamlit/config.toml` switches Streamlit's
      own collection after each run off; on a host that switches it on, a click would take four times as long.
    - pyarrow uses the system's allocator: mimalloc keeps what threads that ended had allocated.
    """
    with _preparing:
        _prepare_once()


@cache
def _prepare_once() -> None:
    torch.set_num_threads(1)
    torch.backends.mkldnn.set_flags(False)
    pa.set_memory_pool(pa.system_memory_pool())
    gc.freeze()
    threading.Thread(target=_trim_now_and_then, name="trim", daemon=True).start()


def _trim_now_and_then() -> None:
    """Return freed memory to the system; a garbage collection as well would pause every session."""
    while True:
        time.sleep(TRIM_SECONDS)
        trim()


@dataclass
class _Pages:
    """Number of pages being drawn, and when the latest one was finished."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    drawing: int = 0
    last: float = field(default_factory=time.monotonic)


_pages = _Pages()


@contextmanager
def drawing_page() -> Iterator[None]:
    """Count a page as being drawn while the block runs; see `wait_until_idle`."""
    with _pages.lock:
        _pages.drawing += 1
    try:
        yield
    finally:
        with _pages.lock:
            _pages.drawing -= 1
            _pages.last = time.monotonic()


def import_when_idle(name: str, seconds: float) -> None:
    """Import a module once no page has been drawn for `seconds`; pages that start meanwhile wait for it.

    Two threads that import parts of one package at the same time can see it partially initialised.
    """
    while True:
        wait_until_idle(seconds)
        with _pages.lock:
            if not _pages.drawing:
                import_module(name)
                return


def wait_until_idle(seconds: float, *, at_most: float = math.inf) -> None:
    """Block until no page has been drawn for `seconds`, or for `at_most` seconds."""
    end = time.monotonic() + at_most
    while True:
        with _pages.lock:
            left = seconds if _pages.drawing else seconds - (time.monotonic() - _pages.last)
        left = min(left, end - time.monotonic())
        if left <= 0:
            return
        time.sleep(max(left, 0.05))
