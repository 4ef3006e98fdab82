"""One image spoilt and cleaned: owns the names "noise" and "level"."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import state
from dashboard.apply.denoising.charts import level_curves
from dashboard.apply.denoising.services import (
    Cleaned,
    Kind,
    best_at,
    cleaned_by_filters,
    cleaned_by_models,
    curves,
    kinds,
    spoil,
)
from dashboard.data.catalogue import Bundle
from dashboard.data.images.pixels import data_uri, image_pixels, png_bytes
from dashboard.data.images.stand_ins import stand_in_words
from dashboard.data.reconstructions import Subject
from dashboard.data.study_results import study_or_none
from dashboard.ui.chart_cache import kept
from dashboard.ui.fragments import bundle_fragment
from dashboard.ui.image_source import chosen_source, pick_subject
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.pictures import Picture, in_brackets, picture_row
from dashboard.ui.problems import study_or_say
from dashboard.ui.theme import is_dark

NAMES = ("noise", "level", "seed", "source", "point")
LARGE, SIDE = 184, 116
SCORES = {"psnr": ("PSNR, dB (higher is better)", ".0f"), "ssim": ("SSIM (higher is better)", ".1f")}


@bundle_fragment
def denoising(bundles: list[Bundle]) -> None:
    """Draw the page's work; a choice among the controls runs this part only."""
    kind = kinds()[state.choose("noise", list(kinds()), "gaussian")]
    level = state.number("level", kind.usual, 0.0, kind.largest)
    seed = int(state.number("seed", 0, 0, 999_999, whole=True))
    source = chosen_source()
    _pick_kind(kind, level, seed)
    controls, pictures = st.columns([1, 3.2], gap="medium")
    with controls:
        subject = pick_subject(bundles[0], source)
        originals_note(bundles[0].spec.dataset)
    state.republish(*NAMES)
    with pictures:
        if subject is None:
            st.caption("The image, spoilt and cleaned, appears here.")
        else:
            _one_image(bundles, subject, kind, level, seed)
    _curves(bundles, kind, level)


def _pick_kind(kind: Kind, level: float, seed: int) -> None:
    names, slider, again = st.columns([2.2, 2.2, 1], vertical_alignment="bottom")
    names.segmented_control(
        "What spoils the image",
        list(kinds()),
        format_func=lambda name: kinds()[name].title,
        required=True,
        **state.bind("pick_noise", kind.name, _take_kind),
    )
    slider.slider(
        f"Level: {kind.unit}",
        0.0,
        kind.largest,
        step=kind.step,
        format="%g",
        **state.bind("pick_level", level, _take_level),
    )
    again.button(
        "Other draw",
        icon=":material/casino:",
        help="The same kind and level, drawn with the next seed.",
        on_click=state.put,
        args=("seed", str((seed + 1) % 1_000_000)),
    )


def _one_image(bundles: list[Bundle], subject: Subject, kind: Kind, level: float, seed: int) -> None:
    """Draw the clean and the spoilt image, and below them what every method makes of it."""
    dataset, clean = bundles[0].spec.dataset, subject.image
    spoilt = spoil(clean, kind.name, level, seed)
    study = study_or_none(dataset, "denoise")
    words, uri = stand_in_words(subject.made_by), data_uri(png_bytes(image_pixels(clean)))
    title = f"Clean image: {subject.title}{in_brackets(words)}"
    show = partial(_picture, scored=subject.is_real)
    picture_row([Picture(uri, title, f"{subject.title}\n{words}", LARGE), show(spoilt, LARGE)], gap=20)
    made = cleaned_by_models([b.spec.id for b in bundles], clean, spoilt.image, made_by=subject.made_by)
    if study is not None:
        made += cleaned_by_filters(study, kind.name, level, clean, spoilt.image)
    with st.container(key="cleaned"):
        picture_row([show(one, SIDE) for one in made], gap=16)
    if not subject.is_real:
        st.caption(
            "No scores here: they would compare with a stand-in. The curves below were measured on originals."
        )
    st.caption(
        "The last two have learned nothing: a median filter and total variation, each as strong as was best "
        "on validation images at the nearest level of the study."
        if study is not None
        else f"Filters join once their strengths are tuned: run `latentcore study denoise {dataset}`."
    )


def _picture(one: Cleaned, side: int, *, scored: bool) -> Picture:
    uri, note = data_uri(png_bytes(image_pixels(one.image))), f"\n{one.note}" if one.note else ""
    if not scored:
        return Picture(uri, one.title, one.title + note, side)
    decibels = "exact" if one.psnr is None else f"{one.psnr:.1f} dB"
    words = f"{one.title}\n{decibels}, SSIM {one.ssim:.2f}{note}"
    return Picture(uri, f"{one.title}: {decibels}", words, side)


def _curves(bundles: list[Bundle], kind: Kind, level: float) -> None:
    """Draw what the study found over all levels."""
    dataset = bundles[0].spec.dataset
    study = study_or_say(dataset, "denoise")
    if study is None:
        return
    missing = [b.spec.name for b in bundles if b.spec.name not in study.found["methods"]]
    table = curves(study, kind.name, [bundle.spec.id for bundle in bundles])
    best = best_at(table, level)
    st.subheader(f"{kind.title}, all levels")
    if best is not None:
        ahead = "ahead of" if best.model[1] > best.filter[1] else "behind"
        st.markdown(
            f"At level {best.level:g}, **{best.model[0]}** cleans best of the chosen models: "
            f"{best.model[1]:.1f} dB, {ahead} the best filter ({best.filter[0].lower()}, "
            f"{best.filter[1]:.1f} dB). A curve that stays flat throws the noise away; one that starts low "
            "loses the image itself."
        )
    dark = is_dark()
    for column, (name, (title, form)) in zip(st.columns(2, gap="large"), SCORES.items(), strict=True):
        renamed = table.rename(columns={name: "value", f"{name}_low": "low", f"{name}_high": "high"})
        shown = renamed[["title", "group", "level", "value", "low", "high"]]
        column.vega_lite_chart(
            spec=kept(level_curves)(shown, (f"level: {kind.unit}", title), at=level, form=form, dark=dark),
            key=f"curve_{name}",
            width="stretch",
            alt=f"{title} against the level of {kind.title.lower()}, a line a method",
        )
    if missing:
        st.caption(
            f"Not in the study, and left out: {', '.join(missing)}. `{study.command}` measures all anew."
        )
    st.caption(
        f"n = {study.found['n']:,} random test images, seed {study.seeds[0]}, 95% bootstrap intervals as "
        f"bands; {study.cpu_seconds:,.0f} CPU seconds. Level 0 is each model's own error on clean images.",
        help=study.protocol,
    )


def _take_kind() -> None:
    state.put("noise", state.widget("pick_noise"))
    state.put("level", None)  # means something else now


def _take_level() -> None:
    state.put("level", f"{state.widget('pick_level'):g}")
