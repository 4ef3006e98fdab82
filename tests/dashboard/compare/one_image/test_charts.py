"""The small still charts are well-formed and show what they are given."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from dashboard.compare.one_image.charts import REACH, SIDE, code_bars, dot_map, is_outside, marked_map

EXTENT = (-1.0, 1.0, -1.0, 1.0)
POINTS = pd.DataFrame({"x": [-1.0, 0.0, 1.0], "y": [-1.0, 0.0, 1.0], "class": ["a<b", "c", "c"]})


def parts(svg: str, name: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(svg).findall(f"{{http://www.w3.org/2000/svg}}{name}")


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("sure", [True, False])
def test_a_map_has_a_dot_a_point_and_a_ring(dark, sure):
    dots = dot_map(POINTS, EXTENT, ("a<b", "c"))
    svg = marked_map(dots, np.array([0.5, -0.5], np.float32), EXTENT, sure=sure, dark=dark)
    assert [path.get("d").count("M") for path in parts(svg, "path")] == [1, 2]
    assert [text.text for text in parts(svg, "text")] == ["a<b", "c"]
    rings = parts(svg, "circle")
    assert {(float(r.get("cx")), float(r.get("cy"))) for r in rings} == {(0.75 * SIDE, 0.75 * SIDE)}
    assert (rings[-1].get("stroke-dasharray") is None) == sure


def test_a_place_outside_is_brought_to_the_edge():
    far = np.array([50, 0], np.float32)
    assert is_outside(far, EXTENT)
    assert not is_outside(np.zeros(2, np.float32), EXTENT)
    ring = parts(marked_map("", far, EXTENT, sure=True, dark=False), "circle")[0]
    assert SIDE - 10 < float(ring.get("cx")) <= SIDE


def test_a_code_has_a_bar_a_dimension_up_to_the_reach():
    bars = parts(code_bars(np.array([1, -1, 99], np.float32)), "rect")
    up, down, far = (float(bar.get("height")) for bar in bars)
    assert up == pytest.approx(down)
    assert far == pytest.approx(REACH * up, rel=0.02)
    assert float(bars[0].get("y")) < float(bars[1].get("y"))
