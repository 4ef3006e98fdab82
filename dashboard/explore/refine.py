"""The button that refines a GAN's code of a test image by gradient descent, and the result."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle
from dashboard.data.images.pixels import image_uri
from dashboard.data.places import CodeDetails
from dashboard.explore.services.refining import N_STEPS, refinable_model, refine
from dashboard.ui.pictures import Picture, picture_row

SIDE = 128


def refine_code(bundle: Bundle, details: CodeDetails) -> None:
    """Draw a button that refines the inversion network's code of a test image, and the errors.

    Nothing is drawn for models that cannot refine codes, for positions, and without the original image.
    """
    model, original = refinable_model(bundle), details.original
    if model is None or original is None:
        return
    token = (bundle.spec.id, details.index)
    asked = st.button(
        f"Refine the code by {N_STEPS} gradient steps",
        icon=":material/tune:",
        key="refine_code",
        help="A GAN has no encoder: this code comes from the inversion network. Gradient descent on the "
        "squared error of the decode, started at this code, finds a better one.",
    )
    if asked:
        bar = st.progress(0.0, text="Refining")

        def show(step: int, error: float) -> None:
            bar.progress(step / N_STEPS, text=f"Step {step}: MSE {error:.4f}")

        state.release("refined")
        state.hold("refined", token, refine(model, details.code, original, show))
        bar.empty()
    refined = state.held("refined", token)
    if refined is None:
        return
    st.markdown(f"**MSE** {refined.before:.4f} before, **{refined.after:.4f}** after refining")
    picture_row(
        [
            Picture(
                image_uri(refined.decode),
                f"Decode of the refined code of test image {details.index}",
                "Decode of the refined code",
                SIDE,
            )
        ]
    )
    st.code(f"z = ({', '.join(f'{value:.3f}' for value in refined.code)})", language=None, wrap_lines=True)
