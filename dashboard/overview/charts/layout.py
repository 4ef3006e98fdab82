"""Where the front door's maps and decodes stand, in pixels from the upper left corner of the maps' grid."""

from __future__ import annotations

from dataclasses import dataclass

WIDTHS = (360, 390, 640, 900, 1000, 1150, 1343, 1440, 1600, 1900)
"""Widths of a window, in pixels, from which there is room for larger maps."""
ONE_ROW = 1000
"""Width of a window from which the maps stand side by side, each under a heading of the page."""
EDGES, NARROW_EDGES, SCROLLBAR = 72, 32, 15
LARGEST, LARGEST_COMPACT, LARGEST_WINDOW, COMPACT_GAP = 400, 300, 140, 16
TITLE, BETWEEN, TIGHT, BESIDE, WORDS = 26, 14, 8, 150, 48
"""Pixels for a title inside the chart, between maps and decodes, between decodes in a row of their own, and
for their words beside and below."""
TILE = 28
"""Where there is room, decodes of 28 x 28 are shown in whole multiples."""
Place = tuple[int, int]


@dataclass(frozen=True)
class FrontLayout:
    """Maps on one grid, and a decode each.

    Attributes
    ----------
    n_maps, across : int
        Maps, and maps a row.
    size, window : int
        Pixels a side of a map and of a decode.
    gap : int
        Between maps.
    compact : bool
        Whether titles stand in the chart and the decodes in a row above all maps, where a hand does not
        cover them, with few words.
    """

    n_maps: int
    across: int
    size: int
    window: int
    gap: int
    compact: bool

    @property
    def width(self) -> int:
        """Pixels of all maps of a row."""
        return self.across * (self.size + self.gap) - self.gap

    @property
    def height(self) -> int:
        """Pixels of all rows of maps."""
        return self.corners[-1][1] + self.size

    @property
    def corners(self) -> list[Place]:
        """Left and top of each map."""
        title = TITLE if self.compact else 0
        step = self.size + self.gap
        return [
            (k % self.across * step, title + k // self.across * (step + title)) for k in range(self.n_maps)
        ]

    @property
    def windows(self) -> list[Place]:
        """Left and top of each decode: below its map, or in a row above all maps."""
        if self.compact:
            top, step = -self.window - WORDS, self.window + TIGHT
        else:
            top, step = self.height + BETWEEN, self.size + self.gap
        return [(k * step, top) for k in range(self.n_maps)]

    @property
    def origin(self) -> Place:
        """Left and top of the maps' grid inside the canvas, which holds the frames' outer edges too."""
        return 1, self.window + WORDS if self.compact else 1

    @property
    def words_beside(self) -> bool:
        """Whether there is room for words to the right of a decode, and not only below."""
        return not self.compact and self.size - self.window >= BESIDE


def front_layout(width: int, n_maps: int, gap: int) -> FrontLayout:
    """Return the layout of one to four maps in a window of at least `width` pixels.

    Parameters
    ----------
    width : int
        One of `WIDTHS`.
    n_maps : int
    gap : int
        Pixels between maps that stand under headings of the page: those between its columns.
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
    """Return the largest of `WIDTHS` that a window of some width reaches."""
    return max((known for known in WIDTHS if known <= width), default=WIDTHS[0])
