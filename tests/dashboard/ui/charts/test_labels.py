"""Words in plots: apart, inside, and legible."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from dashboard.ui.charts.labels import FAR, LETTER_WIDTH, LINE_HEIGHT, beside_points, kept_apart, spread
from dashboard.ui.charts.palette import CLASS_COLOURS, CONTRAST, ground, ink, legible

heights = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def contrast(one: str, other: str) -> float:
    """Return the ratio of two colours' luminance, written out from WCAG 2.2 anew."""

    def light(colour: str) -> float:
        channels = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("colour", [*CLASS_COLOURS, "#94a0b0", "#8a93a3"])
def test_every_colour_of_data_can_be_read_as_words(colour, dark):
    words = legible(colour, dark=dark)
    assert contrast(words, ground(dark=dark)) >= CONTRAST
    if contrast(colour, ground(dark=dark)) >= CONTRAST:
        assert words == colour


def test_a_colour_that_cannot_be_read_is_moved_no_farther_than_needed():
    assert contrast("#832db6", ground(dark=True)) < 3
    assert contrast(legible("#832db6", dark=True), ground(dark=True)) < CONTRAST + 0.7
    assert legible("#ffffff", dark=False) != ink(dark=False)


def test_the_ground_is_that_of_the_theme():
    theme = tomllib.loads((Path(__file__).parents[4] / ".streamlit" / "config.toml").read_text())["theme"]
    assert ground(dark=True) == theme["dark"]["backgroundColor"]
    assert ground(dark=False) == theme.get("light", theme).get("backgroundColor", "#ffffff").lower()


@given(heights)
def test_values_are_kept_apart_and_inside_in_their_order(values):
    values = np.array(values)
    moved = kept_apart(values, 0.1, (0.0, 1.0))
    assert moved.min() >= -1e-9
    assert moved.max() <= 1 + 1e-9
    order = np.argsort(values, kind="stable")
    assert (np.diff(moved[order]) >= 0.1 - 1e-9).all()


@given(heights)
def test_values_move_as_little_as_possible(values):
    values = np.sort(values)
    room = 0.1 * np.arange(len(values))
    expected = isotonic_regression(values - room).x + room
    assert np.allclose(kept_apart(values, 0.1, (-9.0, 9.0)), expected)


def test_values_that_are_apart_stay():
    values = np.array([0.9, 0.1, 0.5])
    assert np.allclose(kept_apart(values, 0.2, (0.0, 1.0)), values)


def test_labels_are_moved_apart():
    crowd = pd.DataFrame({"class": list("abc"), "x": [0.0, 0.1, 0.0], "y": [0.0, 0.05, 0.0]})
    moved = np.sort(spread(crowd, 1, 1)["y"].to_numpy())
    assert np.diff(moved).min() > 0.9


def box_of(point, title, side, lower):
    """Return left, top, right and bottom of a name."""
    width = LETTER_WIDTH * len(title)
    left = {"right": point[0] + 9, "left": point[0] - 9 - width, "middle": point[0] - width / 2}[side]
    return left, point[1] + lower - LINE_HEIGHT / 2, left + width, point[1] + lower + LINE_HEIGHT / 2


def overlap(one, other):
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0) * max(high, 0)


def crowded_corner(seed):
    """Return 12 points of which 4 lie within a name's width of the upper right corner."""
    rng = np.random.default_rng(seed)
    crowd = rng.normal((780, 20), (25, 12), (4, 2))
    return np.clip(np.concatenate([crowd, rng.uniform((0, 0), (800, 320), (8, 2))]), 0, (800, 320))


def named(points):
    """Return the boxes of all names, and each line that ties one to its point with its number."""
    titles = ["Autoencoder, 16-D"] * len(points)
    sides, lower = beside_points(points, titles, (800, 320))
    boxes = [box_of(*one) for one in zip(points, titles, sides, lower, strict=True)]
    lines = [
        (k, (x - 1, min(y, y + d), x + 1, max(y, y + d)))
        for k, ((x, y), d) in enumerate(zip(points, lower, strict=True))
        if abs(d) > FAR
    ]
    return boxes, lines


@pytest.mark.parametrize("seed", range(20))
def test_names_hide_no_other_name_or_point_in_a_crowded_corner(seed):
    points = crowded_corner(seed)
    boxes, _ = named(points)
    dots = [(x - 4, y - 4, x + 4, y + 4) for x, y in points]
    assert sum(overlap(a, b) for k, a in enumerate(boxes) for b in boxes[:k]) < 1
    assert sum(overlap(a, b) for k, a in enumerate(boxes) for j, b in enumerate(dots) if j != k) < 1
    assert all(left >= 0 and top >= -1 and right <= 800 for left, top, right, _ in boxes)


def test_lines_to_names_cross_hardly_a_name():
    crossed = total = 0
    for seed in range(20):
        boxes, lines = named(crowded_corner(seed))
        total += len(lines)
        crossed += sum(overlap(line, box) > 0 for k, line in lines for j, box in enumerate(boxes) if j != k)
    assert crossed <= total / 5


def test_a_lone_name_is_to_the_right_and_at_the_edge_to_the_left():
    points = np.array([[100.0, 100.0], [790.0, 200.0]])
    sides, lower = beside_points(points, ["PCA, 2-D"] * 2, (800, 320))
    assert sides == ["right", "left"]
    assert np.array_equal(lower, [0, 0])
