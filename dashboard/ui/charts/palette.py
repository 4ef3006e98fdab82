"""Colours for data; frames and baselines are grey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

CLASS_COLOURS = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
"""Ten colours that colour-blind people can tell apart (M. Petroff, 2021)."""


BLUE, ORANGE = CLASS_COLOURS[0], CLASS_COLOURS[6]
"""For two kinds of data: bars and normal images; what stands out, and anomalies."""
GREY = "#8a93a3"
"""Frames, rules and what lies in the background; readable on both themes."""
BASELINE_GREY, FORMAT_GREY = "#717581", "#94a0b0"
"""Baselines, and standard image formats beside them."""
LINE_COLOURS = tuple(CLASS_COLOURS[k] for k in (0, 6, 4, 2, 5, 1, 7, 9))
"""Colours of models' lines; grey is left to baselines."""
CONTRAST = 4.5
"""Minimum contrast ratio between text and background (WCAG 2.2, criterion 1.4.3)."""


def class_colours(n_classes: int, places: npt.NDArray[np.float64] | None = None) -> list[str]:
    """Return one colour per class; beyond ten classes they repeat.

    Parameters
    ----------
    n_classes : int
    places : float64 array, shape (n_classes, 2), optional
        Middle of each class on a map, NaN for classes that are not on it. Beyond ten classes, each has the
        colour that is farthest away, so that neighbours on the map differ.
    """
    n_colours = len(CLASS_COLOURS)
    if places is None or n_classes <= n_colours:
        return [CLASS_COLOURS[k % n_colours] for k in range(n_classes)]
    chosen: list[int] = []
    for k in range(n_classes):
        away = np.hypot(*(places[:k] - places[k]).T)
        away = np.where(np.isnan(away), np.inf, away)
        own = np.array(chosen, int)
        free = [float(away[own == colour].min(initial=np.inf)) for colour in range(n_colours)]
        fewest = np.bincount(own, minlength=n_colours)
        chosen.append(max(range(n_colours), key=lambda colour: (free[colour], -fewest[colour], -colour)))
    return [CLASS_COLOURS[colour] for colour in chosen]


def line_colours(titles: Iterable[str], greys: Mapping[str, str]) -> dict[str, str]:
    """Return the colour of each line by title: its grey if it has one, else the next of `LINE_COLOURS`."""
    titles = list(dict.fromkeys(titles))
    coloured = [title for title in titles if title not in greys]
    own = {title: LINE_COLOURS[k % len(LINE_COLOURS)] for k, title in enumerate(coloured)}
    return {title: own.get(title) or greys[title] for title in titles}


def ink(*, dark: bool) -> str:
    """Return the colour of text on the page's background."""
    return "#e8eaee" if dark else "#1f2430"


def ground(*, dark: bool) -> str:
    """Return the colour of the page's background."""
    return "#14171c" if dark else "#ffffff"


def legible(colour: str, *, dark: bool) -> str:
    """Return a data colour ``#rrggbb`` mixed with the text colour until text in it has enough contrast."""
    own, words, behind = (_channels(one) for one in (colour, ink(dark=dark), ground(dark=dark)))
    for share in range(0, 101, 5):
        mixed = [round(a + (b - a) * share / 100) for a, b in zip(own, words, strict=True)]
        lights = sorted((_luminance(mixed), _luminance(behind)))
        if (lights[1] + 0.05) / (lights[0] + 0.05) >= CONTRAST:
            break
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _channels(colour: str) -> list[int]:
    return list(bytes.fromhex(colour.removeprefix("#")))


def _luminance(channels: list[int]) -> float:
    """Return the relative luminance of an sRGB colour, in [0, 1] (WCAG 2.2)."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in channels)
    ]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
