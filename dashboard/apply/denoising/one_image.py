"""One image: clean, corrupted, and denoised by every model and filter, with PSNR and SSIM."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.apply.denoising.controls import ChosenCorruption
from dashboard.apply.denoising.services.denoise import (
    ScoredImage,
    corrupt_image,
    denoise_with_filters,
    denoise_with_models,
)
from dashboard.data.catalogue import Bundle
from dashboard.data.images.pixels import image_uri
from dashboard.data.images.stand_ins import stand_in_label
from dashboard.data.reconstructions import InputImage
from dashboard.data.study_results import study_or_none
from dashboard.ui.pictures import Picture, in_brackets, picture_row

LARGE, SIDE = 184, 116
COLOUR_NOTE = (
    " In colour, Gaussian noise is independent in each channel, salt and pepper turns whole pixels black or "
    "white, and the filters treat each channel on its own."
)


def denoised_images(bundles: list[Bundle], subject: InputImage, corruption: ChosenCorruption) -> None:
    """Draw the clean and the corrupted image, and below them the output of every method."""
    dataset, clean = bundles[0].spec.dataset, subject.image
    kind, level = corruption.kind.name, corruption.level
    corrupted = corrupt_image(clean, kind, level, corruption.seed)
    study = study_or_none(dataset, "denoise")
    text, uri = stand_in_label(subject.made_by), image_uri(clean)
    title = f"Clean image: {subject.title}{in_brackets(text)}"
    picture = partial(_picture, with_scores=subject.is_real)
    picture_row([Picture(uri, title, f"{subject.title}\n{text}", LARGE), picture(corrupted, LARGE)], gap=20)
    ids = [bundle.spec.id for bundle in bundles]
    denoised = denoise_with_models(ids, clean, corrupted.image, made_by=subject.made_by)
    if study is not None:
        denoised += denoise_with_filters(study, kind, level, clean, corrupted.image)
    with st.container(key="denoised"):
        picture_row([picture(image, SIDE) for image in denoised], gap=16)
    if not subject.is_real:
        st.caption(
            "No scores here: the reference would be a stand-in. The curves below were measured on originals."
        )
    st.caption(
        (
            "The last two are classical filters, without training: a median filter and total variation "
            "denoising, each at the strength that was best on validation images at the study's nearest level."
            if study is not None
            else f"Classical filters need tuned strengths: run `latentcore study denoise {dataset}`."
        )
        + (COLOUR_NOTE if len(clean) > 1 else "")
    )


def _picture(scored: ScoredImage, side: int, *, with_scores: bool) -> Picture:
    uri = image_uri(scored.image)
    note = f"\n{scored.note}" if scored.note else ""
    if not with_scores:
        return Picture(uri, scored.title, scored.title + note, side)
    decibels = "exact" if scored.psnr is None else f"{scored.psnr:.1f} dB"
    caption = f"{scored.title}\n{decibels}, SSIM {scored.ssim:.2f}{note}"
    return Picture(uri, f"{scored.title}: {decibels}", caption, side)
