"""The stretch of a decoder over its map."""

from __future__ import annotations

import json

import numpy as np
import pytest
import vl_convert

from dashboard.compare.decoder_geometry import services as stretch
from dashboard.compare.decoder_geometry.charts import HIGH, LOW, stretch_map
from dashboard.data.catalogue import open_bundle
from latentcore.geometry import cell_centres, cell_indices

BUNDLE = "digits/vae-d2"


def test_cells_are_multiples_of_the_usual_stretch_at_real_codes():
    content, bundle = stretch.stretch_map(BUNDLE), open_bundle(BUNDLE)
    cells = content.cells
    assert len(cells) == content.n_cells**2
    assert np.array_equal(cells[["x", "y"]], cell_centres(content.extent, content.n_cells))
    assert (cells["stretch"] >= 0).all()
    codes = content.points[["x", "y"]].to_numpy(np.float32)
    assert np.array_equal(np.sort(codes, axis=0), np.sort(bundle.test.codes, axis=0))
    inside = np.abs(codes - np.array(content.extent).reshape(2, 2).mean(axis=1)).max(axis=1)
    inside = inside < (content.extent[1] - content.extent[0]) / 2
    assert inside.mean() > 0.85
    columns, rows = cell_indices(codes[inside], content.extent, content.n_cells)
    at_codes = cells["stretch"].to_numpy()[rows * content.n_cells + columns]
    assert np.median(at_codes) == pytest.approx(1, rel=0.35)


def test_a_linear_decoder_is_flat_where_no_pixel_is_clipped():
    content = stretch.stretch_map("digits/pca-d2")
    middle = content.cells["stretch"].to_numpy().reshape(content.n_cells, -1)[20:28, 20:28]
    assert middle == pytest.approx(np.full_like(middle, middle.mean()), rel=0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_the_map_compiles_with_stretches_beyond_the_scale(dark):
    content = stretch.stretch_map(BUNDLE)
    cells = content.cells.copy()
    cells.loc[:1, "stretch"] = [0, 1e6]
    spec = stretch_map(cells, content.points, content.extent, content.n_cells, size=200, dark=dark)
    assert vl_convert.vegalite_to_svg(json.dumps(spec)).startswith("<svg")
    rows = next(data for data in spec["datasets"].values() if "stretch" in data[0])
    assert min(row["stretch"] for row in rows) == pytest.approx(LOW)
    assert max(row["stretch"] for row in rows) == pytest.approx(HIGH)
