"""Bring a model back: the uploader of a zip file, and what became of it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import state
from dashboard.data.upload_rules import UploadRules
from dashboard.server.upload_size import accept_uploads
from dashboard.train.services.bringing import MAX_MEGABYTES, Brought, bring_back

BROUGHT, N_UPLOADS = "brought_model", "n_brought_models"


def bring_back_form(rules: UploadRules) -> None:
    """Draw the uploader in an expander; it is open once a model was uploaded."""
    brought: Brought | None = state.held(BROUGHT, None)
    with st.expander("Bring a model back", icon=":material/unarchive:", expanded=brought is not None):
        if not rules.is_allowed:
            st.caption(
                "Uploading is switched off on this server. On your own computer, `latentcore import` does it."
            )
            return
        if brought is not None:
            _became(brought)
        _uploader(rules)


def _uploader(rules: UploadRules) -> None:
    """Draw the uploader, empty again after each upload so that the file does not stay in memory."""
    limit = min(rules.max_megabytes, MAX_MEGABYTES)
    accept_uploads(limit)
    key = f"train_zip_{state.held(N_UPLOADS, None) or 0}"
    st.file_uploader(
        f"Zip file of a model, up to {limit} MB",
        type=["zip"],
        key=key,
        max_upload_size=limit,
        on_change=_bring,
        args=(key, rules),
        help="From “Download the model”, or from `latentcore export`. It is checked before it is added.",
    )
    st.caption(
        "Only you see the model, as long as this tab is in use."
        if rules.is_hosted
        else "The model stays on this computer."
    )


def _became(brought: Brought) -> None:
    if brought.problem:
        st.error(f"Nothing was added. {state.escape_markdown(brought.problem)}", icon=":material/error:")
        return
    why = f" There is a model “{brought.former_name}” already, hence the name." if brought.former_name else ""
    name, why = state.escape_markdown(brought.name), state.escape_markdown(why)
    st.success(f"**{name}** was added; every page shows it.{why}", icon=":material/check:")
    dataset, _, model = brought.bundle_id.partition("/")
    st.page_link(
        "explore/page.py",
        label="Explore its map",
        icon=":material/scatter_plot:",
        query_params={"dataset": dataset, "model": model},
    )


def _bring(key: str, rules: UploadRules) -> None:
    uploaded: Any = state.widget(key)
    if uploaded is None:
        return
    number = (state.held(N_UPLOADS, None) or 0) + 1
    for name, value in ((BROUGHT, bring_back(uploaded, uploaded.size, rules)), (N_UPLOADS, number)):
        state.release(name)
        state.hold(name, None, value)
