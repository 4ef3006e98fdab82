"""A gallery of test images behind a button; a click chooses one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle
from dashboard.data.images.gallery import random_gallery
from dashboard.data.images.stand_ins import stand_ins_label
from dashboard.ui.charts.gallery import gallery
from dashboard.ui.pictures import in_brackets

N_COLUMNS, N_ROWS = 12, 4
ANY = "any class"


def image_gallery(
    bundle: Bundle, key: str, take: Callable[[str], None], *, take_mean: Callable[[str], None] | None = None
) -> None:
    """Draw the button and, while it is open, the gallery.

    Parameters
    ----------
    bundle : Bundle
    key : str
        Unique per gallery on a page.
    take : callable
        Receives the number of the clicked image.
    take_mean : callable, optional
        Receives the name of a class whose mean code is chosen instead of an image.
    """
    wall = st.popover("Choose", icon=":material/photo_library:", key=f"choose_{key}", on_change="rerun")
    if not wall.open:
        return
    with wall:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            classes = [ANY, *bundle.classes]
            wanted = st.selectbox("Class", classes, key=f"wall_class_{key}")
            st.button(
                "Shuffle", icon=":material/shuffle:", key=f"shuffle_{key}", on_click=_shuffle, args=(key,)
            )
            if take_mean is not None:
                st.button(
                    "Class mean",
                    key=f"mean_{key}",
                    disabled=wanted == ANY,
                    help="Use the mean code of the chosen class instead of an image.",
                    on_click=take_mean,
                    args=(wanted,),
                )
        seed = int(state.widget(f"wall_seed_{key}") or 0)
        shown = random_gallery(bundle, classes.index(wanted) - 1, seed, N_COLUMNS * N_ROWS)
        kinds = stand_ins_label(shown.made_by)
        if kinds:
            st.caption(f"Shown as {kinds}.")
        st.vega_lite_chart(
            spec=gallery(shown.uris, shown.indices, N_COLUMNS),
            key=f"gallery_{key}",
            width="content",
            on_select=lambda: _take_clicked(key, take),
            selection_mode="picked",
            alt=f"{len(shown.uris)} test images, {wanted}{in_brackets(kinds)}; click one to choose it",
        )


def clicked_value(key: str, field: str) -> int | None:
    """Return the value of a field of the clicked mark of a chart, or None."""
    chosen = (state.widget(key) or {}).get("selection", {}).get("picked") or []
    return int(chosen[0][field]) if chosen else None


def _take_clicked(key: str, take: Callable[[str], None]) -> None:
    index = clicked_value(f"gallery_{key}", "index")
    if index is not None:
        take(str(index))


def _shuffle(key: str) -> None:
    st.session_state[f"wall_seed_{key}"] = int(state.widget(f"wall_seed_{key}") or 0) + 1
