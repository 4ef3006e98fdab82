"""What a page says where the address names a collection of items, for which it has nothing to show."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Catalogue, catalogue, dataset_title
from dashboard.ui.pickers import pick_any_dataset

MAX_LINKS = 6


def named_collection(found: Catalogue) -> str | None:
    """Return the collection that the address names, or None."""
    name = state.get("dataset") or ""
    return name if found.is_collection(name) else None


def collection_note(collection: str, why: str) -> None:
    """Say why a page does not show a collection, with a link to where it is shown.

    Parameters
    ----------
    collection : str
    why : str
        First half of the sentence, such as "Sampling needs a model with a prior or a fitted density".
    """
    title = state.escape_markdown(dataset_title(collection))
    st.info(f"{why}; {title} has spaces of items without a model.", icon=":material/info:")
    st.page_link(
        "explore/page.py",
        label=f"Explore {title}",
        icon=":material/scatter_plot:",
        query_params={"dataset": collection},
    )


def collection_links(found: Catalogue) -> None:
    """Draw links to the collections of items; nothing without any."""
    names = found.collections()
    if not names:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Spaces of texts and other items:", width="content")
        for name in names[:MAX_LINKS]:
            st.page_link(
                "explore/page.py",
                label=state.escape_markdown(dataset_title(name)),
                icon=":material/scatter_plot:",
                query_params={"dataset": name},
            )


def stop_at_collection(why: str) -> None:
    """Say why the page does not show the collection that the address names, and stop it; else do nothing."""
    found = catalogue()
    collection = named_collection(found)
    if collection is None:
        return
    state.publish(dataset=collection)
    with st.columns([1.1, 3.4])[0]:
        pick_any_dataset(found, collection)
    collection_note(collection, why)
    st.stop()
