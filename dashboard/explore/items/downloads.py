"""Download buttons of a space of items: codes as NPY or Parquet, the map as CSV, PNG or SVG."""

from __future__ import annotations

import streamlit as st

from dashboard.data.catalogue import file_stem
from dashboard.data.items.colours import item_colours
from dashboard.data.items.spaces import ItemSpace
from dashboard.data.maps import extent_of
from dashboard.explore.downloads import EXPORT_SIZE
from dashboard.explore.items.controls import ItemMapChoice
from dashboard.explore.services.exports import chart_png, chart_svg
from dashboard.explore.services.item_exports import (
    codes_fit,
    item_codes_npy,
    item_codes_parquet,
    item_map_csv,
)
from dashboard.explore.services.item_map import item_map_data
from dashboard.ui.charts.scatter import class_colour, class_legend, static_map, value_colour
from dashboard.ui.fragments import deferred_file
from dashboard.ui.panels.downloads import CSV, OCTETS, PARQUET, PNG, SVG, File, file_buttons


def item_downloads(space: ItemSpace, choice: ItemMapChoice) -> None:
    """Draw the popover with the download buttons; each file is made when its button is clicked."""
    stem = file_stem(space.id)
    with st.popover("Download", icon=":material/download:"):
        st.markdown(f"**Codes** of all {space.n_items:,} items")
        if codes_fit(space):
            npy = File("NPY", deferred_file(item_codes_npy, space), f"{stem}-codes.npy", OCTETS)
            table = deferred_file(item_codes_parquet, space)
            file_buttons([npy, File("Parquet", table, f"{stem}-codes.parquet", PARQUET)])
        else:
            megabytes = space.train.codes.nbytes / 1e6
            st.caption(f"{megabytes:,.0f} MB, too large for a download: they are in the space's codes.npy.")
        st.markdown(f"**Map**: positions of all {space.n_items:,} items, or a picture of the shown ones")
        positions = deferred_file(item_map_csv, space, choice.plane, choice.colour)
        file_buttons(
            [
                File("CSV", positions, f"{stem}-map.csv", CSV),
                File("PNG", deferred_file(_map_png, space, choice), f"{stem}-map.png", PNG),
                File("SVG", deferred_file(_map_svg, space, choice), f"{stem}-map.svg", SVG),
            ]
        )


def _map_png(space: ItemSpace, choice: ItemMapChoice) -> bytes:
    return chart_png(export_spec(space, choice))


def _map_svg(space: ItemSpace, choice: ItemMapChoice) -> bytes:
    return chart_svg(export_spec(space, choice))


def export_spec(space: ItemSpace, choice: ItemMapChoice) -> dict[str, object]:
    """Return the map without interaction, with the items outside the frame."""
    data = item_map_data(space, choice.plane, choice.colour, choice.n_shown)
    by_class = bool(data.classes)
    colour = (
        class_colour(data.classes, legend=class_legend(data.classes), points=data.points)
        if by_class
        else value_colour("value", item_colours(space)[choice.colour], is_date=data.is_date)
    )
    columns = ["x", "y", "class" if by_class else "value"]
    extent = extent_of(data.points[["x", "y"]].to_numpy())
    return static_map(
        data.points[columns], extent, data.axis_titles, colour, size=EXPORT_SIZE, labels=by_class
    )
