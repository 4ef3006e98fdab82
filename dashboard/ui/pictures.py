"""Pictures with captions as HTML with data URIs, pixels kept sharp."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import streamlit as st


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


def picture_row(pictures: list[Picture], *, gap: int = 12) -> None:
    """Draw pictures in a row that wraps."""
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:{gap}px">{"".join(map(_figure, pictures))}</div>')


def picture_beside(picture: Picture) -> None:
    """Draw one picture at its own width in a horizontal container."""
    st.html(_figure(picture), width=picture.side)


def _figure(picture: Picture) -> str:
    caption = "<br>".join(escape(line) for line in picture.caption.splitlines())
    return (
        f'<figure style="margin:0;width:{picture.side}px">'
        f'<img src="{picture.uri}" alt="{escape(picture.alt, quote=True)}" width="{picture.side}" '
        f'height="{picture.side}" style="image-rendering:pixelated;display:block;border-radius:3px">'
        f'<figcaption style="font-size:0.8rem;line-height:1.25;opacity:0.85;margin-top:4px">{caption}'
        "</figcaption></figure>"
    )
