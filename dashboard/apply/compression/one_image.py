"""One image compressed by every method at a chosen rate; owns the names "rate" and "point"."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.apply.compression.services.compress import CompressedImage, compress_image
from dashboard.apply.compression.services.study import Curve
from dashboard.data.catalogue import Bundle
from dashboard.data.images.pixels import image_uri
from dashboard.data.images.stand_ins import stand_in_label
from dashboard.data.reconstructions import input_image
from dashboard.ui.fragments import bundle_fragment
from dashboard.ui.gallery import image_gallery
from dashboard.ui.image_picker import random_image_button
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.pictures import Picture, in_brackets, picture_row
from dashboard.ui.selection import chosen_image

RATES = ("0.02", "0.03", "0.05", "0.07", "0.1", "0.15", "0.25", "0.4", "0.7", "1", "2")
SMALL_IMAGE = 28 * 28
SIDE = 128
COLOUR_NOTE = (
    " They store colour at half the resolution (4:2:0). PSNR is over the three channels; a pixel's bits are "
    "those of all three."
)


@bundle_fragment
def one_image_at_rate(bundle: Bundle, curves: Sequence[Curve]) -> None:
    """Draw the section; changing the image or the rate reruns this fragment only."""
    st.markdown("#### One image at the same rate")
    index = chosen_image(bundle)
    default = "0.1" if np.prod(bundle.image_shape) >= SMALL_IMAGE else "0.4"
    rate = state.choose("rate", RATES, default)
    slider, buttons = st.columns([1, 1.6], vertical_alignment="bottom")
    slider.select_slider(
        "Maximum bits per pixel",
        RATES,
        help="Every method uses its best setting within this rate; the decoder is not counted.",
        **state.bind("pick_rate", rate, _set_rate),
    )
    with buttons.container(horizontal=True):
        image_gallery(bundle, "compressed", partial(state.put, "point"))
        random_image_button(bundle)
    state.republish("rate", "point")
    originals_note(bundle.spec.dataset)
    subject = input_image(bundle, index)
    kind = stand_in_label(subject.made_by)
    text = kind or f"{subject.image.size} bytes\n{8 * len(subject.image)} bits/px"
    original = Picture(
        _uri(subject.image), subject.title + in_brackets(kind), f"{subject.title}\n{text}", SIDE
    )
    compressed = compress_image(bundle.spec.dataset, index, curves, float(rate))
    with st.container(key="compressed"):
        picture_row([original, *map(_picture, compressed)], gap=14)
    if not subject.is_real:
        st.caption(
            "Models decode the stored code of the original. PCA, JPEG, WebP and AVIF need the original "
            "images and are left out, and so is the PSNR of this image."
        )
    st.caption(
        "Bytes: size of the study's file divided by its images. JPEG, WebP and AVIF compress a mosaic of "
        "many images, because a file per image would be mostly header."
        + (COLOUR_NOTE if len(subject.image) > 1 else "")
    )


def _picture(entry: CompressedImage) -> Picture:
    point = entry.point
    own = "" if entry.psnr is None else f"\n{entry.psnr:.1f} dB for this image"
    rate = f"{point.bits_per_pixel:.3f} bits/px"
    caption = f"{entry.title}\n{point.bytes_per_image:,.1f} bytes\n{rate}{own}"
    if not entry.fits:
        caption += "\nabove the maximum: its lowest rate"
    return Picture(_uri(entry.image), f"The image compressed with {entry.title}", caption, SIDE)


def _uri(image: np.ndarray) -> str:
    return image_uri(image)


def _set_rate() -> None:
    state.put("rate", str(state.widget("pick_rate")))
