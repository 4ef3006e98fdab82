"""Settings of glibc's malloc, and trimming of the heap; on other C libraries these are no-ops."""

from __future__ import annotations

import ctypes
import gc

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Names of glibc's ``malloc.h``."""
LARGE_BYTES = 256 * 1024
"""With 4 MB, large decodes take an eighth less time, since their arrays are not mapped anew each time; but
the peak of 20 sessions that open every page rises from 890 to 1,200 MB."""


def bound_allocator() -> None:
    """Limit the number of malloc arenas, and return large arrays to the system when they are freed.

    By default glibc gives each of Streamlit's script threads an arena of its own, and raises the threshold
    for memory mapping with every mapped array that is freed. Call it before threads exist: arenas that
    were made already stay.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    for option, value in ((M_ARENA_MAX, 2), (M_MMAP_THRESHOLD, LARGE_BYTES), (M_TRIM_THRESHOLD, LARGE_BYTES)):
        mallopt(option, value)


def return_memory() -> None:
    """Collect reference cycles, and return freed memory to the system; see `trim`."""
    gc.collect()
    trim()


def trim() -> None:
    """Return freed memory from the C library's heap to the system (``malloc_trim``)."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return
