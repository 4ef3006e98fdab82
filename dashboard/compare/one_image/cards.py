"""HTML cards, one per model: reconstruction, residual, error, code, map position, nearest train images."""

from __future__ import annotations

from html import escape
from math import floor

import streamlit as st

from dashboard.compare.one_image.charts import code_bars, is_outside, map_points_svg, ringed_map
from dashboard.data.catalogue import BY_CONTENT, Bundle, open_bundle
from dashboard.data.images.pixels import (
    RESIDUAL_LIMIT,
    data_uri,
    image_uri,
    png_bytes,
    residual_note,
    residual_pixels,
)
from dashboard.data.images.stand_ins import stand_in_label, stand_ins_label
from dashboard.data.reconstructions import InputImage, Reconstruction, map_points
from dashboard.ui.pictures import caption_line, in_brackets
from dashboard.ui.theme import is_dark

N_MAP_POINTS = 1000
N_CODE_VALUES = 3
FIGURE_WIDTH = 48
"""Pixels of the smallest pictures, the neighbours, whose captions are names of classes."""
"""Values of a code that are shown before it is unfolded."""

_STYLE = """
<style>
.model-cards { display: grid; gap: 0 28px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 256px), 1fr)); }
.model-cards > section { display: grid; grid-row: span 7; grid-template-rows: subgrid; row-gap: 0;
  align-content: start; margin-bottom: 28px; max-width: 400px; }
.model-cards img { image-rendering: pixelated; display: block; width: 100%; border-radius: 3px; }
.model-cards img.map { image-rendering: auto; max-width: 280px; }
.model-cards img.code { image-rendering: auto; width: auto; max-width: 100%; height: 64px; }
.model-cards h4 { margin: 0; padding: 0 0 2px 0; font-size: 1.05rem; font-weight: 600; }
.model-cards p, .model-cards figcaption, .model-cards summary, .model-cards .note { margin: 0;
  font-size: 0.8rem; line-height: 1.35; opacity: 0.85; font-weight: 400; }
.model-cards p { padding: 12px 0 4px 0; }
.model-cards p b, .model-cards p.error { font-size: 0.9rem; opacity: 1; }
.model-cards figure { margin: 0; }
.model-cards .three { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; align-items: start; }
.model-cards .six { display: grid; grid-template-columns: repeat(6, 1fr); gap: 6px; }
.model-cards .empty { aspect-ratio: 1; border: 1px dashed #8a93a3; border-radius: 3px; }
.model-cards .percentile { position: relative; height: 6px; border-radius: 3px; background: #8a93a340;
  margin-top: 5px; }
.model-cards .percentile i { position: absolute; top: -3px; width: 4px; height: 12px; margin-left: -2px;
  background: #3f90da; border-radius: 2px; }
.residual-scale { height: 8px; width: 150px; border-radius: 2px; display: inline-block;
  vertical-align: middle; margin: 0 6px; background: linear-gradient(90deg,
  rgb(33,102,172), rgb(247,247,247), rgb(178,73,6)); }
</style>
"""


def draw_cards(subject: InputImage, results: list[Reconstruction]) -> None:
    """Draw one card per model on a common grid.

    Parameters
    ----------
    subject : Subject
        The input image.
    results : list of Answer
        Its code, reconstruction, error and neighbours by each model.
    """
    st.html(_STYLE)
    dark = is_dark()
    if subject.is_real:
        st.html(_residual_scale(len(subject.image)))
    cards = "".join(f"<section>{_card(subject, result, dark=dark)}</section>" for result in results)
    st.html(f'<div class="model-cards">{cards}</div>')


def _residual_scale(n_channels: int) -> str:
    note = residual_note(n_channels)
    return (
        f'<div style="font-size:0.85rem">Residual (reconstruction minus input{note}), same scale for all '
        f'models: {-RESIDUAL_LIMIT:g} (too dark) <span class="residual-scale"></span> '
        f"+{RESIDUAL_LIMIT:g} (too bright)</div>"
    )


def _card(subject: InputImage, result: Reconstruction, *, dark: bool) -> str:
    """Return the seven grid rows of a card."""
    caveat = f' <span class="note">{escape(result.caveat)}</span>' if result.caveat else ""
    return "".join(
        (
            f"<h4>{escape(result.title)}{caveat}</h4>",
            _images(subject, result),
            _error(subject, result),
            _code(result),
            _map(result, dark=dark),
            _neighbours(result),
            "<div></div>",
        )
    )


