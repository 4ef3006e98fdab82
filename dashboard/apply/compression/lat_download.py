"""Download of a compressed file (.lat), and the command that decompresses it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.apply.compression.services.compress import N_IN_FILE, lat_file
from dashboard.apply.compression.services.study import Curve
from dashboard.data.catalogue import Bundle, bundle_title, file_stem, open_bundle


def lat_download(bundles: Sequence[Bundle], curves: Sequence[Curve], step: float) -> None:
    """Draw the choice of a model, the button and the command."""
    by_name = {curve.name: curve.grid for curve in curves if curve.grid is not None}
    grids = {bundle.spec.id: by_name[bundle.spec.name] for bundle in bundles if bundle.spec.name in by_name}
    if not grids:
        return
    st.markdown("#### Download a compressed file")
    pick, button, command = st.columns([1, 1, 2.4], vertical_alignment="bottom")
    chosen = pick.selectbox("Model of the file", list(grids), format_func=bundle_title, key="lat_model")
    bundle = open_bundle(chosen)
    data = lat_file(bundle, grids[chosen], step)
    name = f"{file_stem(chosen)}.lat"
    n = min(N_IN_FILE, len(bundle.test))
    button.download_button(
        f"{n} images, {len(data):,} bytes",
        data,
        name,
        "application/octet-stream",
        icon=":material/download:",
        on_click="ignore",
        help="Codes of random test images at the step chosen above; the file holds neither images nor "
        "the decoder.",
    )
    command.code(f"latentcore decompress {name} images", language="bash", wrap_lines=True)
