"""Pickers for two of the chosen models; owns the URL names "first" and "second"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Space

URL_NAMES = ("first", "second")
SpaceT = TypeVar("SpaceT", bound=Space)


def chosen_pair(spaces: Sequence[SpaceT]) -> tuple[SpaceT, SpaceT]:
    """Return the two chosen models, always different; by default the first two of at least two."""
    by_name = {_name(space): space for space in spaces}
    first = _valid_choice("first", list(by_name))
    second = _valid_choice("second", [name for name in by_name if name != first])
    return by_name[first], by_name[second]


def pick_pair(spaces: Sequence[SpaceT], pair: tuple[SpaceT, SpaceT], labels: tuple[str, str]) -> None:
    """Draw the two model pickers in a row.

    Parameters
    ----------
    spaces : sequence of Space
        Models, or spaces without one, to choose from.
    pair : (Space, Space)
        The current choice.
    labels : (str, str)
        Labels of the two pickers.
    """
    titles = {_name(space): space.title for space in spaces}
    names = _name(pair[0]), _name(pair[1])
    excluded = {"first": None, "second": names[0]}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, label, space in zip(URL_NAMES, labels, pair, strict=True):
            st.selectbox(
                label,
                [option for option in titles if option != excluded[name]],
                format_func=titles.__getitem__,
                width=220,
                **state.bind(f"pick_{name}", _name(space), _set_model, name, names),
            )


def _name(space: Space) -> str:
    return space.id.partition("/")[2]


def _valid_choice(name: str, options: list[str]) -> str:
    """Return the model in the state; an invalid one falls back to the first option, with a notice."""
    value = state.get(name)
    if value is None or value in options:
        return value or options[0]
    state.put(name, None)
    state.notify(name, f"“{value[:60]}” cannot be chosen here; using “{options[0]}” instead.")
    return options[0]


def _set_model(name: str, names: tuple[str, str]) -> None:
    chosen = state.widget(f"pick_{name}")
    if name == "first" and chosen == names[1]:
        state.put("second", names[0])  # swap the two
    state.put(name, chosen)
