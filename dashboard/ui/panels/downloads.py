"""Download buttons whose files are made when they are clicked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

CSV, PARQUET, OCTETS = "text/csv", "application/vnd.apache.parquet", "application/octet-stream"
PNG, SVG, ZIP = "image/png", "image/svg+xml", "application/zip"


@dataclass(frozen=True)
class File:
    """A file that can be downloaded.

    Attributes
    ----------
    title : str
        On the button.
    make : callable
        Returns the file's data; see `dashboard.ui.fragments.deferred_file`.
    name, mime : str
    key : str or None
        Of the button.
    """

    title: str
    make: Callable[[], bytes]
    name: str
    mime: str
    key: str | None = None


def file_buttons(files: Sequence[File]) -> None:
    """Draw a row of download buttons."""
    with st.container(horizontal=True):
        for file in files:
            st.download_button(file.title, file.make, file.name, file.mime, on_click="ignore", key=file.key)
