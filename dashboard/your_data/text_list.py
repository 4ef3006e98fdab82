"""Lines of text of any origin as a list, shown as they are."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st


def text_list(lines: Sequence[str]) -> None:
    """Draw lines as a list in small type; nothing in them is taken as HTML or Markdown."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    st.html(f'<ul style="margin:0;padding-left:1.1rem;font-size:0.875rem;line-height:1.5">{items}</ul>')
