"""Pictures with captions as HTML with data URIs, pixels kept sharp; long names of classes shortened."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import streamlit as st

from dashboard.state import escape_markdown
from dashboard.ui.charts.names import fitted

SMALL, MAX_LINES_OF_SMALL, MAX_LINES, LETTER_WIDTH = 100, 3, 5, 6
"""Width of pictures that are small; lines that one line of a caption may be wrapped to; width of a letter."""
MAX_LETTERS = 40
"""Of a name in a title."""


@dataclass(frozen=True)
class Picture:
    """A picture with caption and alternative text.

    Attributes
    ----------
    uri : str
        Data URI.
    alt : str
        Alternative text.
    caption : str
        May hold line breaks.
    side : int
        Width and height on the page in pixels.
    """

    uri: str
    alt: str
    caption: str
    side: int


def in_brackets(kind: str) -> str:
    """Return " (kind)" to append to a title; empty for an empty kind."""
    return f" ({kind})" if kind else ""


def caption_line(line: str, width: int) -> str:
    """Return a line of a caption as HTML, shortened where it would be wrapped to very many lines.

    The whole line is its tooltip. Only names of classes are ever so long.

    Parameters
    ----------
    line : str
    width : int
        Of the picture in pixels.
    """
    most = MAX_LINES_OF_SMALL if width < SMALL else MAX_LINES
    short = fitted(line, most * width // LETTER_WIDTH)
    if short == line:
        return escape(line)
    return f'<span title="{escape(line, quote=True)}" style="overflow-wrap:anywhere">{escape(short)}</span>'


def shown_name(name: str, most: int = MAX_LETTERS) -> str:
    """Return the name of a class, or a title with it, of at most about `most` letters, for Markdown."""
    return escape_markdown(fitted(name, most)).replace("\\: ", ": ")


def whole_name(name: str, most: int = MAX_LETTERS) -> str | None:
    """Return a help text with the whole name where `shown_name` shortens it, else None."""
    return None if fitted(name, most) == name else escape_markdown(name)


def picture_row(pictures: list[Picture], *, gap: int = 12) -> None:
    """Draw pictures in a row that wraps."""
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:{gap}px">{"".join(map(_figure, pictures))}</div>')


def picture_beside(picture: Picture) -> None:
    """Draw one picture at its own width in a horizontal container."""
    st.html(_figure(picture), width=picture.side)


def _figure(picture: Picture) -> str:
    caption = "<br>".join(caption_line(line, picture.side) for line in picture.caption.splitlines())
    return (
        f'<figure style="margin:0;width:{picture.side}px">'
        f'<img src="{picture.uri}" alt="{escape(picture.alt, quote=True)}" width="{picture.side}" '
        f'height="{picture.side}" style="image-rendering:pixelated;display:block;border-radius:3px">'
        f'<figcaption style="font-size:0.8rem;line-height:1.25;opacity:0.85;margin-top:4px">{caption}'
        "</figcaption></figure>"
    )
