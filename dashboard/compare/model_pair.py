"""Two of the chosen models: owns the names "first" and "second"."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle

NAMES = ("first", "second")


def chosen_pair(bundles: list[Bundle]) -> tuple[Bundle, Bundle]:
    """Return two different ones of at least two bundles: the first two until others are chosen."""
    by_name = {bundle.spec.name: bundle for bundle in bundles}
    first = _valid("first", list(by_name))
    second = _valid("second", [name for name in by_name if name != first])
    return by_name[first], by_name[second]


def pick_pair(bundles: list[Bundle], pair: tuple[Bundle, Bundle], labels: tuple[str, str]) -> None:
    """Draw both pickers in a row."""
    titles = {bundle.spec.name: bundle.spec.title for bundle in bundles}
    names = pair[0].spec.name, pair[1].spec.name
    taken = {"first": None, "second": names[0]}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, label, bundle in zip(NAMES, labels, pair, strict=True):
            st.selectbox(
                label,
                [option for option in titles if option != taken[name]],
                format_func=titles.__getitem__,
                width=220,
                **state.bind(f"pick_{name}", bundle.spec.name, _take, name, names),
            )


def _valid(name: str, options: list[str]) -> str:
    """Return the model that the state names, or else the first option, with a notice if it is another's."""
    value = state.get(name)
    if value is None or value in options:
        return value or options[0]
    state.put(name, None)
    state.notify(
        name, f"“{value[:60]}” is not one of the models to choose from here; “{options[0]}” takes its place."
    )
    return options[0]


def _take(name: str, names: tuple[str, str]) -> None:
    taken = state.widget(f"pick_{name}")
    if name == "first" and taken == names[1]:
        state.put("second", names[0])  # they change places
    state.put(name, taken)
