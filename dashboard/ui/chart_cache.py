"""A cache of chart specs, shared by all sessions."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import streamlit as st

from dashboard.ui.chart_data import compact

Given = ParamSpec("Given")
Spec = TypeVar("Spec", dict[str, Any], dict[str, Any] | None)
MOST = 16
"""Cached specs per chart function."""

_kept: dict[Callable[..., Any], Callable[..., Any]] = {}


def cached_chart(chart: Callable[Given, Spec]) -> Callable[Given, Spec]:
    """Cache a chart function's specs as compact ones: Altair takes up to 0.1 s to build one."""
    if chart not in _kept:

        @wraps(chart)  # Streamlit's cache tells functions apart by name
        def build(*args: Given.args, **kwargs: Given.kwargs) -> Spec:
            spec = chart(*args, **kwargs)
            return spec if spec is None else compact(spec)

        _kept[chart] = st.cache_resource(max_entries=MOST, show_spinner=False)(build)
    return cast("Callable[Given, Spec]", _kept[chart])
