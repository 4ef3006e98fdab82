"""One-time preparation of the server process."""

from __future__ import annotations

import ctypes
import gc

import streamlit as st
import torch

import latentcore.models  # noqa: F401 - everything heavy is in memory before the freeze


@st.cache_resource(show_spinner=False)
def prepare() -> bool:
    """Give each session one torch thread, and take what is loaded by now out of garbage collection.

    Streamlit collects the whole heap after each run: with torch loaded, a click takes four times as
    long unless the heap is frozen.
    """
    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()
    return True


def return_memory() -> None:
    """Let the C library give freed memory back to the system, where it is glibc; it keeps it otherwise."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return
