"""One card a model: what it makes of the image, all on one grid and in one piece of HTML."""

from __future__ import annotations

from html import escape
from math import floor

import streamlit as st

from dashboard.compare.one_image.charts import code_bars, dot_map, is_outside, marked_map
from dashboard.data.catalogue import BY_CONTENT, Bundle, open_bundle
from dashboard.data.images.pixels import (
    RESIDUAL_LIMIT,
    data_uri,
    image_pixels,
    png_bytes,
    residual_pixels,
)
from dashboard.data.images.stand_ins import stand_in_words, stand_ins_words
from dashboard.data.reconstructions import Answer, Subject, map_points
from dashboard.ui.pictures import in_brackets
from dashboard.ui.theme import is_dark

N_DOTS = 1000
N_NUMBERS = 3

_STYLE = """
<style>
.answers { display: grid; gap: 0 28px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 256px), 1fr)); }
.answers > section { display: grid; grid-row: span 7; grid-template-rows: subgrid; row-gap: 0;
  align-content: start; margin-bottom: 28px; max-width: 400px; }
.answers img { image-rendering: pixelated; display: block; width: 100%; border-radius: 3px; }
.answers img.map { image-rendering: auto; max-width: 280px; }
.answers img.code { image-rendering: auto; width: auto; max-width: 100%; height: 64px; }
.answers h4 { margin: 0; padding: 0 0 2px 0; font-size: 1.05rem; font-weight: 600; }
.answers p, .answers figcaption, .answers summary, .answers .note { margin: 0; font-size: 0.8rem;
  line-height: 1.35; opacity: 0.85; font-weight: 400; }
.answers p { padding: 12px 0 4px 0; }
.answers p b, .answers p.error { font-size: 0.9rem; opacity: 1; }
.answers figure { margin: 0; }
.answers .three { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; align-items: start; }
.answers .six { display: grid; grid-template-columns: repeat(6, 1fr); gap: 6px; }
.answers .empty { aspect-ratio: 1; border: 1px dashed #8a93a3; border-radius: 3px; }
.answers .rank { position: relative; height: 6px; border-radius: 3px; background: #8a93a340;
  margin-top: 5px; }
.answers .rank i { position: absolute; top: -3px; width: 4px; height: 12px; margin-left: -2px;
  background: #3f90da; border-radius: 2px; }
.residual-scale { height: 8px; width: 150px; border-radius: 2px; display: inline-block;
  vertical-align: middle; margin: 0 6px; background: linear-gradient(90deg,
  rgb(33,102,172), rgb(247,247,247), rgb(178,73,6)); }
</style>
"""

_RESIDUAL_SCALE = (
    '<div style="font-size:0.85rem">Residual, reconstruction minus input, on one scale in every model: '
    f'{-RESIDUAL_LIMIT:g} (too dark) <span class="residual-scale"></span> '
    f"+{RESIDUAL_LIMIT:g} (too bright)</div>"
)


def draw_answers(subject: Subject, answers: list[Answer]) -> None:
    """Draw the cards."""
    st.html(_STYLE)
    dark = is_dark()
    if subject.is_real:
        st.html(_RESIDUAL_SCALE)
    cards = "".join(f"<section>{_card(subject, answer, dark=dark)}</section>" for answer in answers)
    st.html(f'<div class="answers">{cards}</div>')


def _card(subject: Subject, answer: Answer, *, dark: bool) -> str:
    """Return the seven rows of a card."""
    caveat = f' <span class="note">{escape(answer.caveat)}</span>' if answer.caveat else ""
    return "".join(
        (
            f"<h4>{escape(answer.title)}{caveat}</h4>",
            _pictures(subject, answer),
            _error(subject, answer),
            _code(answer),
            _map(answer, dark=dark),
            _neighbours(answer),
            "<div></div>",
        )
    )


def _pictures(subject: Subject, answer: Answer) -> str:
    figures = [
        _figure(_uri(subject), subject.title, "Input")
        if subject.is_real
        else '<figure><div class="empty"></div><figcaption>Input: not on this machine</figcaption></figure>',
        _figure(
            data_uri(png_bytes(image_pixels(answer.decode))),
            f"Reconstruction by {answer.title}",
            "Reconstruction",
        ),
    ]
    if answer.residual is not None:
        uri = data_uri(png_bytes(residual_pixels(answer.residual)))
        figures.append(_figure(uri, f"Residual of {answer.title}", "Residual"))
    return f'<div class="three">{"".join(figures)}</div>'


def _uri(subject: Subject) -> str:
    return data_uri(png_bytes(image_pixels(subject.image)))


def _figure(uri: str, alt: str, caption: str) -> str:
    picture = f'<img src="{uri}" alt="{escape(alt, quote=True)}">'
    return f"<figure>{picture}<figcaption>{escape(caption)}</figcaption></figure>"


def _error(subject: Subject, answer: Answer) -> str:
    share = answer.percentile
    on = "" if subject.is_real else " on the original"
    words = f"<b>{answer.error:.4f} MSE</b>{on}, more than for {floor(share)}% of test images"
    return (
        f'<div><p class="error">{words}</p>'
        '<div class="rank" title="From 0 to 100% of the test images">'
        f'<i style="left:{share:.1f}%"></i></div></div>'
    )


def _code(answer: Answer) -> str:
    numbers = [f"{value:.3f}" for value in answer.code]
    shown = ", ".join(numbers[:N_NUMBERS]) + (", …" if len(numbers) > N_NUMBERS else "")
    words = f"z = ({escape(shown)})"
    if len(numbers) > N_NUMBERS:
        words = f"<details><summary>{words}</summary>{', '.join(numbers)}</details>"
    return (
        "<div><p>Code, in standard deviations of real codes</p>"
        f'<img class="code" src="{_svg(code_bars(answer.scores))}" '
        f'alt="Code of {len(numbers)} numbers as bars">'
        f'<div class="note">{words}</div></div>'
    )


def _map(answer: Answer, *, dark: bool) -> str:
    data = map_points(open_bundle(answer.bundle_id), N_DOTS)
    svg = marked_map(
        _dots(open_bundle(answer.bundle_id)), answer.place, data.extent, sure=answer.is_exact, dark=dark
    )
    if is_outside(answer.place, data.extent):
        words = "Its code lies outside of the map, in this direction"
    elif answer.is_exact:
        words = "Its place among test images"
    else:
        words = "About here: the mean place of its 8 nearest train codes"
    return (
        f'<div><p>{words}</p><img class="map" src="{_svg(svg)}" '
        f'alt="Map of {escape(answer.title)}: a ring marks the place of the image"></div>'
    )


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=BY_CONTENT)
def _dots(bundle: Bundle) -> str:
    data = map_points(bundle, N_DOTS)
    return dot_map(data.points, data.extent, data.classes)


def _neighbours(answer: Answer) -> str:
    kind = in_brackets(stand_in_words(answer.neighbours_by))
    figures = "".join(
        _figure(
            data_uri(png_bytes(image_pixels(neighbour.image))),
            f"Train image {neighbour.index}, {neighbour.label}, {neighbour.distance:.3g} away{kind}",
            neighbour.label,
        )
        for neighbour in answer.neighbours
    )
    kinds = escape(in_brackets(stand_ins_words(answer.neighbours_by)))
    return f'<div><p>Nearest train images by code{kinds}</p><div class="six">{figures}</div></div>'


def _svg(svg: str) -> str:
    return data_uri(svg.encode(), "image/svg+xml")
