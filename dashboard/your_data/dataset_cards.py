"""The own datasets, a card each: images, facts, what was decided, the next step, removal."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import state
from dashboard.data.upload_rules import UploadRules
from dashboard.your_data.next_step import next_step
from dashboard.your_data.pictures import class_bars, draw_image_grid, facts
from dashboard.your_data.services.known import KnownDataset, remove_dataset
from dashboard.your_data.text_list import text_list

NOTICE = "own dataset"


def dataset_cards(datasets: Sequence[KnownDataset], rules: UploadRules) -> None:
    """Draw one card per dataset."""
    st.markdown("**Datasets**")
    for dataset in datasets:
        with st.container(border=True, key=f"dataset_{dataset.name}"):
            _card(dataset, rules)


def _card(dataset: KnownDataset, rules: UploadRules) -> None:
    images, text, actions = st.columns([1.1, 1.5, 0.62], gap="medium")
    with images:
        draw_image_grid(dataset, 9, 2, 42)
    with text, st.container(gap="xxsmall"):
        st.markdown(f"**{state.escape_markdown(dataset.title)}**")
        st.caption(f"{facts(dataset)}. From {state.escape_markdown(dataset.source)}.")
        next_step(dataset, rules)
    with actions:
        _details(dataset)
        _removal(dataset, rules)


def _details(dataset: KnownDataset) -> None:
    opened = st.popover(
        "Details", icon=":material/info:", width="stretch", key=f"details_{dataset.name}", on_change="rerun"
    )
    if opened.open:
        with opened:
            st.markdown("**What was decided**")
            text_list(dataset.notes)
            class_bars(dataset)


def _removal(dataset: KnownDataset, rules: UploadRules) -> None:
    with st.popover("Remove", icon=":material/delete:", width="stretch", key=f"remove_{dataset.name}"):
        stay = "" if rules.is_hosted or not dataset.models else " Its models stay, without original images."
        st.markdown(f"Delete the {dataset.n_train + dataset.n_test:,} images?{stay}")
        st.button(
            "Delete",
            icon=":material/delete:",
            key=f"delete_{dataset.name}",
            on_click=_remove,
            args=(dataset.name,),
        )


def _remove(name: str) -> None:
    problem = remove_dataset(name)
    if problem is not None:
        state.notify(NOTICE, problem)
