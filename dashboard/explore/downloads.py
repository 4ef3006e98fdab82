"""Codes and map to take away."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.data.maps import coloured_points, extent_of, map_data
from dashboard.explore.map_controls import MapChoice, legend_title
from dashboard.explore.services.exports import chart_png, chart_svg, codes_csv, codes_npz, codes_parquet
from dashboard.ui.charts.scatter import class_colour, class_legend, static_map, value_colour

EXPORT_SIZE = 640


def downloads(bundle_id: str, choice: MapChoice, n_total: int) -> None:
    """Draw the download buttons; each file is made when it is asked for."""
    stem = bundle_id.replace("/", "-")
    with st.popover("Download", icon=":material/download:"):
        st.markdown(f"**Codes** of all {n_total:,} test images, with labels and indices")
        with st.container(horizontal=True):
            for title, make, suffix, mime in (
                ("CSV", codes_csv, "csv", "text/csv"),
                ("Parquet", codes_parquet, "parquet", "application/vnd.apache.parquet"),
                ("NPZ", codes_npz, "npz", "application/octet-stream"),
            ):
                st.download_button(
                    title, partial(make, bundle_id), f"{stem}-codes.{suffix}", mime, on_click="ignore"
                )
        st.markdown("**Map** as it is coloured now, whole")
        with st.container(horizontal=True):
            st.download_button(
                "PNG", partial(_map_png, bundle_id, choice), f"{stem}-map.png", "image/png", on_click="ignore"
            )
            st.download_button(
                "SVG",
                partial(_map_svg, bundle_id, choice),
                f"{stem}-map.svg",
                "image/svg+xml",
                on_click="ignore",
            )


def _map_png(bundle_id: str, choice: MapChoice) -> bytes:
    return chart_png(_export_spec(bundle_id, choice))


def _map_svg(bundle_id: str, choice: MapChoice) -> bytes:
    return chart_svg(_export_spec(bundle_id, choice))


def _export_spec(bundle_id: str, choice: MapChoice) -> dict[str, object]:
    data = map_data(bundle_id, choice.plane, choice.n_shown, 0.0125)
    by_class = choice.colour == "class"
    colour = (
        class_colour(data.classes, legend=class_legend())
        if by_class
        else value_colour(choice.colour, legend_title(choice.colour))
    )
    extent = extent_of(data.points[["x", "y"]].to_numpy())
    points = coloured_points(bundle_id, data, choice.colour)
    return static_map(points, extent, data.axis_titles, colour, size=EXPORT_SIZE, labels=by_class)
