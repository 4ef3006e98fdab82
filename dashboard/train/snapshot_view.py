"""The latest snapshot of a training run: map on the left, losses and images on the right."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.train.charts.forming_map import forming_map
from dashboard.train.charts.losses import COLOURS, HELD_OUT, loss_curve
from dashboard.train.services.choices import has_epochs
from dashboard.train.services.pictures import (
    FloatArray,
    MapFrame,
    Strips,
    class_names,
    image_strips,
    map_points,
    next_frame,
    snapshot_of,
)
from dashboard.train.services.progress import RECONSTRUCTION_ERROR, Run, RunStatus, loss_table
from dashboard.ui.charts.palette import legible
from dashboard.ui.class_filter import chosen_classes, pick_classes
from dashboard.ui.theme import is_dark

FRAME = "map frame"
LATER = {"gan": "with the inversion network", "cnn": "with the decoder, after the classifier"}
"""When there are reconstructions, by family; in others with the first step."""
SAMPLES_LATER = {"cnn": LATER["cnn"]}


@dataclass(frozen=True)
class Size:
    """Sizes of the parts of a view, in pixels.

    Attributes
    ----------
    map_side, strip_width : int
    loss_width, loss_height : int
        Of the curve of each loss, its numbers included, and of its plot.
    columns : tuple of float
        Shares of the width of the map and of what is beside it.
    """

    map_side: int
    strip_width: int
    loss_width: int
    loss_height: int
    columns: tuple[float, float]


ALONE = Size(520, 568, 140, 92, (1, 1.25))
BESIDE = Size(290, 440, 148, 52, (1, 1.08))
"""Of a run that fills the page, and of one of two side by side."""


def snapshot_view(run: Run, events: list[dict[str, Any]], size: Size = ALONE, suffix: str = "") -> None:
    """Draw map, losses and images of a run, or in their places why there are none yet.

    Parameters
    ----------
    run : Run
    events : list of dict
        Those of the run.
    size : Size
        Of a run that fills the page, images are beside the map, otherwise below it.
    suffix : str
        Of the keys of elements.
    """
    snapshot = snapshot_of(run)
    strips = None if snapshot is None else image_strips(snapshot)
    left, right = st.columns(size.columns, gap="medium" if size is ALONE else "small")
    with left, st.container(key=f"train_map{suffix}"):
        if snapshot is None or snapshot.places is None:
            _map_place(_why_no_map(run), size.map_side)
        else:
            classes = class_names(run.request.dataset)
            only = chosen_classes(classes)
            frame = _follow(run, snapshot.places)
            st.vega_lite_chart(
                map_points(snapshot, classes, frame),
                forming_map(classes, size=size.map_side, dark=is_dark(), only=only),
                width="content",
                alt=f"Map of {len(snapshot.places)} held-out images",  # the same words, or it is drawn anew
            )
            if size is ALONE:  # side by side, the address may still name classes
                pick_classes(classes, only)
    with right:
        with st.container(key=f"loss_curves{suffix}"):
            _losses(events, run, size)
        if size is ALONE:
            _images(strips, run, size.strip_width)
    if size is not ALONE:
        _images(strips, run, size.strip_width)


def _follow(run: Run, places: FloatArray) -> MapFrame:
    """Return the frame of the map, and hold it for the next redraw."""
    name = f"{FRAME} {run.id}"
    frame = next_frame(places, state.held(name, run.id))
    state.release(name)
    return state.hold(name, run.id, frame)


def _why_no_map(run: Run) -> str:
    if run.status is RunStatus.FAILED:
        return "It failed before there was a map."
    if run.status is RunStatus.WAITING:
        return "The map begins to form when the training begins."
    if not has_epochs(run.request.family):
        return "This model is computed in one step: there is nothing to watch. Explore shows its map."
    if run.request.family == "gan":
        return (
            "No map yet: a GAN has no encoder of its own. Generator and critic are trained first; then an "
            "inversion network learns to find the code of an image, and the map forms."
        )
    return "The map begins to form with the first step of the training."


def _map_place(words: str, side: int) -> None:
    st.html(
        f'<div style="width:{side}px;max-width:100%;height:{side}px;box-sizing:border-box;display:flex;'
        f"align-items:center;justify-content:center;text-align:center;padding:{side // 10}px;"
        "border-radius:3px;border:1px solid color-mix(in srgb, currentColor 22%, transparent);"
        'background:color-mix(in srgb, currentColor 3%, transparent)">'
        f'<span style="opacity:0.75">{escape(words)}</span></div>'
    )


def _losses(events: list[dict[str, Any]], run: Run, size: Size) -> None:
    table = loss_table(events)
    st.html(_heading("Losses by epoch" + _key_of_lines(table["images"].unique().tolist())))
    if table.empty:
        none = "No epochs yet." if has_epochs(run.request.family) else "None: there are no epochs."
        st.caption(none)
        return
    with st.container(horizontal=True, gap="small"):
        for name in table["loss"].unique().tolist():
            is_log = name == RECONSTRUCTION_ERROR
            st.vega_lite_chart(
                table[table["loss"] == name],
                loss_curve(name, width=size.loss_width, height=size.loss_height, is_log=is_log),
                width="content",
                alt=f"{name} per epoch",
            )


def _key_of_lines(kinds: list[str]) -> str:
    """Return the names of the lines in their colours, HTML, if there are several."""
    if HELD_OUT not in kinds:
        return ""
    colours = ((kind, legible(COLOURS[kind], dark=is_dark())) for kind in kinds)
    return ": " + ", ".join(f'<span style="color:{colour}">{kind} images</span>' for kind, colour in colours)


def _images(strips: Strips | None, run: Run, width: int) -> None:
    """Draw the three strips in places of fixed height."""
    n, ratio = (8, 8.0) if strips is None else (strips.n, strips.ratio)
    later = LATER.get(run.request.family, "with the first step")
    rows = (
        (f"{n} held-out images", None if strips is None else strips.originals, "when the training begins"),
        ("Their reconstructions", None if strips is None else strips.reconstructions, later),
        (
            f"Samples: decodes of {n} fixed codes",
            None if strips is None else strips.samples,
            SAMPLES_LATER.get(run.request.family, "soon"),
        ),
    )
    st.html("".join(_row(title, uri, ratio, missing, width) for title, uri, missing in rows))


def _row(title: str, uri: str | None, ratio: float, missing: str, width: int) -> str:
    size = f"width:100%;max-width:{width}px;aspect-ratio:{ratio:.4g};border-radius:3px;display:block;"
    words = _heading(title)
    if uri is None:
        return (
            f'{words}<div style="{size}display:flex;align-items:center;justify-content:center;'
            'font-size:0.85rem;background:color-mix(in srgb, currentColor 5%, transparent)">'
            f'<span style="opacity:0.75">{escape(missing)}</span></div>'
        )
    return (
        f'{words}<img src="{uri}" alt="{escape(title, quote=True)}" style="{size}image-rendering:pixelated">'
    )


def _heading(words: str) -> str:
    """Return a heading; its words are HTML."""
    return f'<div style="font-size:0.85rem;font-weight:600;margin:7px 0 3px">{words}</div>'
