"""About this space: how its codes were computed, its scores, and its card."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.data.cards import card_body
from dashboard.data.items.spaces import ItemSpace
from dashboard.ui.fragments import bundle_fragment


@bundle_fragment
def about_space(space: ItemSpace) -> None:
    """Draw the expander about the space; its content is made when it is opened."""
    opened = st.expander("About this space", icon=":material/info:", key="about", on_change="rerun")
    if opened.open:
        with opened:
            _facts(space)


def _facts(space: ItemSpace) -> None:
    """Draw facts, columns, scores and the card."""
    collection = space.spec.collection
    facts, columns = st.columns([1, 2], gap="large")
    with facts:
        distance = "cosine" if space.spec.metric == "cosine" else "Euclidean"
        st.markdown(
            f"**Items** {space.n_items:,}  \n**Dimensions** {space.latent_dim}  \n**Distance** {distance}  \n"
            f"**Licence** {state.escape_markdown(str(collection.config['licence']))}"
        )
        st.caption(f"From {state.escape_markdown(str(collection.config['source']))}.")
        command = space.config["recipe"].get("command")
        if command:
            st.code(str(command), language="bash", wrap_lines=True)
    with columns:
        st.dataframe(
            pd.DataFrame(
                [{"Column": one.name, "Holds": one.summary or one.kind} for one in space.items.columns]
            ),
            hide_index=True,
        )
    st.markdown(card_body(space.card))
