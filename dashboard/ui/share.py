"""Copy-link and reset buttons, and notices."""

from __future__ import annotations

import streamlit as st

from dashboard import state


@st.fragment
def copy_link() -> None:
    """Draw the button that shows the page's current address."""
    opened = st.popover("Copy link", icon=":material/link:", key="copy_link", on_change="rerun")
    if not opened.open:
        return
    with opened:
        st.caption("This address restores what you see. Copy it with the button on its right.")
        st.code(state.link(), language=None, wrap_lines=True)


def reset_button() -> None:
    """Draw the button that resets every choice; not in a fragment, as the whole page changes."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="bottom"):
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            on_click=state.reset,
            help="Reset every choice on this page.",
        )


def show_notices() -> None:
    """Show notices on values that fell back to a default."""
    for sentence in state.notices():
        st.warning(sentence, icon=":material/info:")
