"""Local volume change of a decoder of two-dimensional codes, sqrt(det J'J), on a grid of the latent space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, Bundle
from dashboard.data.maps import stratified_rows
from dashboard.server.concurrency import limited
from latentcore.decoder_geometry import magnification_factor
from latentcore.geometry import Extent, cell_centres, square_extent

N_CELLS, N_CODES = 48, 1000
CENTRAL_SHARE = 0.95
"""The map covers at least this share of the codes in each direction: a few outliers lie very far out."""
STEP_SHARE = 1e-3
"""Step of the central differences, as a share of the map's width."""


@dataclass(frozen=True)
class VolumeChangeMap:
    """Volume change of one decoder over its latent space.

    Attributes
    ----------
    title : str
    extent : Extent
    cells : DataFrame
        One row per cell: centre ``x, y`` and ``volume_change``, divided by its median at the test codes.
    codes : DataFrame
        Test codes ``x, y`` and their ``class``.
    n_cells : int
        Cells per side.
    """

    title: str
    extent: Extent
    cells: pd.DataFrame
    codes: pd.DataFrame
    n_cells: int


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def volume_change_map(bundle: Bundle) -> VolumeChangeMap:
    """Return the volume change of a decoder over its latent space, which must have two dimensions."""
    codes, rest = bundle.test.codes, (1 - CENTRAL_SHARE) / 2
    extent = square_extent(np.quantile(codes, [rest, 1 - rest], axis=0).astype(np.float32))
    rows = stratified_rows(bundle.test_groups, N_CODES)
    centres, step = cell_centres(extent, N_CELLS), STEP_SHARE * (extent[1] - extent[0])
    change = magnification_factor(bundle.model.decode, np.concatenate([centres, codes[rows]]), step=step)
    at_cells, at_codes = change[: len(centres)], change[len(centres) :]
    median = max(float(np.median(at_codes)), 1e-12)
    return VolumeChangeMap(
        title=bundle.spec.title,
        extent=extent,
        cells=pd.DataFrame({"x": centres[:, 0], "y": centres[:, 1], "volume_change": at_cells / median}),
        codes=pd.DataFrame(
            {
                "x": codes[rows, 0],
                "y": codes[rows, 1],
                "class": np.array(bundle.groups)[bundle.test_groups[rows]],
            }
        ),
        n_cells=N_CELLS,
    )
