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
    elif rules.is_hosted:
        st.caption(
            "No model yet. Models are trained on your own computer: install Latent Atlas, add the images "
            "there, and run `latentcore train`."
        )
    else:
        st.caption("No model yet. Train one, and this page links to it within a minute:")
        st.code(f"latentcore train {dataset.name} vae --latent-dim 16", language=None, wrap_lines=True)
