"""Values of 16 bits: read on their own scale, of which 65,535 is white."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentcore.exceptions import CodecError
from latentcore.types import FloatArray

WHITE = 65_535
WHITE_OF_8 = 255


def from_16_bits(values: np.ndarray[Any, Any]) -> FloatArray:
    """Return values from 0 to 65,535 as float32 in [0, 1]."""
    scaled: FloatArray = values.astype(np.float32) / np.float32(WHITE)
    return scaled


def range_note(low: int, high: int, where: object) -> str:
    """Return a sentence on what was done to values of 16 bits that go from `low` to `high`.

    Raises
    ------
    CodecError
        If none is above 255: these are values of 8 bits, and all but black on the scale of 16.
    """
    if 0 < high <= WHITE_OF_8:
        raise CodecError(
            f"{where}: its 16-bit values go up to {high} only, of {WHITE:,}. Save them with 8 bits, "
            "or multiply them by 257."
        )
    return f"16-bit values, {low:,} to {high:,}, were divided by {WHITE:,}."
