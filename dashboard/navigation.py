"""Navigation, page configuration and error handling around every page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard import state
from dashboard.data.catalogue import LatentcoreError, catalogue
from dashboard.data.ownership import note_use
from dashboard.server.process import drawing_page, prepare
from dashboard.ui.presentation import banner, is_presenting, keep_to_story
from dashboard.ui.problems import show_removed


@dataclass(frozen=True)
class PageEntry:
    """One page of the navigation.

    Attributes
    ----------
    folder : str
        Folder of the feature, beside this file; its `page.py` is the page.
    title : str
    icon : str
        Name of a Material symbol, as ``:material/name:``.
    url_path : str
        Path in the address; empty for the front door. Shared links rely on it.
    """

    folder: str
    title: str
    icon: str
    url_path: str


PAGES = {
    "": (
        PageEntry("overview", "Overview", ":material/home:", ""),
        PageEntry("explore", "Explore", ":material/scatter_plot:", "explore"),
        PageEntry("interpolate", "Interpolate", ":material/gradient:", "interpolate"),
        PageEntry("sample", "Sample", ":material/casino:", "sample"),
        PageEntry("edit", "Edit", ":material/tune:", "edit"),
        PageEntry("compare", "Compare", ":material/compare_arrows:", "compare"),
        PageEntry("your_data", "Your data", ":material/add_photo_alternate:", "data"),
        PageEntry("train", "Train", ":material/model_training:", "train"),
    ),
    "Apply": (
        PageEntry("apply/compression", "Compression", ":material/compress:", "compression"),
        PageEntry("apply/anomaly", "Anomalies", ":material/troubleshoot:", "anomaly"),
        PageEntry("apply/denoising", "Denoise", ":material/blur_off:", "denoise"),
        PageEntry("apply/synthetic_data", "Synthetic data", ":material/auto_awesome:", "synthesis"),
        PageEntry("apply/transfer", "Transfer", ":material/move_up:", "transfer"),
    ),
}
"""The pages by the group of the menu that they stand in."""
ICON = str(Path(__file__).with_name("icon.svg"))
"""Ours: the browser would fetch one of Streamlit's from another server."""
PAGE_STYLE = """
.stMainBlockContainer { padding-left: 2.25rem; padding-right: 2.25rem; }
div[data-testid="stCaptionContainer"] { opacity: 0.75; }
.st-key-pick_family [role="radio"] { padding-inline: 0.65rem; }
.st-key-map_keys { position: absolute; height: 0; }
:is(.st-key-latent_map, .st-key-front_maps) [data-testid="stElementToolbar"] { display: none; }
.st-key-front_maps canvas { touch-action: pan-y; }
.st-key-front_maps, .st-key-linked_maps, .st-key-morph, .st-key-neighbour_map, .st-key-similarity_map,
[class*="st-key-decoder_geometry_"] { overflow-x: auto; }
[data-testid="stMultiSelectTagsContainer"] [role="group"] > span {
  background-color: color-mix(in srgb, currentColor 14%, transparent); color: inherit; }
@media (max-width: 900px) { .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; } }
"""


def show_page() -> None:
    """Run the page that the address names."""
    st.set_page_config(page_title="Latent Atlas", page_icon=ICON, layout="wide")
    st.html(f"<style>{PAGE_STYLE}</style>")
    prepare()
    note_use()
    arrived = state.begin()
    pages = {group: [_page(entry) for entry in entries] for group, entries in PAGES.items()}
    page = st.navigation(pages, position="hidden" if is_presenting() else "top")
    if is_presenting() and (found := catalogue()).specs:
        keep_to_story(found, page.url_path, arrived=arrived)
        banner(found)
    try:
        with drawing_page():
            page.run()
    except LatentcoreError as error:  # such as a bundle that was removed after it was listed
        show_removed(error)


def _page(entry: PageEntry) -> StreamlitPage:
    return st.Page(
        f"{entry.folder}/page.py",
        title=entry.title,
        icon=entry.icon,
        url_path=entry.url_path,
        default=not entry.url_path,
    )
