"""Colour and size of a new dataset, decided on a random sample of its pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from latentcore.datasets.own.collect import Item
from latentcore.datasets.own.options import GREY_SIZE, RGB_SIZE, AddOptions
from latentcore.datasets.own.pictures import DEPTH_RANGE, Target, UnreadablePicture, is_coloured

N_COLOUR_SAMPLE = 200


def chosen_target(items: Sequence[Item], options: AddOptions, notes: list[str]) -> Target:
    """Decide colour and size, and say what was decided."""
    colour = options.colour
    if colour == "auto":
        rows = np.random.default_rng(options.seed).permutation(len(items))[:N_COLOUR_SAMPLE].tolist()
        coloured = sum(_has_colour(items[row]) for row in rows)
        colour = "rgb" if coloured else "grey"
        notes.append(f"{coloured} of {len(rows)} random pictures have colours: images are {colour}.")
    _say_depth(items, options.seed, notes)
    size = options.size or (RGB_SIZE if colour == "rgb" else GREY_SIZE)
    words = {"crop": "cropped to the central square", "pad": "padded to a square", "stretch": "stretched"}
    notes.append(f"Images are {words[options.fit]} and resized to {size}x{size} pixels.")
    return Target(size, colour, options.fit)


def _say_depth(items: Sequence[Item], seed: int, notes: list[str]) -> None:
    """Say which values 16-bit pictures have, as a range that is scaled otherwise is the usual mistake."""
    rows = np.random.default_rng(seed).permutation(len(items))[:N_COLOUR_SAMPLE].tolist()
    ranges = [found for row in rows if (found := _depth_range(items[row])) is not None]
    if ranges:
        low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
        notes.append(
            f"16-bit values, {low:,.0f} to {high:,.0f} in a random sample, are scaled from 0 to 65,535."
        )


def _depth_range(item: Item) -> tuple[float, float] | None:
    try:
        found: tuple[float, float] | None = item.decode(None).info.get(DEPTH_RANGE)
    except UnreadablePicture:
        return None
    return found


def _has_colour(item: Item) -> bool:
    try:
        return is_coloured(item.decode(None))
    except UnreadablePicture:
        return False
