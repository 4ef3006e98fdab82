"""Picker of the input image: a test image, a drawing or an upload; owns the URL name "source"."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, LatentcoreError
from dashboard.data.images.matching import can_draw, match_dataset, on_ground, takes_images_as_they_are
from dashboard.data.images.preparing import BlankImage, layout_of, looks_inverted, prepare_image
from dashboard.data.images.uploads import (
    MOST_BYTES,
    GreyImage,
    PlainImage,
    bytes_of_data_url,
    read_image,
    read_plain_image,
)
from dashboard.data.reconstructions import InputImage, input_image
from dashboard.ui.drawing import drawing_canvas
from dashboard.ui.gallery import image_gallery
from dashboard.ui.image_picker import random_image_button
from dashboard.ui.selection import chosen_image

SOURCES = {"test": "Test image", "draw": "Draw", "upload": "Upload"}
THICKNESS = 24
UPLOADED, EXCHANGED, PLACED = "uploaded", "exchanged", "placed"


def chosen_source(bundle: Bundle) -> str:
    """Return the chosen source of the image, of those that its dataset has."""
    return state.choose("source", _sources(bundle), "test")


def _sources(bundle: Bundle) -> list[str]:
    """Return the sources of a dataset's images: a drawing is grey, on an empty ground."""
    return [source for source in SOURCES if source != "draw" or can_draw(bundle)]


def pick_input_image(bundle: Bundle, source: str) -> InputImage | None:
    """Draw the controls of a source; return the image, or show why there is none.

    Parameters
    ----------
    bundle : Bundle
        Any of the chosen models; determines the test images and the input's shape.
    source : str
        Of `SOURCES`.
    """
    st.segmented_control(
        "Image", _sources(bundle), format_func=SOURCES.__getitem__, required=True,
        **state.bind("pick_source", source, _set_source),
    )  # fmt: skip
    if source == "test":
        return _test_image(bundle)
    try:
        return _drawn(bundle) if source == "draw" else _uploaded(bundle)
    except BlankImage as blank:
        st.info(str(blank), icon=":material/info:")
    except LatentcoreError as error:
        st.warning(str(error), icon=":material/warning:")
    return None


def _test_image(bundle: Bundle) -> InputImage:
    index = chosen_image(bundle)
    with st.container(horizontal=True):
        image_gallery(bundle, "one_image", partial(state.put, "point"))
        random_image_button(bundle)
    st.caption("A test image: no model was trained on it.")
    return input_image(bundle, index)


def _drawn(bundle: Bundle) -> InputImage:
    picture = drawing_canvas(thickness=THICKNESS)
    if not picture:
        raise BlankImage("The drawing is blank: draw something or pick an image.")
    data = bytes_of_data_url(picture)
    if takes_images_as_they_are(bundle):
        return _matched(bundle, on_ground(bundle, read_plain_image(data)), "Your drawing")
    return _prepared(bundle, read_image(data), "Your drawing", ("drawing",))


def _uploaded(bundle: Bundle) -> InputImage | None:
    st.file_uploader(
        "PNG, JPEG or WebP",
        type=["png", "jpg", "jpeg", "webp"],
        key="upload",
        on_change=_on_upload,
        max_upload_size=MOST_BYTES // 10**6,
    )
    held = state.held(UPLOADED, None)
    if held is None:
        st.caption("The image stays on this machine, for this session only.")
        return None
    name, found = held
    if isinstance(found, LatentcoreError):
        raise found
    grey, plain = found
    if takes_images_as_they_are(bundle):
        return _matched(bundle, plain, name)
    return _prepared(bundle, grey, name, (name, grey.pixels.tobytes()))


def _matched(bundle: Bundle, plain: PlainImage, title: str) -> InputImage:
    """Return an image from elsewhere, treated as the dataset's images were."""
    matched = match_dataset(bundle, plain)
    return InputImage(matched.image, None, None, title, matched.notes)


def _prepared(bundle: Bundle, grey: GreyImage, title: str, token: tuple[object, ...]) -> InputImage:
    """Draw the preprocessing switches of an image from elsewhere; return it preprocessed."""
    exchange = state.held(EXCHANGED, token)
    exchange = looks_inverted(bundle, grey) if exchange is None else exchange
    layout = layout_of(bundle.spec.dataset)
    with st.container(horizontal=True):
        st.toggle(
            "Invert brightness",
            help="Set automatically so that the image's border is as dark or bright as in the dataset.",
            **state.bind("pick_exchange", exchange, _on_switch, EXCHANGED, "pick_exchange", token),
        )
        if layout is not None:
            place = state.held(PLACED, None) is not False
            st.toggle(
                "Crop and centre like the dataset",
                help=f"Crop to the object and place it {layout.words}.",
                **state.bind("pick_place", place, _on_switch, PLACED, "pick_place", None),
            )
            layout = layout if place else None
    prepared = prepare_image(bundle, grey, invert=exchange, layout=layout)
    return InputImage(prepared.image, None, None, title, prepared.notes)


def _set_source() -> None:
    state.put("source", state.widget("pick_source"))


def _on_switch(name: str, key: str, token: object) -> None:
    state.release(name)
    state.hold(name, token, bool(state.widget(key)))


def _on_upload() -> None:
    """Decode an uploaded file once, for both kinds of datasets; an error is kept, too."""
    state.release(UPLOADED)
    file = state.widget("upload")
    if file is None:
        return
    try:
        data = file.getvalue()
        found: tuple[GreyImage, PlainImage] | LatentcoreError = read_image(data), read_plain_image(data)
    except LatentcoreError as error:
        found = error
    state.hold(UPLOADED, None, (str(file.name), found))
