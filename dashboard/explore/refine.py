"""Refining a GAN's code of a real image by gradient steps."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle
from dashboard.data.images.pixels import data_uri, image_pixels, png_bytes
from dashboard.data.places import Place
from dashboard.explore.services.refining import N_STEPS, can_refine, refine
from dashboard.ui.pictures import Picture, picture_row

SIDE = 128


def refine_code(bundle: Bundle, place: Place) -> None:
    """Offer to improve the inversion network's code of a real image, and show the error before and after."""
    if place.index is None or place.original is None or not can_refine(bundle):
        return
    token = (bundle.spec.id, place.index)
    asked = st.button(
        f"Refine the code by {N_STEPS} gradient steps",
        icon=":material/tune:",
        key="refine_code",
        help="A GAN has no encoder: this code is a guess of an inversion network. Gradient descent on the "
        "squared error of the decode, started there, finds a better one.",
    )
    if asked:
        bar = st.progress(0.0, text="Refining")

        def show(step: int, error: float) -> None:
            bar.progress(step / N_STEPS, text=f"Step {step}: MSE {error:.4f}")

        state.release("refined")
        state.hold("refined", token, refine(bundle, place, show))
        bar.empty()
    refined = state.held("refined", token)
    if refined is None:
        return
    st.markdown(f"**Error** {refined.before:.4f} before, **{refined.after:.4f}** after refining (MSE)")
    picture_row(
        [
            Picture(
                data_uri(png_bytes(image_pixels(refined.decode))),
                f"Decode of the refined code of test image {place.index}",
                "Decode of the refined code",
                SIDE,
            )
        ]
    )
    st.code(f"z = ({', '.join(f'{value:.3f}' for value in refined.code)})", language=None, wrap_lines=True)
