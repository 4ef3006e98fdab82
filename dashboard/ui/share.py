"""Copy link and reset."""

from __future__ import annotations

import streamlit as st

from dashboard import state


@st.fragment
def copy_link() -> None:
    """Draw the button that shows the page's address, as it is at the moment of the click."""
    opened = st.popover("Copy link", icon=":material/link:", key="copy_link", on_change="rerun")
    if not opened.open:
        return
    with opened:
        st.caption("This address restores what you see. Copy it with the button at its right end.")
        st.code(state.link(), language=None, wrap_lines=True)


def reset_button() -> None:
    """Draw the button that forgets every choice; outside of a fragment, for all of the page changes."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="bottom"):
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
