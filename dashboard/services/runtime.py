"""One-time preparation of the server process."""

from __future__ import annotations

import gc
import threading
import time
from functools import cache

import pyarrow as pa
import torch

import latentcore.models  # noqa: F401 - everything heavy is in memory before the freeze
from dashboard.services.allocator import trim

TRIM_SECONDS = 5

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
    threading.Thread(target=_trim_now_and_then, name="trim", daemon=True).start()


def _trim_now_and_then() -> None:
    """Streamlit collects garbage after each run, so only what is free already is given back."""
    while True:
        time.sleep(TRIM_SECONDS)
        trim()
