"""Latent Atlas: the script that each session runs and, imported as a module, the server that runs it."""

from __future__ import annotations

import streamlit as st

if __name__ == "__main__":
    from dashboard.server.warm_up import import_first

    import_first()
    from dashboard.navigation import show_page

    show_page()
else:  # `streamlit run` finds the app by its name and imports this file once
    from dashboard.server.malloc import bound_allocator
    from dashboard.server.warm_up import warm_up

    bound_allocator()
    app = st.App(__file__, lifespan=warm_up)
