"""Charts of Interpolate compile in Vega."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
import vl_convert

from dashboard.data.catalogue import open_bundle
from dashboard.data.maps import map_data
from dashboard.interpolate.charts.path_map import path_map
from dashboard.interpolate.charts.plausibility import SERIES, plausibility


def svg(spec: dict[str, Any]) -> str:
    drawn = vl_convert.vegalite_to_svg(json.dumps(spec))
    assert drawn.startswith("<svg")
    return str(drawn)


@pytest.mark.parametrize("confident", [True, False])
def test_plausibility_is_drawn_with_and_without_a_classifier(confident):
    n = 9
    distance = np.linspace(0.1, 20, n).astype(np.float32)
    sure = np.linspace(0, 1, n).astype(np.float32) if confident else None
    spec = plausibility(distance, distance[::-1], sure, top=8)
    rows = next(iter(data for data in spec["datasets"].values() if "series" in data[0]))
    assert {row["series"] for row in rows} == set(SERIES)
    assert max(row["distance"] for row in rows) <= 8
    assert min(row["distance"] for row in rows) >= 0.25
    svg({**spec, "width": 400})


@pytest.mark.parametrize("with_path", [True, False])
def test_a_map_with_a_path_compiles(with_path):
    data = map_data(open_bundle("digits/ae-d2"), "codes", 5000, 0.02)
    path = np.linspace([-1, -1], [1, 1], 7).astype(np.float32)
    spec = path_map(
        data.points,
        data.extent,
        data.classes,
        path if with_path else None,
        path[[0, -1]],
        size=200,
        dark=False,
    )
    picture = svg(spec)
    assert "from" in picture
    width, height = (float(part) for part in re.search(r'viewBox="0 0 (\S+) (\S+)"', picture).groups())
    assert max(width, height) < 210, "what lies outside the frame makes the chart grow"
    assert [param["name"] for param in spec["params"]] == ["picked"]
