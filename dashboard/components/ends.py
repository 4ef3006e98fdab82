"""The two ends of a path: owns the names "start" and "end"."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.charts.gallery import gallery
from dashboard.components.pictures import Picture, picture_row
from dashboard.services.catalogue import Bundle
from dashboard.services.interpolation import End, end_picture, end_title
from dashboard.services.pixels import data_uri, image_pixels, png_bytes
from dashboard.services.walls import gallery_wall

SIDES = ("start", "end")
TITLES = {"start": "From", "end": "To"}
THUMBNAIL = 84
N_COLUMNS, N_ROWS = 12, 4


def chosen_ends(bundle: Bundle) -> tuple[End, End]:
    """Return the valid ends; two images of different classes until others are chosen."""
    first = int(bundle.test.indices[0])
    others = np.flatnonzero(bundle.test.labels != bundle.test.labels[0])
    second = int(bundle.test.indices[others[0] if len(others) else -1])
    return _parse("start", bundle, End(index=first)), _parse("end", bundle, End(index=second))


def pick_ends(bundle: Bundle, ends: tuple[End, End]) -> None:
    """Draw both ends, and what they can be chosen from."""
    for side, end, column in zip(SIDES, ends, st.columns(2), strict=True):
        image, original = end_picture(bundle.spec.id, end)
        title = end_title(bundle.spec.id, end)
        picture, choice = column.columns([1, 5], vertical_alignment="center", gap="small")
        uri = data_uri(png_bytes(image_pixels(image)))
        with picture:
            picture_row([Picture(uri, f"{TITLES[side]}: {title}", "", THUMBNAIL)])
        with choice:
            st.markdown(f"**{TITLES[side]}**  \n{title}{'' if original else ' (decode)'}")
            wall = st.popover(
                "Choose", icon=":material/photo_library:", key=f"choose_{side}", on_change="rerun"
            )
            if wall.open:
                with wall:
                    _choices(bundle, side)


def _choices(bundle: Bundle, side: str) -> None:
    classes = ["any class", *bundle.classes]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.selectbox("Class", classes, key=f"gallery_class_{side}")
        st.button(
            "Shuffle", icon=":material/shuffle:", key=f"shuffle_{side}", on_click=_shuffle, args=(side,)
        )
        label = classes.index(wanted) - 1
        st.button(
            "Class mean",
            key=f"mean_{side}",
            disabled=label < 0,
            help="Take the mean code of the chosen class instead of an image.",
            on_click=_take,
            args=(side, f"class:{wanted}"),
        )
    seed = int(state.widget(f"gallery_seed_{side}") or 0)
    uris, indices = gallery_wall(bundle.spec.id, label, seed, N_COLUMNS * N_ROWS)
    st.vega_lite_chart(
        spec=gallery(uris, indices, N_COLUMNS),
        key=f"gallery_{side}",
        width="content",
        on_select=lambda: _take_clicked(side),
        selection_mode="picked",
        alt=f"{len(uris)} test images, {wanted}; click one to take it",
    )


def _take_clicked(side: str) -> None:
    picked = (state.widget(f"gallery_{side}") or {}).get("selection", {}).get("picked") or []
    if picked:
        _take(side, str(int(picked[0]["index"])))


def _take(side: str, value: str) -> None:
    state.put(side, value)


def _shuffle(side: str) -> None:
    st.session_state[f"gallery_seed_{side}"] = int(state.widget(f"gallery_seed_{side}") or 0) + 1


def randomise(bundle: Bundle) -> None:
    """Choose two test images of different classes at random."""
    generator = np.random.default_rng()
    first = int(generator.integers(len(bundle.test)))
    others = np.flatnonzero(bundle.test.labels != bundle.test.labels[first])
    second = int(generator.choice(others)) if len(others) else first
    for side, row in zip(SIDES, (first, second), strict=True):
        state.put(side, str(int(bundle.test.indices[row])))


def published_ends(bundle: Bundle, ends: tuple[End, End]) -> dict[str, str | None]:
    """Return the URL's part of the ends."""
    return {
        side: str(end.index) if end.index is not None else f"class:{bundle.classes[end.label or 0]}"
        for side, end in zip(SIDES, ends, strict=True)
    }


def _parse(side: str, bundle: Bundle, default: End) -> End:
    """Return the end that the state names, or the default, with a notice if it names none."""
    text = state.get(side)
    if text is None:
        return default
    if text.startswith("class:") and text.removeprefix("class:") in bundle.classes:
        return End(label=bundle.classes.index(text.removeprefix("class:")))
    if text.isdecimal() and len(text) < 10 and int(text) in set(bundle.test.indices.tolist()):
        return End(index=int(text))
    state.put(side, None)
    kind = "class" if text.startswith("class:") else "test image"
    state.notify(
        side, f"There is no {kind} “{text.removeprefix('class:')[:30]}”; showing another end instead."
    )
    return default