def _images(subject: InputImage, result: Reconstruction) -> str:
    """Return input, reconstruction and residual; without the original there is no residual."""
    figures = [
        _figure(_uri(subject), subject.title, "Input")
        if subject.is_real
        else '<figure><div class="empty"></div><figcaption>Input: not on this machine</figcaption></figure>',
        _figure(
            image_uri(result.decode),
            f"Reconstruction by {result.title}",
            "Reconstruction",
        ),
    ]
    if result.residual is not None:
        uri = data_uri(png_bytes(residual_pixels(result.residual)))
        figures.append(_figure(uri, f"Residual of {result.title}", "Residual"))
    return f'<div class="three">{"".join(figures)}</div>'


def _uri(subject: InputImage) -> str:
    return image_uri(subject.image)


def _figure(uri: str, alt: str, caption: str) -> str:
    image = f'<img src="{uri}" alt="{escape(alt, quote=True)}">'
    return f"<figure>{image}<figcaption>{caption_line(caption, FIGURE_WIDTH)}</figcaption></figure>"


def _error(subject: InputImage, result: Reconstruction) -> str:
    """Return the reconstruction error with its percentile among the test images."""
    percentile = result.percentile
    of_original = "" if subject.is_real else " on the original"
    error = f"<b>{result.error:.4f} MSE</b>{of_original}, higher than for {floor(percentile)}% of test images"
    return (
        f'<div><p class="error">{error}</p>'
        '<div class="percentile" title="Percentile of the error among the test images, 0 to 100%">'
        f'<i style="left:{percentile:.1f}%"></i></div></div>'
    )


def _code(result: Reconstruction) -> str:
    """Return the standardised code as bars, and its values as text."""
    values = [f"{value:.3f}" for value in result.code]
    first = ", ".join(values[:N_CODE_VALUES]) + (", …" if len(values) > N_CODE_VALUES else "")
    values_html = f"z = ({escape(first)})"
    if len(values) > N_CODE_VALUES:
        values_html = f"<details><summary>{values_html}</summary>{', '.join(values)}</details>"
    return (
        "<div><p>Code, standardised by the train codes</p>"
        f'<img class="code" src="{_svg_uri(code_bars(result.scores))}" '
        f'alt="Bar chart of the {len(values)} dimensions of the code">'
        f'<div class="note">{values_html}</div></div>'
    )


def _map(result: Reconstruction, *, dark: bool) -> str:
    """Return the model's map of test images with a ring at the position of the image."""
    bundle = open_bundle(result.bundle_id)
    extent = map_points(bundle, N_MAP_POINTS).extent
    svg = ringed_map(_points_svg(bundle), result.place, extent, exact=result.is_exact, dark=dark)
    if is_outside(result.place, extent):
        text = "The code lies outside the map, in this direction"
    elif result.is_exact:
        text = "Position among test images"
    else:
        text = "Approximate position: weighted mean of its 8 nearest train codes"
    return (
        f'<div><p>{escape(text)}</p><img class="map" src="{_svg_uri(svg)}" '
        f'alt="Map of {escape(result.title)}: a ring marks the position of the image"></div>'
    )


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=BY_CONTENT)
def _points_svg(bundle: Bundle) -> str:
    data = map_points(bundle, N_MAP_POINTS)
    return map_points_svg(data.points, data.extent, data.classes)


def _neighbours(result: Reconstruction) -> str:
    kind = in_brackets(stand_in_label(result.neighbours_by))
    figures = "".join(
        _figure(
            image_uri(neighbour.image),
            f"Train image {neighbour.index}, {neighbour.label}, distance {neighbour.distance:.3g}{kind}",
            neighbour.label,
        )
        for neighbour in result.neighbours
    )
    kinds = escape(in_brackets(stand_ins_label(result.neighbours_by)))
    return f'<div><p>Nearest train images by code{kinds}</p><div class="six">{figures}</div></div>'


def _svg_uri(svg: str) -> str:
    return data_uri(svg.encode(), "image/svg+xml")
