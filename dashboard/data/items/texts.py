"""Texts of items in little room."""

from __future__ import annotations

from functools import lru_cache
from textwrap import wrap
from unicodedata import east_asian_width

LINE = 34
"""Usual letters per line of the text under the pointer."""
N_KEPT = 20_000
"""Wrapped texts that are kept: those of a few maps, which a search would wrap again."""


@lru_cache(maxsize=N_KEPT)
def wrapped_text(text: str, n_lines: int, width: int = LINE) -> str:
    """Return a text broken into lines of at most `width` usual letters, and cut after `n_lines` of them."""
    wide = sum(east_asian_width(letter) in "WF" for letter in text[: width * n_lines])
    letters = max(width * len(text) // (len(text) + wide), 4) if wide else width
    lines = wrap(" ".join(text.split()), letters, max_lines=n_lines, placeholder=" …") if text.strip() else []
    return "\n".join(lines)
