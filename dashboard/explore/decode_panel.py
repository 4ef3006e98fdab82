"""The selected code: decode, original, residual, errors, distances and nearest train images.

The decode under the pointer is drawn in the browser, by `dashboard.explore.charts.latent_map`.
"""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, file_stem, open_bundle
from dashboard.data.code_tables import existing_index
from dashboard.data.images.attention import has_attention
from dashboard.data.images.pixels import (
    RESIDUAL_LIMIT,
    data_uri,
    image_pixels,
    image_uri,
    png_bytes,
    residual_note,
    residual_pixels,
)
from dashboard.data.images.stand_ins import stand_in_label, stand_ins_label
from dashboard.data.places import CodeDetails
from dashboard.explore.refine import refine_code
from dashboard.ui.fragments import bundle_callback
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.panels.attention import attention_panel
from dashboard.ui.pictures import Picture, in_brackets, picture_row, shown_name, whole_name
from dashboard.ui.selection import SelectedImage, Selection, select_image

LARGE, SMALL, TINY = 176, 128, 58
DOWNLOAD_FACTOR = 32
N_COMPONENTS = 32
"""Components of the code that are written out."""
DECODE_OF_POSITION, RECONSTRUCTION_OF = "Decode at the selected position", "Reconstruction of test image"
"""What the panel's large image is: its text for screen readers, that of a test image without its number."""


def decode_panel(bundle: Bundle, details: CodeDetails, selection: Selection) -> None:
    """Draw the selected test image, or the selected position: pictures, errors, code and neighbours."""
    dataset = bundle.spec.id.partition("/")[0]
    with st.container(key="decode_panel", gap="small"):
        _header(bundle, details, selection)
        picture_row(_main_pictures(details))
        originals_note(dataset)
        _errors_and_code(details)
        refine_code(bundle, details)
        if isinstance(selection, SelectedImage) and has_attention(bundle):
            with st.expander("Attention: which patches the encoder looks at", icon=":material/grid_on:"):
                attention_panel(bundle, selection.index, "decode", side=TINY)
        shown_as = stand_ins_label(details.neighbours_by) or "originals"
        st.markdown(f"**Nearest train images** in code space ({shown_as})")
        picture_row([_neighbour(details, k) for k in range(len(details.neighbours))], gap=8)
        st.download_button(
            "Decode (PNG)",
            lambda: png_bytes(image_pixels(details.decode), factor=DOWNLOAD_FACTOR),
            file_name=f"{file_stem(bundle.spec.id)}-decode.png",
            mime="image/png",
            icon=":material/download:",
            on_click="ignore",
            key="download_decode",
        )


def _header(bundle: Bundle, details: CodeDetails, selection: Selection) -> None:
    """Draw the title, and the input of a test image's index."""
    title, jump = st.columns([1.6, 1], vertical_alignment="center")
    if isinstance(selection, SelectedImage):
        index: int | None = selection.index
        label = details.label or ""
        title.markdown(f"#### Test image {index}: {shown_name(label)}", help=whole_name(label))
    else:
        index = None
        title.markdown(f"#### Position ({selection.x:.3g}, {selection.y:.3g})")
    jump.number_input(
        "Go to test image",
        min_value=int(bundle.test.indices.min()),
        max_value=int(bundle.test.indices.max()),
        step=1,
        placeholder="image index",
        label_visibility="collapsed",
        **state.bind("go_to", index, _go_to_image, bundle.spec.id, index),
    )


@bundle_callback
def _go_to_image(bundle_id: str, former: int | None) -> None:
    wanted = state.widget("go_to")
    if wanted is not None:
        select_image(existing_index(open_bundle(bundle_id), int(wanted), former))
        state.release("anchor")


def _main_pictures(details: CodeDetails) -> list[Picture]:
    """Return the decode of a position, or reconstruction, original and residual of a test image."""
    decode = image_uri(details.decode)
    if details.index is None:
        return [Picture(decode, DECODE_OF_POSITION, "Exact decode of the code below", LARGE)]
    pictures = [
        Picture(
            decode,
            f"{RECONSTRUCTION_OF} {details.index}",
            "Reconstruction: decode of its code",
            LARGE,
        )
    ]
    if details.original is None:
        return pictures
    original = image_uri(details.original)
    residual = data_uri(png_bytes(residual_pixels(details.decode - details.original)))
    note = residual_note(len(details.decode))
    scale = f"Residual{note}: blue too dark, orange too bright (±{RESIDUAL_LIMIT:g})"
    return [
        *pictures,
        Picture(original, f"Original test image {details.index}, {details.label}", "Original", SMALL),
        Picture(residual, "Signed residual, reconstruction minus original", scale, SMALL),
    ]


def _errors_and_code(details: CodeDetails) -> None:
    """Draw reconstruction error, cycle error, distance to the nearest train code, and the code."""
    error = "" if details.error is None else f"**MSE** {details.error:.4f}, "
    st.markdown(
        f"{error}**cycle error** |encode(decode(z)) - z| = {details.cycle_error:.3g}  \n"
        f"**Nearest train code** at distance {details.distance:.3g} (percentile {details.percentile:.0f} "
        "among test codes)"
    )
    shown = ", ".join(f"{value:.3f}" for value in details.code[:N_COMPONENTS])
    # Not st.code: its highlighter would be a quarter of all that is sent before the first map.
    st.markdown(f"`z = ({shown}{', …' if len(details.code) > N_COMPONENTS else ''})`")


def _neighbour(details: CodeDetails, k: int) -> Picture:
    neighbour, kind = details.neighbours[k], in_brackets(stand_in_label(details.neighbours_by))
    return Picture(
        image_uri(neighbour.image),
        f"Train image {neighbour.index}, {neighbour.label}{kind}",
        f"{neighbour.label}\n{neighbour.distance:.3g}",
        TINY,
    )
