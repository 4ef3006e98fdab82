"""Colour and size of a new dataset, decided on a random sample of its pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from latentcore.datasets.own.items import Item
from latentcore.datasets.own.options import GREY_SIZE, RGB_SIZE, AddOptions
from latentcore.datasets.own.pictures import (
    DEPTH_RANGE,
    FIT_WORDS,
    MAX_DEEP,
    Target,
    UnreadablePicture,
    is_coloured,
)

N_COLOUR_SAMPLE = 200
DEPTHS = (8, 10, 12, 14)
"""Bits that cameras and scanners store in pictures of 16 bits."""


def chosen_target(items: Sequence[Item], options: AddOptions, notes: list[str]) -> Target:
    """Decide colour and size, and say what was decided."""
    chosen = np.random.default_rng(options.seed).permutation(len(items))[:N_COLOUR_SAMPLE]
    rows = sorted(chosen.tolist())  # a compressed tar is read from its beginning at each step backwards
    sample = [found for row in rows if (found := _looked_at(items[row])) is not None]
    colour = options.colour
    if colour == "auto":
        coloured = sum(has_colour for has_colour, _ in sample)
        colour = "rgb" if coloured else "grey"
        word = "RGB" if coloured else "grey"
        notes.append(f"{coloured} of {len(rows)} random pictures have colours: images are {word}.")
    max_deep = _max_deep([depth for _, depth in sample if depth is not None], notes)
    size = options.size or (RGB_SIZE if colour == "rgb" else GREY_SIZE)
    notes.append(f"Images are {FIT_WORDS[options.fit]} and resized to {size}x{size} pixels.")
    return Target(size, colour, options.fit, max_deep)


def _max_deep(ranges: Sequence[tuple[float, float]], notes: list[str]) -> int:
    """Return which value of 16-bit pictures is white, given the range of each; say so if there are any."""
    if not ranges:
        return MAX_DEEP
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    bits = next((bits for bits in DEPTHS if 0 < high < 2**bits), 16)
    words = "" if bits == 16 else f", which are {bits} bits"  # noqa: PLR2004
    max_deep: int = 2**bits - 1
    notes.append(
        f"16-bit values, {low:,.0f} to {high:,.0f} in a random sample{words}, "
        f"are scaled from 0 to {max_deep:,}."
    )
    return max_deep


def _looked_at(item: Item) -> tuple[bool, tuple[float, float] | None] | None:
    """Return whether a picture has colours, and its range of 16-bit values or None; None if unreadable."""
    try:
        picture = item.decode(None)
    except UnreadablePicture:
        return None
    return is_coloured(picture), picture.info.get(DEPTH_RANGE)
