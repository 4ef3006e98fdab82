"""Maps of more classes than a legend holds: colours, names and search."""

import json
import re
from html import escape

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from dashboard.ui.charts.labels import without_overlap
from dashboard.ui.charts.names import fitted, shortened, wrapped
from dashboard.ui.charts.palette import CLASS_COLOURS, class_colours
from dashboard.ui.charts.scatter import (
    class_colour,
    class_labels,
    class_legend,
    label_places,
    points_layer,
    position_axes,
)
from dashboard.ui.charts.spec import to_spec
from dashboard.ui.pictures import caption_line, shown_name, whole_name


def heaps(n_classes: int) -> pd.DataFrame:
    """Return ``x, y, class`` of three points each, of classes on a square grid."""
    side = int(np.ceil(np.sqrt(n_classes)))
    rows = [
        {"x": k % side + shift, "y": k // side + shift, "class": f"a rather long class name {k}"}
        for k in range(n_classes)
        for shift in (-0.1, 0, 0.1)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize("n_classes", [11, 60, 1000])
def test_neighbours_on_the_map_have_different_colours(n_classes):
    side = int(np.ceil(np.sqrt(n_classes)))
    places = np.array([(k % side, k // side) for k in range(n_classes)], float)
    places = places[np.random.default_rng(0).permutation(n_classes)]
    colours = np.array(class_colours(n_classes, places))
    away = np.linalg.norm(places[:, None] - places, axis=2)
    np.fill_diagonal(away, np.inf)
    nearest = away.argmin(axis=1)
    assert (colours != colours[nearest]).all()
    assert set(colours) == set(CLASS_COLOURS)


def test_up_to_ten_classes_keep_their_colours_and_their_legend():
    assert class_colours(10, np.zeros((10, 2))) == list(CLASS_COLOURS)
    assert class_legend(tuple("abc")) is not None
    assert class_legend(tuple("abcdefghijk")) is None


def test_classes_that_are_not_on_the_map_get_colours_too():
    places = np.full((12, 2), np.nan)
    places[3] = (0, 0)
    assert len(class_colours(12, places)) == 12


def test_names_of_many_classes_are_shortened_and_do_not_overlap():
    size = 0.25
    found = label_places(heaps(60), size)
    assert 3 < len(found) < 60
    assert found["shown"].str.len().max() <= 16
    boxes = found[["x", "y"]].to_numpy()
    widths = found["shown"].str.len().to_numpy() * 0.58 * size
    for k in range(len(found)):
        apart = np.abs(boxes - boxes[k])
        over = (apart[:, 0] < (widths + widths[k]) / 2) & (apart[:, 1] < size)
        assert over.sum() == 1


def test_all_names_of_few_classes_are_whole():
    assert sorted(label_places(heaps(9), 0.01)["shown"]) == sorted(set(heaps(9)["class"]))


def test_the_first_names_stay():
    places = pd.DataFrame({"x": [0, 0.1, 9], "y": [0, 0, 0], "shown": ["one", "two", "three"]})
    assert without_overlap(places, 0.5, 1)["shown"].tolist() == ["one", "three"]


@pytest.mark.parametrize("name", ["x" * 40, "猫" * 30, "kind of class number 17"])
def test_a_shortened_name_keeps_both_ends(name):
    short = shortened(name, 12)
    assert len(short) == 12
    assert name.startswith(short.split("…")[0])
    assert name.endswith(short.split("…")[1])
    assert shortened("short", 12) == "short"


@pytest.mark.parametrize(("name", "most"), [("x" * 200, 28), ("猫" * 60, 14), ("🎉" * 60, 14)])
def test_long_names_of_few_classes_are_shortened_on_maps(name, most):
    points = heaps(2).replace("a rather long class name 1", name)
    found = label_places(points, 0.1)["shown"].tolist()
    assert found[0] == "a rather long class name 0"
    assert len(found[1]) == most
    assert fitted(name, 28) == found[1]


def test_the_name_of_a_class_of_several_clusters_lies_in_one_of_them():
    generator = np.random.default_rng(0)
    clusters = np.repeat([[-8.0, 0.0], [8.0, 0.0], [0.0, 9.0]], [60, 70, 60], axis=0)
    points = pd.DataFrame(clusters + generator.normal(size=(190, 2)), columns=["x", "y"])
    (place,) = label_places(points.assign(**{"class": "far apart"}), 0.1)[["x", "y"]].to_numpy()
    assert np.hypot(*(place - clusters).T).min() < 2
    heap = points.iloc[:60].assign(**{"class": "one heap"})
    assert np.allclose(label_places(heap, 0.1)[["x", "y"]], heap[["x", "y"]].median(), atol=0.7)


def test_names_lie_inside_the_frame_of_a_map():
    points = pd.DataFrame({"x": [0.0, 10.0], "y": [0.0, 10.0], "class": ["n" * 20, "m" * 20]})
    position = position_axes((0, 10, 0, 10), None)
    spec = class_labels(points, position, dark=False, size=12, side=300).to_dict()
    rows = next(iter(spec["datasets"].values()))
    half = 20 * 0.58 * 12 / 300 * 10 / 2
    assert [row["x"] for row in rows] == pytest.approx([half, 10 - half])


@pytest.mark.parametrize(("name", "has_tooltip"), [("Ankle boot", False), ("x" * 30, True)])
def test_a_legend_that_cuts_names_shows_the_whole_one_as_a_tooltip(name, has_tooltip):
    points = pd.DataFrame({"x": [0.0, 1.0], "y": [0.0, 1.0], "class": [name, "b"]})
    colour = class_colour((name, "b"), legend=class_legend((name, "b")))
    spec = to_spec(points_layer(points, position_axes((0, 1, 0, 1), None), colour, size=9))
    legend = vl_convert.vegalite_to_vega(json.dumps(spec))["legends"][0]
    parts = [legend.get("encode", {}).get(part, {}) for part in ("labels", "symbols")]
    found = [part.get("update", {}).get("tooltip") for part in parts]
    assert found == [{"signal": "datum.value"} if has_tooltip else None] * 2


@pytest.mark.parametrize(("name", "has_tooltip"), [("Ankle boot", False), ("x" * 60, True)])
def test_shortened_names_on_a_map_have_the_whole_one_as_a_tooltip(name, has_tooltip):
    points = heaps(2).replace("a rather long class name 1", name)
    spec = class_labels(points, position_axes((-1, 2, -1, 2), None), dark=False, size=12, side=300).to_dict()
    assert all(("tooltip" in layer["encoding"]) == has_tooltip for layer in spec["layer"])
    assert name in [row["class"] for rows in spec["datasets"].values() for row in rows]


@pytest.mark.parametrize("name", ["one two three four", "x" * 25, "a 猫🎉" * 8, "short"])
def test_a_text_is_wrapped_by_the_browser(name):
    text = alt.Chart(pd.DataFrame({"name": [name]})).mark_text(lineBreak="\n")
    spec = text.transform_calculate(lines=wrapped("datum.name", 10)).encode(text="lines:N").to_dict()
    found = re.findall(r">([^<>]+)</t", vl_convert.vegalite_to_svg(json.dumps(spec)))
    assert max(map(len, found)) <= 10
    assert "".join(found).replace(" ", "") == name.replace(" ", "")


def test_a_long_line_of_a_caption_is_shortened_with_the_whole_line_at_hand():
    name = '<b>"long"</b> ' + "very " * 40
    html = caption_line(name, 58)
    assert escape(name, quote=True) in html
    assert len(re.sub("<[^>]*>", "", html)) < 60
    assert caption_line("Ankle boot", 58) == "Ankle boot"
    assert (
        caption_line("Residual, mean over channels: blue too dark, orange too bright (±0.5)", 128)[0] == "R"
    )


def test_names_have_no_meaning_as_markdown():
    assert shown_name("*bold* :red[r]") == r"\*bold\* \:red\[r\]"
    assert shown_name("Test image 3: Ankle boot") == "Test image 3: Ankle boot"
    assert whole_name("Ankle boot") is None
    assert len(shown_name("x" * 200)) == 40
    assert whole_name("x" * 200) == "x" * 200
