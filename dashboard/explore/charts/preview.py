"""What the latent map shows of the position under the pointer: an image, a text, or both, beside the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from dashboard.ui.charts.palette import ink
from dashboard.ui.charts.scatter import moving_pixels

SPACING, STACKED_SPACING = 18, 68
"""Pixels between the map and the preview beside it, or below it and the axis."""
WIDE = 900
"""Width of the window from which the preview is beside the map, not below it."""
FONT_SIZE = 13


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Place and theme of the preview.

    Attributes
    ----------
    size, preview : int
        Side of the map, and of the preview beside it, in pixels.
    stacked : bool
        Whether the preview is below the map (narrow screens) instead of beside it.
    dark : bool
    """

    size: int
    preview: int
    stacked: bool
    dark: bool

    @property
    def corner(self) -> tuple[int, int]:
        """Upper left corner of the preview in pixels of the chart."""
        return (0, self.size + STACKED_SPACING) if self.stacked else (self.size + SPACING, 0)

    def sides(self, tile_shape: tuple[int, int]) -> tuple[float, float]:
        """Return width and height of an image of ``(height, width)`` in the preview, in pixels."""
        height, width = tile_shape
        scale = self.preview / max(height, width)
        return width * scale, height * scale

    def preview_height(self, tile_shape: tuple[int, int]) -> float:
        """Return the height of an image in the preview, in pixels."""
        return self.sides(tile_shape)[1]


def image_window(
    strips: Sequence[str], n_tiles: int, tile_shape: tuple[int, int], style: Preview
) -> alt.Chart:
    """Return the image under the pointer: a clipped window in which `hov` moves a strip of tiles.

    Vega repaints the rectangle around what has changed, with all marks that reach into it. To spare the
    points, a strip extends beyond the window only on the side away from the map, and the window is not a
    view of its own: concatenated views are laid out, and repainted, at every move. The other strips lie
    directly beside the window, clipped away, so that the browser loads them from the start.

    Parameters
    ----------
    strips : sequence of str
        Data URIs of images with `n_tiles` tiles each, from top to bottom, or side by side if stacked.
    n_tiles : int
    tile_shape : (int, int)
        Height and width.
    style : Preview
    """
    sides = dict(zip("xy", style.sides(tile_shape), strict=True))
    start: dict[str, float] = dict(zip("xy", style.corner, strict=True))
    across, along = ("y", "x") if style.stacked else ("x", "y")  # axes across and along a strip
    length = {across: sides[across], along: sides[along] * n_tiles}
    strip, tile = ("hov.j[0]", "hov.i[0]") if style.stacked else ("hov.i[0]", "hov.j[0]")
    offsets = {
        across: f"{start[across]} + (datum.strip == {strip} ? 0 : {sides[across]})",
        along: f"{start[along]} - (datum.strip == {strip} ? {tile} * {sides[along]} : 0)",
    }
    outline = f"M{start['x']},{start['y']}h{sides['x']}v{sides['y']}h{-sides['x']}Z"
    window = alt.Chart(pd.DataFrame({"strip": range(len(strips)), "url": strips})).mark_image(
        width=length["x"],
        height=length["y"],
        align="left",
        baseline="top",
        aspect=False,
        smooth=False,
        clip=alt.ExprRef(expr=f"pathShape('{outline}')"),
        tooltip=None,
    )
    placed: alt.Chart = window.encode(
        url="url:N", x=moving_pixels(offsets["x"]), y=moving_pixels(offsets["y"])
    )
    return placed


def preview_label(text: str, x: float, y: float, style: Preview) -> alt.Chart:
    """Return a bold text at an offset ``(x, y)`` from the corner of the preview, in pixels."""
    return _text(alt.Chart(pd.DataFrame({"text": [text]})), x, y, style, bold=True)


def hovered_text(field: str, y: float, style: Preview, *, bold: bool = False) -> alt.Chart:
    """Return the text under the pointer, a field of `hov` with line feeds, `y` pixels below the corner."""
    hovered = alt.Chart(pd.DataFrame({"one": [0]})).transform_calculate(
        text=f"hov.{field} ? hov.{field}[0] : ''"
    )
    return _text(hovered, 0, y, style, bold=bold)


def text_room(height: float, style: Preview) -> alt.Chart:
    """Return an invisible frame that keeps room for texts in the chart, `height` pixels high."""
    x, y = style.corner
    mark: alt.Chart = alt.Chart(pd.DataFrame({"one": [0]})).mark_rect(
        x=x, x2=x + style.preview, y=y, y2=y + height, opacity=0, clip=False, tooltip=None, aria=False
    )
    return mark


def _text(chart: alt.Chart, x: float, y: float, style: Preview, *, bold: bool) -> alt.Chart:
    left, top = style.corner
    options: dict[str, Any] = {"lineBreak": "\n"}
    mark = chart.mark_text(
        align="left",
        baseline="top",
        fontSize=FONT_SIZE,
        fontWeight=600 if bold else 400,
        color=ink(dark=style.dark),
        clip=False,  # with a zoom, Vega clips to the map every mark that does not say otherwise
        tooltip=None,
        **options,
    )
    placed: alt.Chart = mark.encode(x=alt.value(left + x), y=alt.value(top + y), text=alt.Text("text:N"))
    return placed
