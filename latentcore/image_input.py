"""What all readers of image files share: the exceptions that Pillow raises, and natural order."""

from __future__ import annotations

import re
import struct
import zlib

PILLOW_ERRORS = (
    *(OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, Warning, MemoryError),
    *(AssertionError, AttributeError, IndexError, KeyError, OverflowError, TypeError),
)
"""Exceptions and warnings that Pillow raises on damaged files."""


def natural_key(text: str) -> list[str | int]:
    """Return the sort key of natural order, in which 2 comes before 10 and case does not count."""
    return [int(part) if k % 2 else part for k, part in enumerate(re.split(r"(\d+)", text.casefold()))]
