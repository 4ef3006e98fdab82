"""The selected code: decode, original, residual, numbers, trust and nearest train images."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle
from dashboard.data.images.pixels import RESIDUAL_LIMIT, data_uri, image_pixels, png_bytes, residual_pixels
from dashboard.data.images.stand_ins import stand_in_words, stand_ins_words
from dashboard.data.places import Place
from dashboard.explore.refine import refine_code
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.pictures import Picture, in_brackets, picture_row
from dashboard.ui.selection import Selection, select_image

LARGE, SMALL, TINY = 176, 128, 58
DOWNLOAD_FACTOR = 32
N_NUMBERS = 32


def decode_panel(bundle: Bundle, place: Place, selection: Selection, n_total: int) -> None:
    """Draw all that is known of the selected image or place."""
    dataset = bundle.spec.id.partition("/")[0]
    with st.container(key="decode_panel", gap="small"):
        _header(place, selection, n_total)
        picture_row(_main_pictures(place))
        originals_note(dataset)
        _numbers(place)
        refine_code(bundle, place)
        st.markdown(
            "**Nearest real images** in code space (train, originals)"
            if place.neighbours_by is None
            else f"**Nearest train images** in code space ({stand_ins_words(place.neighbours_by)})"
        )
        picture_row([_neighbour(place, k) for k in range(len(place.neighbours))], gap=8)
        st.download_button(
            "Decode (PNG)",
            lambda: png_bytes(image_pixels(place.decode), factor=DOWNLOAD_FACTOR),
            file_name=f"{bundle.spec.id.replace('/', '-')}-decode.png",
            mime="image/png",
            icon=":material/download:",
            on_click="ignore",
            key="download_decode",
        )


def _header(place: Place, selection: Selection, n_total: int) -> None:
    title, jump = st.columns([1.6, 1], vertical_alignment="center")
    if selection.at is not None:
        title.markdown(f"#### Place ({selection.at[0]:.3g}, {selection.at[1]:.3g})")
    else:
        title.markdown(f"#### Test image {place.index}: {place.label}")
    jump.number_input(
        "Go to image number",
        min_value=0,
        max_value=n_total - 1,
        step=1,
        placeholder="image number",
        label_visibility="collapsed",
        **state.bind("go_to", selection.index, _take_number),
    )


def _take_number() -> None:
    index = state.widget("go_to")
    if index is not None:
        select_image(int(index))
        state.release("anchor")


def _main_pictures(place: Place) -> list[Picture]:
    """Return decode alone, or original, reconstruction and residual of a test image."""
    decode = data_uri(png_bytes(image_pixels(place.decode)))
    if place.index is None:
        return [Picture(decode, "Decode of this place's code", "Exact decode of the code below", LARGE)]
    pictures = [
        Picture(
            decode, f"Reconstruction of test image {place.index}", "Reconstruction: decode of its code", LARGE
        )
    ]
    if place.original is None:
        return pictures
    original = data_uri(png_bytes(image_pixels(place.original)))
    residual = data_uri(png_bytes(residual_pixels(place.decode - place.original)))
    scale = f"Residual: blue too dark,\norange too bright (±{RESIDUAL_LIMIT:g})"
    return [
        *pictures,
        Picture(original, f"Original test image {place.index}, {place.label}", "Original", SMALL),
        Picture(residual, "Signed residual, reconstruction minus original", scale, SMALL),
    ]


def _numbers(place: Place) -> None:
    error = "" if place.error is None else f"**Error** {place.error:.4f} MSE, "
    st.markdown(
        f"{error}**cycle error** |encode(decode(z)) - z| = {place.cycle_error:.3g}  \n"
        f"**Nearest real code** {place.distance:.3g} away, as far as or farther than for "
        f"{place.percentile:.0f}% of test images"
    )
    shown = ", ".join(f"{value:.3f}" for value in place.code[:N_NUMBERS])
    # Not st.code: its highlighter would be a quarter of all that is sent before the first map.
    st.markdown(f"`z = ({shown}{', …' if len(place.code) > N_NUMBERS else ''})`")


def _neighbour(place: Place, k: int) -> Picture:
    neighbour = place.neighbours[k]
    return Picture(
        data_uri(png_bytes(image_pixels(neighbour.image))),
        f"Train image {neighbour.index}, {neighbour.label}{in_brackets(stand_in_words(place.neighbours_by))}",
        f"{neighbour.label}\n{neighbour.distance:.3g}",
        TINY,
    )
