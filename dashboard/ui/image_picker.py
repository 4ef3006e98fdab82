"""Picker of a test image: thumbnail, gallery and random choice."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, open_bundle
from dashboard.data.images.pixels import image_uri
from dashboard.data.images.stand_ins import stand_in_label
from dashboard.data.reconstructions import input_image
from dashboard.ui.fragments import bundle_callback
from dashboard.ui.gallery import image_gallery
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.pictures import Picture, in_brackets, picture_beside, shown_name, whole_name

THUMBNAIL, WORDS = 84, 240


def random_image_button(bundle: Bundle) -> None:
    """Draw the button that chooses a random test image."""
    st.button("Random image", icon=":material/casino:", on_click=_set_random, args=(bundle.spec.id,))


@bundle_callback
def _set_random(bundle_id: str) -> None:
    state.put("point", str(int(np.random.default_rng().choice(open_bundle(bundle_id).test.indices))))


def pick_image(bundle: Bundle, index: int) -> None:
    """Draw the chosen image and the gallery to choose another one from."""
    subject = input_image(bundle, index)
    kind = in_brackets(stand_in_label(subject.made_by))
    beside = st.container(horizontal=True, vertical_alignment="center")
    with beside:
        picture_beside(Picture(image_uri(subject.image), subject.title + kind, "", THUMBNAIL))
    with beside.container(gap="small", width=WORDS):
        st.markdown(f"**{shown_name(subject.title)}**{kind}", help=whole_name(subject.title))
        image_gallery(bundle, "edited", partial(state.put, "point"))
    originals_note(bundle.spec.dataset)
