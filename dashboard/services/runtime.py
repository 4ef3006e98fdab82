"""One-time preparation of the server process."""

from __future__ import annotations

import ctypes
import gc
import threading
import time
from functools import cache

import torch

import latentcore.models  # noqa: F401 - everything heavy is in memory before the freeze

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Names of glibc's ``malloc.h``."""
LARGE = 256 * 1024
RETURN_SECONDS = 60

AT_ONCE = 4

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
    _bound_allocator()
    gc.freeze()
    threading.Thread(target=_return_now_and_then, name="return memory", daemon=True).start()


def _bound_allocator() -> None:
    """Keep glibc from hoarding: few arenas however many threads, and large arrays returned when freed.

    By default it gives each of Streamlit's script threads an arena of its own, and raises the size from
    which it maps memory anew with every array that is freed.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    for option, value in ((M_ARENA_MAX, 2), (M_MMAP_THRESHOLD, LARGE), (M_TRIM_THRESHOLD, LARGE)):
        mallopt(option, value)


def _return_now_and_then() -> None:
    while True:
        time.sleep(RETURN_SECONDS)
        return_memory()


def return_memory() -> None:
    """Let the C library give freed memory back to the system, where it is glibc; it keeps it otherwise."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return
