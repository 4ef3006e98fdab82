"""The pinned item: its text and columns, and its nearest items in two spaces; owns the name "second"."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import catalogue
from dashboard.data.items.spaces import ItemSpace
from dashboard.explore.items.criteria import ask_nearest, asked_nearest, select_nearest
from dashboard.explore.items.pinned import pin_item
from dashboard.explore.services.item_details import ItemDetails, NearItem, item_details, nearest_in
from dashboard.explore.services.item_selection import most_nearest
from dashboard.ui.charts.names import fitted
from dashboard.ui.pictures import Picture, picture_beside, picture_row, shown_name, whole_name
from dashboard.ui.problems import space_or_error

LONG_TEXT, TEXT_HEIGHT = 420, 150
"""Letters from which a text scrolls in a box of this many pixels."""
PICTURE_SIDE, NEAR_SIDE = 112, 46
MAX_COLUMNS, MAX_VALUE, MAX_NEAR = 8, 60, 90
"""Columns that are shown at once; letters of a value, and of a near item's text."""
SHARED, UNSHARED = "\N{BLACK CIRCLE}", "\N{WHITE CIRCLE}"


def chosen_other(space: ItemSpace) -> str | None:
    """Return the name of the space that neighbours are compared with; None if there is no other."""
    names = [name for name in catalogue().models(space.spec.collection.name) if name != space.spec.name]
    if not names:
        return None
    if state.get("second") == space.spec.name:
        state.put("second", None)
    return state.choose("second", names, names[0], "space to compare with")


def item_panel(space: ItemSpace, row: int, other: str | None) -> None:
    """Draw the item, and its nearest items in both spaces."""
    details = item_details(space, row)
    with st.container(key="decode_panel", gap="small"):
        _header(space, details)
        _columns(details)
        second = None if other is None else space_or_error(f"{space.spec.collection.name}/{other}")
        _titles(space, other)
        near = nearest_in(space, row, second)
        left, right = st.columns(2, gap="small")
        with left:
            _nearest(space, near, "near_first")
        if second is not None:
            with right:
                _nearest(second, nearest_in(second, row, space), "near_second")
        _agreement(space, near, second)


def _header(space: ItemSpace, details: ItemDetails) -> None:
    """Draw picture, id, class and text, and what selects the nearest items."""
    with st.container(horizontal=True, vertical_alignment="top"):
        if details.picture is not None:
            picture_beside(Picture(details.picture, f"Item {details.id}", "", PICTURE_SIDE))
        with st.container(gap="xxsmall"):
            title = f"{details.id} · {details.group}" if details.group else details.id
            st.markdown(f"#### {shown_name(title)}", help=whole_name(title))
            if details.text != details.id:
                long = len(details.text) > LONG_TEXT
                with st.container(height=TEXT_HEIGHT if long else "content", border=long, key="item_text"):
                    st.markdown(state.escape_markdown(details.text))
        with st.container(width=176, gap="xxsmall"):
            _select_nearest(space, details)


def _select_nearest(space: ItemSpace, details: ItemDetails) -> None:
    """Draw the button that selects the nearest items, and their number."""
    k = asked_nearest(space)
    st.button(
        f"Select its {k:,} nearest",
        icon=":material/scatter_plot:",
        help=f"Select the items nearest to this one among all {space.n_items:,}.",
        width="stretch",
        key="select_nearest",
        on_click=select_nearest,
        args=(k, details.id),
    )
    st.number_input(
        "Number of nearest items",
        1,
        most_nearest(space),
        label_visibility="collapsed",
        **state.bind("pick_nearest", k, _set_nearest),
    )


def _columns(details: ItemDetails) -> None:
    """Draw the columns as one line; of many, the rest on demand."""
    parts = [
        f"{state.escape_markdown(name)} **{shown_name(value, MAX_VALUE)}**"
        for name, value in details.columns.items()
    ]
    if parts:
        st.caption(" · ".join(parts[:MAX_COLUMNS]))
    if len(parts) > MAX_COLUMNS:
        with st.popover(f"All {len(parts)} columns", icon=":material/list:"):
            for name, value in details.columns.items():
                st.markdown(f"**{state.escape_markdown(name)}** {state.escape_markdown(value)}")


def _titles(space: ItemSpace, other: str | None) -> None:
    """Draw the titles of the two lists; the second is a picker."""
    left, right = st.columns(2, gap="small", vertical_alignment="center")
    title = f"Nearest in {space.title}"
    left.markdown(f"**{shown_name(title)}**", help=whole_name(title))
    if other is not None:
        with right:
            _pick_other(space, other)


def _pick_other(space: ItemSpace, other: str) -> None:
    names = [name for name in catalogue().models(space.spec.collection.name) if name != space.spec.name]
    titles = {name: catalogue().title(space.spec.collection.name, name) for name in names}
    st.selectbox(
        "Nearest in another space",
        names,
        format_func=lambda name: f"Nearest in {titles[name]}",
        label_visibility="collapsed",
        **state.bind("pick_second", other, _set_other),
    )


def _nearest(space: ItemSpace, near: list[NearItem], key: str) -> None:
    """Draw the nearest items as buttons that pin them, nearest first; those with images as images."""
    if near and near[0].picture is not None:
        picture_row([_near_picture(one) for one in near], gap=8)
        return
    with st.container(key=key, gap=None):
        for k, one in enumerate(near):
            text = state.escape_markdown(fitted(" ".join(one.text.split()), MAX_NEAR))
            st.button(
                f":gray[{one.distance:.2f}] {SHARED if one.is_shared else UNSHARED} {text}",
                type="tertiary",
                width="stretch",
                key=f"{key}_{k}",
                help=_help(one),
                on_click=pin_item,
                args=(space.id, one.id),
            )


def _near_picture(one: NearItem) -> Picture:
    mark = f"{SHARED if one.is_shared else UNSHARED} "
    return Picture(
        one.picture or "", f"Item {one.id}, {one.group}", f"{mark}{one.group}\n{one.distance:.2f}", NEAR_SIDE
    )


def _help(one: NearItem) -> str:
    group = f"{one.group}. " if one.group else ""
    return state.escape_markdown(f"{group}{fitted(one.text, 400)}")


def _agreement(space: ItemSpace, near: list[NearItem], second: ItemSpace | None) -> None:
    """Say on how many of the nearest items both spaces agree."""
    if second is None:
        st.caption("There is no other space of these items to compare the neighbours with.")
        return
    n = sum(one.is_shared for one in near)
    st.caption(
        f"{SHARED} in both lists: {n} of {len(near)}. Neighbours by distance between codes among all "
        f"{space.n_items:,} items, nearest first."
    )


def _set_nearest() -> None:
    ask_nearest(int(state.widget("pick_nearest")))


def _set_other() -> None:
    state.put("second", state.widget("pick_second"))
