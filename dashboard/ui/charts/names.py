"""Names of classes in little room: shortened, wrapped, and moved to the inside of a frame."""

from __future__ import annotations

from unicodedata import east_asian_width

import pandas as pd


def shortened(name: str, most: int) -> str:
    """Return a name of at most `most` letters, with an ellipsis in the middle where it is longer."""
    if len(name) <= most:
        return name
    head = (most - 1) - (most - 1) // 3
    return f"{name[:head]}…{name[len(name) - (most - 1 - head) :]}"


def fitted(name: str, most: int) -> str:
    """Return a name shortened to the width of `most` usual letters; Chinese and the like take two each."""
    wide = sum(east_asian_width(letter) in "WF" for letter in name)
    return shortened(name, max(most * len(name) // (len(name) + wide), 3) if wide else most)


def wrapped(text: str, width: int) -> str:
    """Return a Vega expression of a text, itself one, broken after at most `width` letters by line feeds."""
    return f"replace({text}, regexp('(.{{1,{width}}})(\\\\s+|$)|(.{{{width}}})', 'gu'), '$1$3\\n')"


def inside(
    x: pd.Series[float], names: pd.Series[str], letter: float, edges: tuple[float, float]
) -> pd.Series:
    """Return the middles of names, moved to the inside of a frame.

    Parameters
    ----------
    x : Series of float
    names : Series of str
        As shown.
    letter : float
        Width of a letter.
    edges : (float, float)
        Left and right edge of the frame.
    """
    half = names.str.len() * letter / 2
    return x.clip(edges[0] + half, edges[1] - half)
