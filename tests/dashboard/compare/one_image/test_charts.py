"""Static SVG charts of a card: well-formed, with every point, ring and bar."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from dashboard.compare.one_image.charts import (
    MAX_DEVIATION,
    SIDE,
    code_bars,
    is_outside,
    map_points_svg,
    ringed_map,
)

EXTENT = (-1.0, 1.0, -1.0, 1.0)
POINTS = pd.DataFrame({"x": [-1.0, 0.0, 1.0], "y": [-1.0, 0.0, 1.0], "class": ["a<b", "c", "c"]})


def parts(svg: str, name: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(svg).findall(f"{{http://www.w3.org/2000/svg}}{name}")


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("exact", [True, False])
def test_a_map_has_one_dot_per_point_and_a_ring(dark, exact):
    dots = map_points_svg(POINTS, EXTENT, ("a<b", "c"))
    svg = ringed_map(dots, np.array([0.5, -0.5], np.float32), EXTENT, exact=exact, dark=dark)
    assert [path.get("d").count("M") for path in parts(svg, "path")] == [1, 2]
    assert [text.text for text in parts(svg, "text")] == ["a<b", "c"]
    rings = parts(svg, "circle")
    assert {(float(r.get("cx")), float(r.get("cy"))) for r in rings} == {(0.75 * SIDE, 0.75 * SIDE)}
    assert (rings[-1].get("stroke-dasharray") is None) == exact


def test_a_position_outside_is_moved_to_the_edge():
    far = np.array([50, 0], np.float32)
    assert is_outside(far, EXTENT)
    assert not is_outside(np.zeros(2, np.float32), EXTENT)
    ring = parts(ringed_map("", far, EXTENT, exact=True, dark=False), "circle")[0]
    assert SIDE - 10 < float(ring.get("cx")) <= SIDE


def test_a_code_has_one_bar_per_dimension_cut_off_at_the_largest_deviation():
    bars = parts(code_bars(np.array([1, -1, 99], np.float32)), "rect")
    up, down, far = (float(bar.get("height")) for bar in bars)
    assert up == pytest.approx(down)
    assert far == pytest.approx(MAX_DEVIATION * up, rel=0.02)
    assert float(bars[0].get("y")) < float(bars[1].get("y"))
