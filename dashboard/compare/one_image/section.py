"""One image section: the input image, and one card per model with its reconstruction and code."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.compare.one_image.cards import draw_cards
from dashboard.data.catalogue import Bundle
from dashboard.data.images.pixels import image_uri
from dashboard.data.images.stand_ins import stand_in_label
from dashboard.data.reconstructions import InputImage, reconstruct
from dashboard.ui.fragments import bundle_fragment
from dashboard.ui.image_input import bundles_with_codes
from dashboard.ui.image_source import chosen_source, pick_input_image
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.pictures import Picture, in_brackets, picture_row

URL_NAMES = ("source", "point")
INPUT_SIDE = 208


@bundle_fragment
def draw_one_image(bundles: list[Bundle]) -> None:
    """Draw the section as a fragment: choosing another image does not rerun the page."""
    source = chosen_source(bundles[0])
    with st.container(key="one_image", gap="small"):
        picture, controls = st.columns([1, 3.2], gap="medium")
        with controls:
            subject = pick_input_image(bundles[0], source)
        state.republish(*URL_NAMES)
        if subject is None:
            picture.caption("The input image appears here.")
            return
        with picture:
            _draw_input(subject)
        with controls:
            if subject.notes:
                st.caption(f"Preprocessing: {'; '.join(subject.notes)}.")
            originals_note(bundles[0].spec.dataset)
            if subject.index is not None:
                bundles = bundles_with_codes(bundles, [subject.index])
        draw_cards(subject, [reconstruct(bundle, subject) for bundle in bundles])


def _draw_input(subject: InputImage) -> None:
    kind, uri = stand_in_label(subject.made_by), image_uri(subject.image)
    alt = f"Input: {subject.title}{in_brackets(kind)}"
    picture_row([Picture(uri, alt, f"{subject.title}\n{kind}", INPUT_SIDE)])
