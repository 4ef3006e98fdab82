"""The charts of a training run are valid and draw the data that are sent apart from them."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import vl_convert

from dashboard.train.charts.forming_map import forming_map
from dashboard.train.charts.losses import loss_curve
from dashboard.ui.charts.names import fitted

POINTS = pd.DataFrame({"x": [-0.5, 0.5, 0.2], "y": [0.1, 0.2, -0.9], "class": ["one", "two", "two"]})
LOSSES = pd.DataFrame(
    {
        "epoch": [1, 2, 1, 2, 1, 2],
        "loss": ["error", "error", "error", "error", "kl", "kl"],
        "value": [4.0, 3, 5, 4, 0.1, 0.2],
        "images": ["train", "train", "held-out", "held-out", "train", "train"],
    }
)


def drawn(spec: dict, table: pd.DataFrame) -> str:
    """Return a chart as SVG, with its data in the place of its only table, as Streamlit puts them."""
    (name,) = spec["datasets"]
    return vl_convert.vegalite_to_svg(spec | {"datasets": {name: table.to_dict("records")}})


def test_the_map_shows_points_frame_and_names():
    svg = drawn(forming_map(("one", "two"), size=300, dark=False), POINTS)
    assert svg.count(">one<") == svg.count(">two<") == 2  # a name and its soft edge
    assert "#3f90da" in svg
    assert "#ffa90e" in svg


@pytest.mark.parametrize("n_classes", [1, 11])
def test_one_class_and_many_classes_are_not_named(n_classes):
    classes = tuple(f"c{k}" for k in range(n_classes))
    svg = drawn(forming_map(classes, size=300, dark=True), POINTS.assign(**{"class": "c0"}))
    assert ">c0<" not in svg


def test_classes_that_were_searched_for_are_shown_and_named():
    classes = ("one", "two", *(f"c{k}" for k in range(12)))
    svg = drawn(forming_map(classes, size=300, dark=False, only=("two",)), POINTS)
    assert ">one<" not in svg
    assert svg.count(">two<") == 2
    assert svg.count("#ffa90e") == 2


def test_long_names_are_shortened_with_a_tooltip():
    long = "x" * 60
    spec = forming_map((long, "two"), size=300, dark=False)
    svg = drawn(spec, POINTS.replace("one", long))
    assert f">{fitted(long, 28)}<" in svg
    assert f">{long}<" not in svg
    assert spec["layer"][-1]["encoding"]["tooltip"]["field"] == "class"


def test_the_spec_is_the_same_whatever_the_data():
    specs = [json.dumps(forming_map(("one", "two"), size=300, dark=False)) for _ in range(2)]
    assert specs[0] == specs[1]
    assert "-0.9" not in specs[0]


def test_a_loss_has_a_line_per_kind_of_images():
    svg = drawn(loss_curve("error", width=140, height=90), LOSSES)
    assert svg.count(">error<") == 1
    assert svg.count("mark-line") == 2
    assert svg.count('stroke="#3f90da"') == svg.count('stroke="#e76300"') == 1


def test_the_error_is_on_a_logarithmic_scale():
    spec = loss_curve("error", width=140, height=90, is_log=True)
    assert spec["encoding"]["y"]["scale"] == {"type": "log", "nice": False}
    assert spec["width"] == 140 - 44
