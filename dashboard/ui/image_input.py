"""Test images chosen by index, where bundles may hold codes of only a part of the test split."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, open_bundle
from dashboard.data.code_tables import existing_index, has_test_code
from dashboard.ui.fragments import bundle_callback


def image_input(label: str, bundle: Bundle, key: str, default: int) -> int:
    """Draw a number input that accepts only indices in the bundle's test table; return the chosen index.

    Parameters
    ----------
    label : str
    bundle : Bundle
    key : str
        Of the widget.
    default : int
        Index that is shown at first.
    """
    index = existing_index(bundle, int(default if state.widget(key) is None else state.widget(key)))
    state.set_widget(key, index)
    indices = bundle.test.indices
    st.number_input(
        label,
        int(indices.min()),
        int(indices.max()),
        step=1,
        key=key,
        on_change=_set_existing_index,
        args=(bundle.spec.id, key, index),
    )
    return index


def bundles_with_codes(bundles: Sequence[Bundle], indices: Sequence[int]) -> list[Bundle]:
    """Return the bundles that hold codes of all these test images; name the others in a caption."""
    complete = []
    for bundle in bundles:
        missing = [index for index in indices if not has_test_code(bundle, index)]
        if missing:
            st.caption(f"{bundle.spec.title} has no code of test image {missing[0]} and is left out.")
        else:
            complete.append(bundle)
    return complete


@bundle_callback
def _set_existing_index(bundle_id: str, key: str, former: int) -> None:
    state.set_widget(key, existing_index(open_bundle(bundle_id), int(state.widget(key)), former))
