"""Pixel values of 16 bits, for which 65,535 is white."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentcore.exceptions import CodecError
from latentcore.types import FloatArray

MAX_16_BIT = 65_535
MAX_8_BIT = 255


def from_16_bits(values: np.ndarray[Any, Any]) -> FloatArray:
    """Return values from 0 to 65,535 as float32 in [0, 1]."""
    scaled: FloatArray = values.astype(np.float32) / np.float32(MAX_16_BIT)
    return scaled


def range_note(low: int, high: int, where: object) -> str:
    """Return a note on the conversion of 16-bit values.

    Parameters
    ----------
    low, high : int
        Range of the values.
    where : object
        File or folder, for the message of an error.

    Raises
    ------
    CodecError
        If none is above 255: these are 8-bit values, which would be almost black on the 16-bit scale.
    """
    if 0 < high <= MAX_8_BIT:
        raise CodecError(
            f"{where}: its 16-bit values go up to {high} only, of {MAX_16_BIT:,}. Save them with 8 bits, "
            "or multiply them by 257."
        )
    return f"16-bit values, {low:,} to {high:,}, were divided by {MAX_16_BIT:,}."
