"""One-time preparation of the server process."""

from __future__ import annotations

import gc
import threading
import time
from functools import cache

import pyarrow as pa
import torch

import latentcore.models  # noqa: F401 - everything heavy is in memory before the freeze
from dashboard.services.allocator import return_memory

RETURN_SECONDS = 20

AT_ONCE = 2

PAGE_TURNS = threading.Semaphore(AT_ONCE)
"""Held while a page is drawn whole. More sessions at once gain nothing on a few cores, and each would
hold its own intermediate arrays; a click redraws only a part of a page and never waits here."""

_preparing = threading.Lock()


def prepare() -> None:
    """Give each session one torch thread, and take what is loaded by now out of garbage collection.

    Done once a process. Streamlit collects the whole heap after each run: with torch loaded, a click
    takes four times as long unless the heap is frozen. oneDNN keeps half a MB for each network and number
    of images that it has ever seen; without it one image is decoded in half the time, many in the same,
    and 128 are encoded in four times the time.
    """
    with _preparing:
        _prepare_once()


@cache
def _prepare_once() -> None:
    torch.set_num_threads(1)
    torch.backends.mkldnn.set_flags(False)
    pa.set_memory_pool(pa.system_memory_pool())  # mimalloc keeps what threads that ended held
    gc.freeze()
    threading.Thread(target=_return_now_and_then, name="return memory", daemon=True).start()


def _return_now_and_then() -> None:
    while True:
        time.sleep(RETURN_SECONDS)
        return_memory()
