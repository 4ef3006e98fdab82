"""Your data: add own images as a dataset by upload, list own datasets, remove them."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.upload_rules import UploadRules, upload_rules
from dashboard.server.upload_size import accept_uploads
from dashboard.ui.share import show_notices
from dashboard.your_data.add_form import add_form, latest_outcome
from dashboard.your_data.added import added_dataset
from dashboard.your_data.dataset_cards import dataset_cards
from dashboard.your_data.services.known import known_datasets
from dashboard.your_data.services.vectors import own_collections
from dashboard.your_data.vector_form import (
    added_vectors,
    collection_cards,
    latest_vectors,
    vectors_form,
)

IMAGES, VECTORS = "Images", "Vectors"


def page() -> None:
    """Draw the page."""
    state.publish(dataset=state.get("dataset"))
    rules = upload_rules()
    st.subheader("Your data")
    st.caption(
        "Make a dataset of your own images, on which models can be trained, or bring vectors that you have, "
        "which Explore and Compare show."
    )
    show_notices()
    known = known_datasets(of_session=rules.is_hosted)
    outcome = latest_outcome()
    vectors = latest_vectors()
    added = next((one for one in known if outcome and outcome.added and one.name == outcome.added.name), None)
    if outcome is not None and added is not None:
        added_dataset(outcome, added, rules)
    elif vectors is not None and vectors.added is not None:
        added_vectors(vectors)
    else:
        _add(rules)
    collections = own_collections(of_session=rules.is_hosted)
    others = [one for one in known if one != added]
    if others:
        dataset_cards(others, rules)
    if collections:
        collection_cards(collections)
    if not known and not collections and rules.is_allowed:
        st.caption("You have added no dataset yet.")


def _add(rules: UploadRules) -> None:
    """Draw the form, or why there is none."""
    if not rules.is_allowed:
        st.info(
            "Uploading is switched off on this server. On your own computer, "
            "`latentcore data add NAME FOLDER` adds images, and this page shows them.",
            icon=":material/block:",
        )
        return
    accept_uploads(rules.max_megabytes)
    kind = st.segmented_control(
        "What to add",
        (IMAGES, VECTORS),
        default=IMAGES,
        required=True,
        key="data_kind",
        help="Vectors: embeddings that you have already, of texts, items or anything else.",
    )
    if kind == VECTORS:
        vectors_form(rules)
    else:
        add_form(rules)


page()
