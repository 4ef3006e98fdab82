"""The two ends of a path: owns the names "start" and "end"."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, open_bundle
from dashboard.data.images.pixels import data_uri, image_pixels, png_bytes
from dashboard.data.interpolation import End, end_picture, end_title
from dashboard.data.places import image_number
from dashboard.ui.fragments import bundle_callback
from dashboard.ui.gallery import image_wall
from dashboard.ui.pictures import Picture, in_brackets, picture_beside

SIDES = ("start", "end")
TITLES = {"start": "From", "end": "To"}
THUMBNAIL, WORDS = 84, 240


def chosen_ends(bundle: Bundle) -> tuple[End, End]:
    """Return the valid ends; two images of different classes until others are chosen."""
    first = int(bundle.test.indices[0])
    others = np.flatnonzero(bundle.test.labels != bundle.test.labels[0])
    second = int(bundle.test.indices[others[0] if len(others) else -1])
    return _parse("start", bundle, End(index=first)), _parse("end", bundle, End(index=second))


def pick_ends(bundle: Bundle, ends: tuple[End, End]) -> None:
    """Draw both ends, and what they can be chosen from."""
    for side, end, column in zip(SIDES, ends, st.columns(2), strict=True):
        beside = column.container(horizontal=True, vertical_alignment="center")
        image, kind = end_picture(bundle, end)
        title = end_title(bundle, end)
        uri = data_uri(png_bytes(image_pixels(image)))
        with beside:
            picture_beside(Picture(uri, f"{TITLES[side]}: {title}{in_brackets(kind)}", "", THUMBNAIL))
        with beside.container(gap="small", width=WORDS):
            st.markdown(f"**{TITLES[side]}**  \n{title}{in_brackets(kind)}")
            image_wall(
                bundle,
                side,
                partial(state.put, side),
                take_mean=partial(_take_mean, side),
            )


def _take_mean(side: str, name: str) -> None:
    state.put(side, f"class:{name}")


@bundle_callback
def randomise(bundle_id: str) -> None:
    """Choose two test images of different classes at random."""
    bundle, generator = open_bundle(bundle_id), np.random.default_rng()
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
    number = image_number(bundle, text)
    if number is not None:
        return End(index=number)
    state.put(side, None)
    kind = "class" if text.startswith("class:") else "test image"
    state.notify(
        side, f"There is no {kind} “{text.removeprefix('class:')[:30]}”; showing another end instead."
    )
    return default
