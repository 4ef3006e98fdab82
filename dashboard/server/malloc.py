"""How the C library's allocator keeps memory, where it is glibc; elsewhere nothing here does anything."""

from __future__ import annotations

import ctypes
import gc

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Names of glibc's ``malloc.h``."""
LARGE = 256 * 1024


def bound_allocator() -> None:
    """Keep glibc from hoarding: few arenas however many threads, and large arrays returned when freed.

    By default it gives each of Streamlit's script threads an arena of its own, and raises the size from
    which it maps memory anew with every array that is freed. To be called before there are threads: the
    arenas that they have by then stay.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    for option, value in ((M_ARENA_MAX, 2), (M_MMAP_THRESHOLD, LARGE), (M_TRIM_THRESHOLD, LARGE)):
        mallopt(option, value)


def return_memory() -> None:
    """Free what only cycles hold, and give freed memory back; see `trim`."""
    gc.collect()
    trim()


def trim() -> None:
    """Let the C library give freed memory back to the system, which it keeps otherwise."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return
