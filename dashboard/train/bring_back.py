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
        if rules.is_allowed:
            _uploader(rules, brought)
        else:
            st.caption(
                "Uploading is switched off on this server. On your own computer, `latentcore import "
                "FILE.zip` adds a model, and every page shows it."
            )


def _uploader(rules: UploadRules, brought: Brought | None) -> None:
    """Draw the uploader, empty again after each upload so that the file does not stay in memory."""
    limit = min(rules.max_megabytes, MAX_MEGABYTES)
    accept_uploads(limit)
    key = f"train_zip_{state.held(N_UPLOADS, None) or 0}"
    left, right = st.columns([1.25, 1], gap="large", vertical_alignment="center")
    left.file_uploader(
        f"Zip file of a model, up to {limit} MB",
        type=["zip"],
        key=key,
        max_upload_size=limit,
        on_change=_bring,
        args=(key, rules),
    )
    with right:
        if brought is None:
            stays = "Only you see it, as long as this tab is in use." if rules.is_hosted else "It stays here."
            st.caption(
                "A zip file from “Download the model” or `latentcore export`. It is checked as a whole, and "
                f"then every page shows the model. {stays}"
            )
        else:
            _became(brought)


def _became(brought: Brought) -> None:
    if brought.problem:
        st.error(f"Nothing was added. {state.escape_markdown(brought.problem)}", icon=":material/error:")
        return
    renamed = f", as there is a model “{brought.former_name}” already" if brought.former_name else ""
    name, why = state.escape_markdown(brought.name), state.escape_markdown(renamed)
    st.success(f"**{name}** is here{why}: every page shows it.", icon=":material/check:")
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
