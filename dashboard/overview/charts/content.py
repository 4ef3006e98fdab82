"""Data of the front door's maps, and the tables of it that their chart holds."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from dashboard.overview.charts.layout import Corner, FrontLayout

PICTURES, IMAGES, TARGETS = "front_pictures", "front_images", "front_targets"
"""Names of the data tables. The first is added to the spec later: ``map, atlas, dots``, the last two URIs."""
HIT_AREA = 60


@dataclass(frozen=True)
class FrontContent:
    """Data of the maps; the fields are those of `dashboard.overview.services.FrontMaps`."""

    titles: tuple[str, ...]
    images: pd.DataFrame
    targets: pd.DataFrame
    n_columns: int
    n_rows: int
    n_cells: int
    tile_shape: tuple[int, int]


def images_table(content: FrontContent, layout: FrontLayout) -> pd.DataFrame:
    """Return the images with positions in pixels, y upwards."""
    images = content.images.copy()
    for k, (left, bottom) in enumerate(_lower_corners(layout)):
        images[f"x{k}"] = (left + images[f"x{k}"] * layout.size).round(1)
        images[f"y{k}"] = (bottom + images[f"y{k}"] * layout.size).round(1)
    return images


def targets_table(content: FrontContent, layout: FrontLayout) -> pd.DataFrame:
    """Return the targets with positions in pixels, y upwards, and with shape and area of their marks."""
    targets = content.targets
    corners = np.array(_lower_corners(layout))[targets["map"]]
    cell = (layout.size / content.n_cells) ** 2
    return targets[["map", "cell", "near"]].assign(
        x=(corners[:, 0] + targets["x"] * layout.size).round(1),
        y=(corners[:, 1] + targets["y"] * layout.size).round(1),
        target=np.arange(len(targets)),
        shape=np.where(targets["is_image"], "circle", "square"),
        area=np.where(targets["is_image"], HIT_AREA, cell).round(1),
    )


def _lower_corners(layout: FrontLayout) -> list[Corner]:
    return [(left, layout.height - top - layout.size) for left, top in layout.corners]


def csv_data(table: pd.DataFrame, name: str) -> alt.InlineData:
    """Return a table as CSV: Streamlit reads Arrow at 8 us per cell, which adds up to a second."""
    parse = {str(column): "number" for column in table.select_dtypes("number")}
    layout = alt.CsvDataFormat(type="csv", parse=parse)
    return alt.InlineData(values=table.to_csv(index=False), format=layout, name=name)
