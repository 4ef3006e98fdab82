"""Charts of the Internals section: they compile and show every row, interval and line."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import vl_convert

from dashboard.compare.internals.charts.bars import dimension_bars, score_dots
from dashboard.compare.internals.charts.posteriors import (
    codes_and_prior,
    density_panels,
    ellipse_scale,
    posterior_ellipses,
)

TABLE = pd.DataFrame({"name": ["z2", "z1", "z3"], "value": [3.0, 2.0, 0.5]})
INTERVAL = 'stroke="#3f90da" stroke-width="4"'
BOUNDS = {"low": [2.9, 1.8, 0.4], "high": [3.1, 2.2, 0.6]}


def svg(spec: dict[str, Any]) -> str:
    return str(vl_convert.vegalite_to_svg(json.dumps(spec)))


def container(spec: dict[str, Any]) -> dict[str, Any]:
    assert spec["width"] == "container"
    return {**spec, "width": 320}


def test_bars_keep_their_order_and_unused_dimensions_have_a_cross():
    drawn = svg(container(dimension_bars(TABLE.assign(used=[True, True, False], **BOUNDS), "nats")))
    assert drawn.index(">z2<") < drawn.index(">z1<") < drawn.index(">z3<")
    assert drawn.count('aria-roledescription="bar"') == 3
    assert drawn.count(INTERVAL) == 3
    assert drawn.count('fill="#8a93a3"') == 1
    assert 'fill="#8a93a3"' not in svg(container(dimension_bars(TABLE.assign(used=True), "nats")))


def test_bars_without_an_interval_have_no_rules():
    table = TABLE.assign(low=np.nan, high=np.nan)
    assert INTERVAL not in svg(container(dimension_bars(table, "sd")))


def test_bars_can_have_a_level_line_reference_ticks_and_a_cumulative_sum():
    table = TABLE.assign(reference=[1.0, 1.0, 1.0])
    spec = dimension_bars(table, "share", number_format=".0%", level=0.7, cumulative=True)
    drawn = svg(container(spec))
    assert drawn.count('aria-roledescription="tick"') == 3
    assert drawn.count('stroke-dasharray="4,3"') == 1
    sums = [row["value"] for data in spec["datasets"].values() for row in data]
    assert 5.5 in sums


def test_dots_of_scores_have_their_values_as_text():
    drawn = svg(container(score_dots(TABLE.assign(**BOUNDS), "decibels", number_format=".2f")))
    assert all(text in drawn for text in (">3.00<", ">0.50<", ">z1<"))


def test_densities_have_one_panel_per_dimension_in_the_given_order():
    z = np.linspace(-4, 4, 9)
    table = pd.DataFrame(
        {"name": np.repeat(["z1", "z2", "z3"], 9), "z": np.tile(z, 3), "density": 0.2, "prior": 0.1}
    )
    drawn = svg(density_panels(table, ["z3", "z1", "z2"]))
    assert drawn.index(">z3<") < drawn.index(">z1<") < drawn.index(">z2<")
    assert drawn.count('aria-roledescription="area mark container"') == 3


def test_codes_lie_over_three_circles():
    codes = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    spec = codes_and_prior(codes, ["a"] * 40, ("a", "b"), dark=True)
    assert all(f">{k} sd<" in svg(spec) for k in (1, 2, 3))
    circles = next(d for d in spec["datasets"].values() if "corner" in d[0])
    radii = {round(float(np.hypot(row["x"], row["y"])), 2) for row in circles}
    assert radii == {1, 2, 3}


@pytest.mark.parametrize(("deviation", "factor"), [(0.5, 1), (0.006, 5), (0.0001, 10)])
def test_ellipses_are_enlarged_until_they_can_be_seen(deviation, factor):
    mean = np.array([[-1, 0], [1, 1]], np.float32)
    spread = np.full((2, 2), deviation, np.float32)
    assert ellipse_scale(mean, spread) == factor
    spec = posterior_ellipses(mean, spread, ["a", "b"], ("a", "b"))
    assert svg(spec).count('aria-roledescription="line mark"') == 2
    corners = next(d for d in spec["datasets"].values() if "corner" in d[0])
    own = np.array([[row["x"], row["y"]] for row in corners if row["number"] == 0])
    assert np.ptp(own, axis=0) == pytest.approx(2 * deviation, rel=0.02, abs=2e-4)
