"""The latest snapshot of a training run: map on the left, losses and images on the right."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.train.charts.forming_map import forming_map
from dashboard.train.charts.losses import loss_panels
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
from dashboard.train.services.progress import Run, RunStatus, loss_table
from dashboard.ui.class_filter import chosen_classes, pick_classes
from dashboard.ui.theme import is_dark

MAP_SIDE, LOSS_WIDTH, LOSS_HEIGHT = 520, 600, 92
STRIP_WIDTH = 568
FRAME = "map frame"


def snapshot_view(run: Run, events: list[dict[str, Any]]) -> None:
    """Draw map, losses and images of a run, or in their places why there are none yet."""
    snapshot = snapshot_of(run)
    left, right = st.columns([1, 1.25], gap="medium")
    with left, st.container(key="run_map"):
        if snapshot is None or snapshot.places is None:
            _map_place(_why_no_map(run))
        else:
            classes = class_names(run.request.dataset)
            only = chosen_classes(classes)
            frame = _follow(run, snapshot.places)
            st.vega_lite_chart(
                map_points(snapshot, classes, frame),
                forming_map(classes, size=MAP_SIDE, dark=is_dark(), only=only),
                width="content",
                alt=f"Map of {len(snapshot.places)} held-out images",  # the same words, or it is drawn anew
            )
            pick_classes(classes, only)
    with right:
        with st.container(key="run_losses"):
            _losses(events, run)
        strips = None if snapshot is None else image_strips(snapshot)
        _images(strips, run)


def _follow(run: Run, places: FloatArray) -> MapFrame:
    """Return the frame of the map, and hold it for the next redraw."""
    frame = next_frame(places, state.held(FRAME, run.id))
    state.release(FRAME)
    return state.hold(FRAME, run.id, frame)


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
    return "The map begins to form at the end of the first epoch."


def _map_place(words: str) -> None:
    st.html(
        f'<div style="width:{MAP_SIDE}px;max-width:100%;height:{MAP_SIDE}px;box-sizing:border-box;'
        "display:flex;align-items:center;justify-content:center;text-align:center;padding:3rem;border-radius:3px;"
        "border:1px solid color-mix(in srgb, currentColor 22%, transparent);"
        'background:color-mix(in srgb, currentColor 3%, transparent)">'
        f'<span style="opacity:0.75">{escape(words)}</span></div>'
    )


def _losses(events: list[dict[str, Any]], run: Run) -> None:
    st.html(_heading("Loss per epoch"))
    table = loss_table(events)
    if table.empty:
        none = "No epochs yet." if has_epochs(run.request.family) else "None: there are no epochs."
        st.caption(none)
        return
    names = table["loss"].unique().tolist()
    st.vega_lite_chart(
        table,
        loss_panels(names, width=LOSS_WIDTH, height=LOSS_HEIGHT),
        width="content",
        alt=f"Losses per epoch: {', '.join(names)}",
    )


def _images(strips: Strips | None, run: Run) -> None:
    """Draw the three strips in places of fixed height."""
    n, ratio = (8, 8.0) if strips is None else (strips.n, strips.ratio)
    later = "after the inversion network" if run.request.family == "gan" else "after the first epoch"
    rows = (
        (f"{n} held-out images", None if strips is None else strips.originals, "when the training begins"),
        ("Their reconstructions", None if strips is None else strips.reconstructions, later),
        (f"Samples: decodes of {n} fixed codes", None if strips is None else strips.samples, "soon"),
    )
    st.html("".join(_row(title, uri, ratio, missing) for title, uri, missing in rows))


def _row(title: str, uri: str | None, ratio: float, missing: str) -> str:
    size = f"width:100%;max-width:{STRIP_WIDTH}px;aspect-ratio:{ratio:.4g};border-radius:3px;display:block;"
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
    return f'<div style="font-size:0.85rem;font-weight:600;margin:7px 0 3px">{escape(words)}</div>'
