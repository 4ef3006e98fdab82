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


def page() -> None:
    """Draw the page."""
    state.publish(dataset=state.get("dataset"))
    rules = upload_rules()
    st.subheader("Your data")
    st.caption("Make a dataset of your own images. Models can be trained on it, and every page shows them.")
    show_notices()
    known = known_datasets(of_session=rules.is_hosted)
    outcome = latest_outcome()
    added = next((one for one in known if outcome and outcome.added and one.name == outcome.added.name), None)
    if outcome is not None and added is not None:
        added_dataset(outcome, added, rules)
    else:
        _add(rules)
    others = [one for one in known if one != added]
    if others:
        dataset_cards(others, rules)
    elif added is None and rules.is_allowed:
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
    add_form(rules)


page()
