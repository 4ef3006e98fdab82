"""Control: number of labels per class; owns the name "labels"."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import state

NAMES = ("labels",)
DEFAULT = 10


def chosen_labels(choices: Sequence[int]) -> int:
    """Return the valid choice of labels per class."""
    options = [str(n) for n in choices]
    default = str(DEFAULT) if str(DEFAULT) in options else options[-1]
    return int(state.choose("labels", options, default, "number of labels"))


def pick_labels(choices: Sequence[int], n_labels: int) -> None:
    """Draw the choice of labels per class, for the sentences and the table of transferred encoders."""
    st.segmented_control(
        "Labels per class",
        list(choices),
        required=True,
        help="Labelled images of each class that the linear probe is trained on.",
        **state.bind("pick_labels", n_labels, _set_labels),
    )


def _set_labels() -> None:
    state.put("labels", str(state.widget("pick_labels")))
