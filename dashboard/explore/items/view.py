"""Explore on a space of items: map with the item under the pointer, pinned item, search."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.class_names import format_classes
from dashboard.data.items.colours import CLASS, DISTANCE
from dashboard.data.items.spaces import ItemSpace
from dashboard.explore.items.about import about_space
from dashboard.explore.items.controls import chosen_item_map, pick_item_map
from dashboard.explore.items.criteria import chosen_criteria
from dashboard.explore.items.downloads import item_downloads
from dashboard.explore.items.farthest import farthest_list
from dashboard.explore.items.item_map import item_map
from dashboard.explore.items.item_panel import chosen_other, item_panel
from dashboard.explore.items.pinned import PINNED_NOW, pinned_row
from dashboard.explore.items.search import ANY
from dashboard.explore.items.selection import selection_row
from dashboard.explore.items.taste import chosen_liked, taste_panel
from dashboard.explore.services.item_taste import can_recommend
from dashboard.ui.fragments import bundle_fragment
from dashboard.ui.share import copy_link, show_notices

LISTS = ":is(.st-key-near_first, .st-key-near_second, .st-key-farthest, .st-key-recommended)"
STYLE = f"""
.st-key-selection {{ min-height: 40px; }}
{LISTS} button {{ min-height: 0; padding: 2px 0; justify-content: flex-start; text-align: left;
  overflow: hidden; }}
{LISTS} button * {{ max-width: 100%; overflow: hidden; justify-content: flex-start; }}
{LISTS} button p {{ font-size: 0.85rem; white-space: nowrap; text-overflow: ellipsis; }}
"""
TABS = ("Pinned item", "Recommendations")
WITHOUT_DECODER = (
    "A space of items has no decoder, so there are no decodes under the pointer, no reconstructions and "
    "residuals, no trust shading, and no view of how it formed."
)


def items_view(space: ItemSpace) -> None:
    """Draw controls, map, panel and what is known of the space."""
    st.html(f"<style>{STYLE}</style>")
    explore_items(space)
    about_space(space)


@bundle_fragment
def explore_items(space: ItemSpace) -> None:
    """Draw controls, map and item; a control, a search or a click reruns this fragment only.

    The map is drawn first, or the item if it was pinned just now.
    """
    choice = chosen_item_map(space)
    pick_item_map(choice, space)
    row, other = pinned_row(space), chosen_other(space)
    criteria, liked = chosen_criteria(space, choice.plane), chosen_liked(space)
    state.publish(
        {"colour": CLASS, "second": other or "", "where": ANY},
        dataset=space.spec.collection.name,
        model=space.spec.name,
        plane=choice.plane,
        colour=choice.colour,
        classes=format_classes(choice.only) if choice.only else None,
        point=str(space.items.ids[row]),
        second=other,
        find=state.get("find"),
        where=state.get("where") if state.get("find") else None,
        box=state.get("box"),
        near=state.get("near"),
        liked=state.get("liked"),
    )
    show_notices()
    left, right = st.columns([1.2, 1], gap="medium")

    def draw_map() -> None:
        with left:
            selection_row(space, criteria, choice.n_shown)
            item_map(space, choice, criteria, liked, row)

    def draw_panel() -> None:
        with right:
            if not can_recommend(space):
                item_panel(space, row, other)
                return
            item, taste = st.tabs(TABS, default=TABS[bool(liked)], key="item_or_taste")
            with item:
                item_panel(space, row, other)
            with taste:
                taste_panel(space, liked, row)

    for draw in (draw_panel, draw_map) if state.lower(PINNED_NOW) else (draw_map, draw_panel):
        draw()
    with left:
        if choice.colour == DISTANCE:
            farthest_list(space)
        st.caption(WITHOUT_DECODER)
        with st.container(horizontal=True):
            item_downloads(space, choice)
            copy_link()
