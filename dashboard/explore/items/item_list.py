"""A list of items with a number each, as buttons that pin them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import streamlit as st

from dashboard import state
from dashboard.data.items.spaces import ItemSpace
from dashboard.explore.items.pinned import pin_item
from dashboard.ui.charts.names import fitted

MAX_LETTERS = 60


class Named(Protocol):
    """An item of a list: its id, text and group (empty for none)."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def group(self) -> str: ...  # noqa: D102


def item_list(space: ItemSpace, items: Iterable[tuple[float, Named]], key: str) -> None:
    """Draw items, each behind its number, in one column.

    Parameters
    ----------
    space : ItemSpace
    items : iterable of (float, Named)
        Number and item.
    key : str
        Of the list; buttons have numbers behind it.
    """
    with st.container(key=key, gap=None):
        for place, (number, one) in enumerate(items):
            name = state.escape_markdown(short_name(one.text))
            group = f" :gray[{state.escape_markdown(one.group)}]" if one.group else ""
            st.button(
                f":gray[{number:.2f}] {name}{group}",
                type="tertiary",
                width="stretch",
                key=f"{key}_{place}",
                on_click=pin_item,
                args=(space.id, one.id),
            )


def short_name(text: str, letters: int = MAX_LETTERS) -> str:
    """Return a text on one line, shortened to a number of letters."""
    return fitted(" ".join(text.split()), letters)
