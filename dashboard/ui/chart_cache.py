"""Charts that are built once for all sessions."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import streamlit as st

from dashboard.ui.chart_data import compact

Given = ParamSpec("Given")
Spec = TypeVar("Spec", dict[str, Any], dict[str, Any] | None)
MOST = 16
"""Specs that are kept of each kind of chart."""

_kept: dict[Callable[..., Any], Callable[..., Any]] = {}


def kept(chart: Callable[Given, Spec]) -> Callable[Given, Spec]:
    """Return the function of a chart that builds each spec once: Altair takes up to a tenth of a second."""
    if chart not in _kept:

        @wraps(chart)  # by whose name Streamlit tells one kind of chart from another
        def build(*args: Given.args, **kwargs: Given.kwargs) -> Spec:
            spec = chart(*args, **kwargs)
            return spec if spec is None else compact(spec)

        _kept[chart] = st.cache_resource(max_entries=MOST, show_spinner=False)(build)
    return cast("Callable[Given, Spec]", _kept[chart])
