"""What to do with a dataset next."""

from __future__ import annotations

import streamlit as st

from dashboard.data.upload_rules import UploadRules
from dashboard.your_data.services.known import KnownDataset


def next_step(dataset: KnownDataset, rules: UploadRules) -> None:
    """Draw the link to the dataset's models, or how to train the first one."""
    if dataset.models:
        st.page_link(
            "explore/page.py",
            label="Explore",
            icon=":material/scatter_plot:",
            query_params={"dataset": dataset.name, "model": dataset.models[0]},
        )
        return
    st.caption("No model yet. Train one here, and watch its latent space form:")
    st.page_link(
        "train/page.py",
        label="Train a model",
        icon=":material/model_training:",
        query_params={"dataset": dataset.name, "run": "new"},
    )
    if not rules.is_hosted:
        st.caption("Or with a command; this page links to the model within a minute:")
        st.code(f"latentcore train {dataset.name} vae --latent-dim 16", language=None, wrap_lines=True)
