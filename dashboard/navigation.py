"""The frame of every page: its configuration, the navigation and what a page may raise."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.components.present import banner, is_presenting, keep_to_story
from dashboard.components.problems import gone
from dashboard.services.catalogue import LatentcoreError, catalogue
from dashboard.services.runtime import drawing_page, prepare

ICON = str(Path(__file__).with_name("icon.svg"))
"""Ours: the browser would fetch one of Streamlit's from another server."""
PAGE_STYLE = """
.stMainBlockContainer { padding-left: 2.25rem; padding-right: 2.25rem; }
div[data-testid="stCaptionContainer"] { opacity: 0.75; }
.st-key-map_keys { position: absolute; height: 0; }
:is(.st-key-latent_map, .st-key-front_maps) [data-testid="stElementToolbar"] { display: none; }
.st-key-front_maps canvas { touch-action: pan-y; }
.st-key-front_maps, .st-key-linked_maps, .st-key-morph, .st-key-neighbour_map, .st-key-likeness_map,
[class*="st-key-stretch_"] { overflow-x: auto; }
[data-testid="stMultiSelectTagsContainer"] [role="group"] > span {
  background-color: color-mix(in srgb, currentColor 14%, transparent); color: inherit; }
@media (max-width: 900px) { .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; } }
"""


def show_page() -> None:
    """Run the page that the address names, in the frame of all pages."""
    st.set_page_config(page_title="Latent Atlas", page_icon=ICON, layout="wide")
    st.html(f"<style>{PAGE_STYLE}</style>")
    prepare()
    arrived = state.begin()
    pages = {
        "": [
            st.Page("views/overview.py", title="Overview", icon=":material/home:", default=True),
            st.Page("views/explore.py", title="Explore", icon=":material/scatter_plot:"),
            st.Page("views/interpolate.py", title="Interpolate", icon=":material/gradient:"),
            st.Page("views/sample.py", title="Sample", icon=":material/casino:"),
            st.Page("views/edit.py", title="Edit", icon=":material/tune:"),
            st.Page("views/compare.py", title="Compare", icon=":material/compare_arrows:"),
        ],
        "Apply": [
            st.Page("views/compression.py", title="Compression", icon=":material/compress:"),
            st.Page("views/anomaly.py", title="Anomalies", icon=":material/troubleshoot:"),
            st.Page("views/denoise.py", title="Denoise", icon=":material/blur_off:"),
            st.Page("views/synthesis.py", title="Synthetic data", icon=":material/auto_awesome:"),
            st.Page("views/transfer.py", title="Transfer", icon=":material/move_up:"),
        ],
    }
    page = st.navigation(pages, position="hidden" if is_presenting() else "top")
    if is_presenting() and (found := catalogue()).specs:
        keep_to_story(found, page.url_path, arrived=arrived)
        banner(found)
    try:
        with drawing_page():
            page.run()
    except LatentcoreError as error:  # such as a bundle that went between two looks at it
        gone(error)
