"""A compressed file to take away, and the command that opens it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.apply.compression.services.live import N_IN_FILE, lat_file
from dashboard.apply.compression.services.study import Curve
from dashboard.data.catalogue import Bundle, bundle_title, open_bundle


def lat_download(bundles: Sequence[Bundle], curves: Sequence[Curve], step: float) -> None:
    """Draw the choice of a model, the button and the command."""
    grids = {curve.name: curve.grid for curve in curves if curve.grid is not None}
    able = {bundle.spec.id: bundle for bundle in bundles if bundle.spec.name in grids}
    if not able:
        return
    st.markdown("#### A file to take away")
    pick, button, words = st.columns([1, 1, 2.4], vertical_alignment="bottom")
    chosen = pick.selectbox("Model of the file", list(able), format_func=bundle_title, key="lat_model")
    grid = grids[able[chosen].spec.name]
    assert grid is not None  # noqa: S101 - mypy does not see the filter above
    data = lat_file(open_bundle(chosen), grid, step)
    name = f"{chosen.replace('/', '-')}.lat"
    n = min(N_IN_FILE, len(able[chosen].test))
    button.download_button(
        f"{n} images, {len(data):,} bytes",
        data,
        name,
        "application/octet-stream",
        icon=":material/download:",
        on_click="ignore",
        help="Codes of random test images at the step chosen above; the file holds no image and no decoder.",
    )
    words.code(f"latentcore decompress {name} images", language="bash", wrap_lines=True)
