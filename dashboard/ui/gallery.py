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
ANY = -1
"""In the place of the number of a class: all classes."""


def image_gallery(
    bundle: Bundle, key: str, on_image: Callable[[str], None], *, on_mean: Callable[[str], None] | None = None
) -> None:
    """Draw the button and, while it is open, the gallery.

    Parameters
    ----------
    bundle : Bundle
    key : str
        Unique per gallery on a page.
    on_image : callable
        Receives the number of the clicked image.
    on_mean : callable, optional
        Receives the name of a class whose mean code is chosen instead of an image.
    """
    opened = st.popover("Choose", icon=":material/photo_library:", key=f"choose_{key}", on_change="rerun")
    if not opened.open:
        return
    with opened:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            titles = {ANY: f"any {bundle.group_word}", **dict(enumerate(bundle.groups))}
            label = st.selectbox(
                bundle.group_word.capitalize(),
                list(titles),
                format_func=titles.__getitem__,
                key=f"gallery_class_{key}",
            )
            st.button(
                "Shuffle", icon=":material/shuffle:", key=f"shuffle_{key}", on_click=_shuffle, args=(key,)
            )
            if on_mean is not None and bundle.has_labels:
                st.button(
                    "Class mean",
                    key=f"mean_{key}",
                    disabled=label == ANY,
                    help="Use the mean code of the chosen class instead of an image.",
                    on_click=on_mean,
                    args=(titles[label],),
                )
        seed = int(state.widget(f"gallery_seed_{key}") or 0)
        shown = random_gallery(bundle, label, seed, N_COLUMNS * N_ROWS)
        kinds = stand_ins_label(shown.made_by)
        if kinds:
            st.caption(f"Shown as {kinds}.")
        st.vega_lite_chart(
            spec=gallery(shown.uris, shown.indices, N_COLUMNS),
            key=f"gallery_{key}",
            width="content",
            on_select=lambda: _on_click(key, on_image),
            selection_mode="picked",
            alt=f"{len(shown.uris)} test images, {titles[label]}{in_brackets(kinds)}; click one to choose it",
        )


def clicked_value(key: str, field: str) -> int | None:
    """Return the value of a field of the clicked mark of a chart, or None."""
    chosen = (state.widget(key) or {}).get("selection", {}).get("picked") or []
    return int(chosen[0][field]) if chosen else None


def _on_click(key: str, on_image: Callable[[str], None]) -> None:
    index = clicked_value(f"gallery_{key}", "index")
    if index is not None:
        on_image(str(index))


def _shuffle(key: str) -> None:
    state.set_widget(f"gallery_seed_{key}", int(state.widget(f"gallery_seed_{key}") or 0) + 1)
