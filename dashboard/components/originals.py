"""What stands in for originals that are not on this machine, and the button that fetches them."""

from __future__ import annotations

import streamlit as st

from dashboard.services.catalogue import dataset_title
from dashboard.services.originals import can_be_fetched, fetching_of, originals_problem, start_fetching

POLL_SECONDS = 0.5


def originals_note(dataset: str) -> None:
    """Say that decodes stand in for originals, and offer to fetch them; nothing where they are at hand."""
    problem = originals_problem(dataset)
    if problem is None:
        return
    if not can_be_fetched(dataset):
        st.warning(f"Reconstructions stand in for originals. {problem}", icon=":material/image:")
        return
    st.caption(
        f"{dataset_title(dataset)} is not on this machine: reconstructions stand in for originals, and real "
        "neighbours are shown as their decodes."
    )
    fetching = fetching_of(dataset)
    if fetching is not None and not fetching.finished:
        _progress(dataset)
        return
    if fetching is not None and fetching.problem is not None:
        st.warning(fetching.problem, icon=":material/cloud_off:")
    st.button(
        f"Fetch {dataset_title(dataset)}",
        icon=":material/download:",
        key="fetch_dataset",
        on_click=start_fetching,
        args=(dataset,),
        help="Downloads the images once, into the data folder of this machine.",
    )


@st.fragment(run_every=POLL_SECONDS)
def _progress(dataset: str) -> None:
    """Show how much has arrived; run the page again when it is over."""
    fetching = fetching_of(dataset)
    if fetching is None or fetching.finished:
        st.rerun()
        return
    st.progress(fetching.share, text=f"Fetching {dataset_title(dataset)}: {fetching.share:.0%}")
