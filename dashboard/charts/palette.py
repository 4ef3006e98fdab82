"""Colours for data. The frame around it stays grey."""

from __future__ import annotations

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


def class_colours(n_classes: int) -> list[str]:
    """Return one colour a class; beyond ten classes they repeat."""
    return [CLASS_COLOURS[k % len(CLASS_COLOURS)] for k in range(n_classes)]


def ink(*, dark: bool) -> str:
    """Return the colour of words on a page's own background."""
    return "#e8eaee" if dark else "#1f2430"
