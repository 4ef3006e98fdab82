"""Copy link and reset."""

from __future__ import annotations

import streamlit as st

from dashboard import state


def share_buttons() -> None:
    """Draw "copy link" and "reset" side by side."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="bottom"):
        with st.popover("Copy link", icon=":material/link:", help="The address restores what you see."):
            st.caption("This address restores what you see. Copy it with the button at its right end.")
            st.code(state.link(), language=None, wrap_lines=True)
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            on_click=state.reset,
            help="Forget every choice on this page.",
        )


def show_notices() -> None:
    """Show what fell back to a default, and why."""
    for sentence in state.notices():
        st.warning(sentence, icon=":material/info:")
