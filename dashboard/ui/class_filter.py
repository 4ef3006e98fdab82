"""Search among many classes, in place of a legend: owns the name "classes"."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.class_names import NONE, format_classes, parse_classes
from dashboard.ui.charts.scatter import MAX_IN_LEGEND

KEY = "pick_classes"


def chosen_classes(groups: tuple[str, ...]) -> tuple[str, ...]:
    """Return the classes whose points are shown; empty for all. Unknown names are left out, with a notice."""
    text = state.get("classes")
    if text in (None, NONE) or len(groups) <= MAX_IN_LEGEND:
        return ()
    labels, unknown = parse_classes(str(text), groups)
    if unknown:
        state.put("classes", format_classes(groups[label] for label in labels) if labels else None)
        state.notify("classes", f"There is no class “{unknown[0][:60]}” here; left out.")
    return tuple(groups[label] for label in labels)


def pick_classes(groups: tuple[str, ...], chosen: tuple[str, ...]) -> None:
    """Draw the search where there are too many classes for a legend."""
    if len(groups) <= MAX_IN_LEGEND:
        return
    st.multiselect(
        "Show classes",
        list(groups),
        placeholder=f"All {len(groups):,} classes; type to search",
        help="Only the points of these classes are shown. There are too many classes for a legend and for a "
        "colour each; classes that lie beside each other have different colours.",
        **state.bind(KEY, list(chosen), _set),
    )


def _set() -> None:
    names = state.widget(KEY)
    state.put("classes", format_classes(names) if names else None)
