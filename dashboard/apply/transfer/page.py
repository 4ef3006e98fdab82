"""Transfer page: linear probes on few labels, with encoders of this dataset and of others."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.apply.transfer.controls import NAMES
from dashboard.apply.transfer.measure_again import measure_again, measure_items
from dashboard.apply.transfer.probe_curves import linear_probes
from dashboard.data.catalogue import Bundle, Space, dataset_title
from dashboard.ui.frame import models_page, needs_labels


def page() -> None:
    """Draw the page."""
    models_page(_sections, NAMES, draw_items=_of_items)


def _sections(dataset: str, bundles: list[Bundle]) -> None:
    if needs_labels(bundles, "A linear probe is trained on labelled images"):
        return
    linear_probes(dataset, [bundle.spec.name for bundle in bundles])
    measure_again([bundle.spec.id for bundle in bundles])


def _of_items(collection: str, spaces: list[Space]) -> None:
    if not spaces[0].has_labels:
        title = state.escape_markdown(dataset_title(collection))
        st.info(
            f"A linear probe is trained on labelled items; those of {title} have no labels. Choose another "
            "dataset, or add the vectors again and name the column of classes.",
            icon=":material/info:",
        )
        return
    measure_items([space.id for space in spaces])


page()
