"""The query of the browser's URL: reading, writing and comparing names and values. Only `state` uses it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import streamlit as st

LISTS = ("models", "run")
"""Names that are repeated in the URL, once per value; here their values are joined with commas."""


def read_query() -> dict[str, str]:
    """Return the names and values of the query."""
    return {name: ",".join(st.query_params.get_all(name)) for name in st.query_params}


def write_query(names: Mapping[str, str]) -> None:
    """Replace the query by these names and values, which adds an entry to the browser's history."""
    st.query_params.from_dict({name: _parts(name, value) for name, value in names.items()})


def without_defaults(names: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, str]:
    """Return the names and values that are not at their default."""
    return {name: value for name, value in names.items() if defaults.get(name) != value}


def page_address() -> str | None:
    """Return the URL without its query, if it is known."""
    return (st.context.url or "").split("?")[0] or None


def full_address(names: Mapping[str, str]) -> str:
    """Return the page's URL with these names and values as its query."""
    pairs = [(name, part) for name, value in names.items() for part in _parts(name, value)]
    query = "&".join(f"{name}={quote(part, safe=',')}" for name, part in pairs)
    return f"{page_address() or ''}?{query}" if query else page_address() or ""


def _parts(name: str, value: str) -> list[str]:
    return value.split(",") if name in LISTS else [value]
