"""Volume change of a decoder over its two-dimensional latent space."""

from __future__ import annotations

import json

import numpy as np
import pytest
import vl_convert

from dashboard.compare.decoder_geometry.charts import MAX_COLOUR, MIN_COLOUR, volume_change_chart
from dashboard.compare.decoder_geometry.services import volume_change_map
from dashboard.data.catalogue import open_bundle
from latentcore.geometry import cell_centres, cell_indices

BUNDLE = "digits/vae-d2"


def test_cells_are_relative_to_the_median_volume_change_at_test_codes():
    data, bundle = volume_change_map(open_bundle(BUNDLE)), open_bundle(BUNDLE)
    cells = data.cells
    assert len(cells) == data.n_cells**2
    assert np.array_equal(cells[["x", "y"]], cell_centres(data.extent, data.n_cells))
    assert (cells["volume_change"] >= 0).all()
    codes = data.codes[["x", "y"]].to_numpy(np.float32)
    assert np.array_equal(np.sort(codes, axis=0), np.sort(bundle.test.codes, axis=0))
    inside = np.abs(codes - np.array(data.extent).reshape(2, 2).mean(axis=1)).max(axis=1)
    inside = inside < (data.extent[1] - data.extent[0]) / 2
    assert inside.mean() > 0.85
    columns, rows = cell_indices(codes[inside], data.extent, data.n_cells)
    at_codes = cells["volume_change"].to_numpy()[rows * data.n_cells + columns]
    assert np.median(at_codes) == pytest.approx(1, rel=0.35)


def test_the_volume_change_of_a_linear_decoder_is_constant_where_no_pixel_is_clipped():
    data = volume_change_map(open_bundle("digits/pca-d2"))
    middle = data.cells["volume_change"].to_numpy().reshape(data.n_cells, -1)[20:28, 20:28]
    assert middle == pytest.approx(np.full_like(middle, middle.mean()), rel=0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_the_map_compiles_with_values_beyond_the_colour_scale(dark):
    data = volume_change_map(open_bundle(BUNDLE))
    cells = data.cells.copy()
    cells.loc[:1, "volume_change"] = [0, 1e6]
    spec = volume_change_chart(cells, data.codes, data.extent, data.n_cells, size=200, dark=dark)
    assert vl_convert.vegalite_to_svg(json.dumps(spec)).startswith("<svg")
    rows = next(data for data in spec["datasets"].values() if "volume_change" in data[0])
    assert min(row["volume_change"] for row in rows) == pytest.approx(MIN_COLOUR)
    assert max(row["volume_change"] for row in rows) == pytest.approx(MAX_COLOUR)
