"""Where a decoder of two-dimensional codes stretches its map, and where it hardly moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.catalogue import bundle_title, open_bundle
from dashboard.data.maps import stratified_rows
from dashboard.server.concurrency import dear
from latentcore.decoder_geometry import magnification_factor
from latentcore.geometry import Extent, cell_centres, square_extent

N_CELLS, N_DRAWN = 48, 1000
CENTRAL = 0.95
"""The map covers at least this share of the codes in each direction: a few lie very far out."""
STEP_SHARE = 1e-3
"""Step of the differences, as a share of the map's width."""


@dataclass(frozen=True)
class StretchMap:
    """The stretch over one map.

    Attributes
    ----------
    title : str
    extent : Extent
    cells : DataFrame
        Centre ``x, y`` of each cell and its ``stretch``, as a multiple of the median at real codes.
    points : DataFrame
        Real (test) codes ``x, y`` and their ``class``.
    n_cells : int
        Cells a side.
    """

    title: str
    extent: Extent
    cells: pd.DataFrame
    points: pd.DataFrame
    n_cells: int


@st.cache_resource(max_entries=16, show_spinner=False)
@dear
def stretch_map(bundle_id: str) -> StretchMap:
    """Return the stretch over the map of a bundle whose codes have two dimensions."""
    bundle = open_bundle(bundle_id)
    codes, rest = bundle.test.codes, (1 - CENTRAL) / 2
    extent = square_extent(np.quantile(codes, [rest, 1 - rest], axis=0).astype(np.float32))
    rows = stratified_rows(bundle.test.labels, N_DRAWN)
    centres, step = cell_centres(extent, N_CELLS), STEP_SHARE * (extent[1] - extent[0])
    stretch = magnification_factor(bundle.model.decode, np.concatenate([centres, codes[rows]]), step=step)
    usual = max(float(np.median(stretch[len(centres) :])), 1e-12)
    return StretchMap(
        title=bundle_title(bundle_id),
        extent=extent,
        cells=pd.DataFrame(
            {"x": centres[:, 0], "y": centres[:, 1], "stretch": stretch[: len(centres)] / usual}
        ),
        points=pd.DataFrame(
            {
                "x": codes[rows, 0],
                "y": codes[rows, 1],
                "class": np.array(bundle.classes)[bundle.test.labels[rows]],
            }
        ),
        n_cells=N_CELLS,
    )
