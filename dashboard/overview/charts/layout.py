"""Layout of the front door's maps and decodes, in pixels from the upper left corner of the grid of maps."""

from __future__ import annotations

from dataclasses import dataclass

WIDTHS = (360, 390, 640, 900, 1000, 1150, 1343, 1440, 1600, 1900)
"""Window widths, in pixels, at which the layout changes."""
ONE_ROW = 1000
"""Window width from which all maps are in one row, each below a heading of the page."""
EDGES, NARROW_EDGES, SCROLLBAR = 72, 32, 15
LARGEST, LARGEST_COMPACT, LARGEST_WINDOW, COMPACT_GAP = 400, 300, 140, 16
TITLE, BETWEEN, TIGHT, BESIDE, TEXT = 26, 14, 8, 150, 48
"""Height of a title inside the chart; gap between maps and decodes; gap between decodes in their own row;
width that a decode's text needs beside it; height that it takes below."""
TILE = 28
"""Where there is room, the side of a decode is a multiple of this, so that 28 x 28 images stay sharp."""
Corner = tuple[int, int]
"""Left and top, in pixels."""


@dataclass(frozen=True)
class FrontLayout:
    """Maps in a grid, with one decode per map.

    Attributes
    ----------
    n_maps, across : int
        Number of maps, and of maps per row.
    size, window : int
        Side of a map and of a decode, in pixels.
    gap : int
        Between maps, in pixels.
    compact : bool
        Whether titles are inside the chart and the decodes, with short texts, in a row above all maps, where
        a hand on the screen does not cover them.
    """

    n_maps: int
    across: int
    size: int
    window: int
    gap: int
    compact: bool

    @property
    def width(self) -> int:
        """Width of a row of maps in pixels."""
        return self.across * (self.size + self.gap) - self.gap

    @property
    def height(self) -> int:
        """Height of all rows of maps in pixels."""
        return self.corners[-1][1] + self.size

    @property
    def corners(self) -> list[Corner]:
        """Left and top of each map."""
        title = TITLE if self.compact else 0
        step = self.size + self.gap
        return [
            (k % self.across * step, title + k // self.across * (step + title)) for k in range(self.n_maps)
        ]

    @property
    def windows(self) -> list[Corner]:
        """Left and top of each decode: below its map, or in a row above all maps."""
        if self.compact:
            top, step = -self.window - TEXT, self.window + TIGHT
        else:
            top, step = self.height + BETWEEN, self.size + self.gap
        return [(k * step, top) for k in range(self.n_maps)]

    @property
    def origin(self) -> Corner:
        """Left and top of the grid of maps in the canvas, which includes the outer edges of the frames."""
        return 1, self.window + TEXT if self.compact else 1

    @property
    def text_beside(self) -> bool:
        """Whether there is room for a decode's text to its right, instead of below."""
        return not self.compact and self.size - self.window >= BESIDE


def front_layout(width: int, n_maps: int, gap: int) -> FrontLayout:
    """Return the layout of one to four maps in a window that is at least `width` pixels wide.

    Parameters
    ----------
    width : int
        One of `WIDTHS`.
    n_maps : int
    gap : int
        Pixels between the columns of the page, so that maps are aligned with headings in these columns.
    """
    compact = width < ONE_ROW
    most = 2 if compact else 4
    across, gap = min(n_maps, most), COMPACT_GAP if compact else gap
    room = width - SCROLLBAR - (NARROW_EDGES if width < 900 else EDGES)
    size = min(LARGEST_COMPACT if compact else LARGEST, (room + gap) // most - gap)
    if compact:
        window = min((across * (size + gap) - gap + TIGHT) // n_maps - TIGHT, LARGEST_WINDOW)
    else:
        window = min(size * 9 // 20, LARGEST_WINDOW) // TILE * TILE
    return FrontLayout(n_maps=n_maps, across=across, size=size, window=window, gap=gap, compact=compact)


def rounded_down(width: int) -> int:
    """Return the largest of `WIDTHS` that is at most `width`, or the smallest one."""
    return max((known for known in WIDTHS if known <= width), default=WIDTHS[0])
