"""Download buttons: codes as CSV, Parquet or NPZ, the model as ZIP, the map as PNG or SVG."""

from __future__ import annotations

import streamlit as st

from dashboard.data.catalogue import Bundle, file_stem, zip_file
from dashboard.data.maps import coloured_points, extent_of, map_data
from dashboard.explore.map_controls import MapChoice, legend_title
from dashboard.explore.services.exports import chart_png, chart_svg, codes_csv, codes_npz, codes_parquet
from dashboard.ui.charts.scatter import class_colour, class_legend, static_map, value_colour
from dashboard.ui.fragments import deferred_file
from dashboard.ui.panels.downloads import CSV, OCTETS, PARQUET, PNG, SVG, ZIP, File, file_buttons

EXPORT_SIZE = 640
"""Side of the exported map in pixels; the PNG has twice as many."""
SNAP = 0.0125
"""Has no effect on an exported map, which cannot be clicked."""


def downloads(bundle: Bundle, choice: MapChoice, n_total: int) -> None:
    """Draw the popover with the download buttons; each file is made when its button is clicked."""
    stem = file_stem(bundle.spec.id)
    with st.popover("Download", icon=":material/download:"):
        st.markdown(f"**Codes** of all {n_total:,} test images, with labels and indices")
        made = (
            ("CSV", codes_csv, "csv", CSV),
            ("Parquet", codes_parquet, "parquet", PARQUET),
            ("NPZ", codes_npz, "npz", OCTETS),
        )
        file_buttons(
            [
                File(title, deferred_file(make, bundle), f"{stem}-codes.{suffix}", mime)
                for title, make, suffix, mime in made
            ]
        )
        st.markdown("**Model** with codes, scores and card, to bring back on the page Train")
        file_buttons([File("ZIP", deferred_file(zip_file, bundle), f"{stem}.zip", ZIP)])
        st.markdown("**Map** in the chosen colours, with the points outside the frame")
        file_buttons(
            [
                File("PNG", deferred_file(_map_png, bundle, choice), f"{stem}-map.png", PNG),
                File("SVG", deferred_file(_map_svg, bundle, choice), f"{stem}-map.svg", SVG),
            ]
        )


def _map_png(bundle: Bundle, choice: MapChoice) -> bytes:
    return chart_png(_export_spec(bundle, choice))


def _map_svg(bundle: Bundle, choice: MapChoice) -> bytes:
    return chart_svg(_export_spec(bundle, choice))


def _export_spec(bundle: Bundle, choice: MapChoice) -> dict[str, object]:
    data = map_data(bundle, choice.plane, choice.n_shown, SNAP)
    by_class = choice.colour == "class"
    colour = (
        class_colour(data.classes, legend=class_legend(data.classes), points=data.points)
        if by_class
        else value_colour(choice.colour, legend_title(choice.colour))
    )
    extent = extent_of(data.points[["x", "y"]].to_numpy())
    points = coloured_points(bundle, data, choice.colour)
    return static_map(points, extent, data.axis_titles, colour, size=EXPORT_SIZE, labels=by_class)
