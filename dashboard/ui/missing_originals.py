"""Note on stand-ins for originals that are not on this machine, and the button that downloads them."""

from __future__ import annotations

import streamlit as st

from dashboard.data.catalogue import dataset_title
from dashboard.data.images.fetching import can_be_fetched, fetching_of, start_fetching
from dashboard.data.images.originals import originals_problem
from dashboard.data.images.stand_ins import stand_in_bundle, stand_ins_label

POLL_SECONDS = 0.5


def originals_note(dataset: str) -> None:
    """Draw a note on the stand-ins and a download button; nothing where the originals are present."""
    problem = originals_problem(dataset)
    if problem is None:
        return
    made_by = stand_ins_label(stand_in_bundle(dataset))
    shown = (
        f"Its images are shown as {made_by}, the model with the lowest reconstruction error of those that "
        "decode in one step."
    )
    if not can_be_fetched(dataset):
        st.warning(f"{problem} {shown}", icon=":material/image:")
        return
    title = dataset_title(dataset)
    st.caption(f"{title} is not on this machine. {shown}")
    fetching = fetching_of(dataset)
    if fetching is not None and not fetching.finished:
        _progress(dataset)
        return
    if fetching is not None and fetching.problem is not None:
        st.warning(fetching.problem, icon=":material/cloud_off:")
    st.button(
        f"Download {title}",
        icon=":material/download:",
        key="fetch_dataset",
        on_click=start_fetching,
        args=(dataset,),
        help="Downloads the images once into the data folder of this machine.",
    )


@st.fragment(run_every=POLL_SECONDS)
def _progress(dataset: str) -> None:
    """Draw the progress bar; rerun the page when the download has finished."""
    fetching = fetching_of(dataset)
    if fetching is None or fetching.finished:
        st.rerun()
        return
    done = f"{fetching.share:.0%}" if fetching.started else "waiting"
    st.progress(fetching.share, text=f"Downloading {dataset_title(dataset)}: {done}")
