"""Linked maps and morph as Vega-Lite: selections that every map feeds, a slider and a timer."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import vl_convert

from dashboard.compare.maps.charts.linked_maps import LinkedContent, LinkedStyle, linked_maps_chart
from dashboard.compare.maps.charts.morph import morph_chart
from dashboard.data.aligned_maps import EDGE, LinkedData, linked_data, sample_atlas
from tests.dashboard.bundles import opened

BUNDLES = tuple(f"digits/{name}" for name in ("pca-d2", "ae-d2", "vae-d8", "gan-d2", "lda-d9"))


def content(data: LinkedData) -> LinkedContent:
    atlas = sample_atlas("digits", tuple(data.table["index"].tolist()))
    return LinkedContent(
        table=data.table,
        titles=data.titles,
        planes=data.planes,
        contexts=data.contexts,
        edge=EDGE,
        classes=data.classes,
        atlas_uri=atlas.uri,
        tile_shape=atlas.tile_shape,
        n_columns=atlas.n_columns,
        n_rows=atlas.n_rows,
    )


def signals(vega: dict[str, Any]) -> list[str]:
    """Return the names of all signals of a Vega spec, group by group."""
    names = [signal["name"] for signal in vega.get("signals", [])]
    return names + [name for mark in vega.get("marks", []) for name in signals(mark)]


@pytest.mark.parametrize(("n", "maps_per_row"), [(2, 2), (4, 4), (5, 3)])
@pytest.mark.parametrize("dark", [False, True])
def test_every_map_feeds_hover_and_brush(n, maps_per_row, dark):
    data = linked_data(opened(BUNDLES[:n]), align=True)
    style = LinkedStyle(
        200, 100, maps_per_row, "a stand-in", 'stand-in: decode by an "own" model, 16-D', dark
    )
    spec = linked_maps_chart(content(data), style)
    assert vl_convert.vegalite_to_svg(json.dumps(spec)).startswith("<svg")
    names = signals(vl_convert.vegalite_to_vega(json.dumps(spec)))
    assert names.count("hov_tuple") == names.count("brush_tuple") == n
    assert names.count("leg_tuple") == 1
    assert names.count("hov") == names.count("brush") == 1
    assert spec["usermeta"]["embedOptions"]["renderer"] == "canvas"
    assert json.dumps(spec) == json.dumps(linked_maps_chart(content(data), style))


def test_only_the_classes_that_were_searched_for_are_shown():
    names = tuple(f"a rather long name of class {k}" for k in range(12))
    row = np.arange(24)
    table = pd.DataFrame({"row": row, "index": row, "class": np.array(names)[row % 12]})
    table = table.assign(x0=row / 24, y0=row / 24, x1=row / 24, y1=-row / 24)
    made = LinkedContent(
        table, ("a", "b"), ("codes", "codes"), ("data:,", "data:,"), EDGE, names, "data:,", (2, 2), 24, 1
    )
    style = LinkedStyle(200, 100, 2, "the image", "", dark=False)
    spec = linked_maps_chart(made, replace(style, only=names[3:5]))
    svg = vl_convert.vegalite_to_svg(json.dumps(spec))
    assert {name for name in range(12) if f"of class {name}" in svg} <= {3, 4}
    assert "of class 3" in svg
    everything = vl_convert.vegalite_to_svg(json.dumps(linked_maps_chart(made, style)))
    n_dots = [text.count("fill-opacity") + text.count("<path") for text in (svg, everything)]
    assert n_dots[1] - n_dots[0] >= 2 * (24 - 4)


def test_a_morph_has_a_slider_and_a_timer_that_moves_it():
    data = linked_data(opened(BUNDLES[:2]), align=True)
    table = data.table.rename(columns={"x0": "xa", "y0": "ya", "x1": "xb", "y1": "yb"})
    table = table[["class", "xa", "ya", "xb", "yb"]]
    for dark in (False, True):
        spec = morph_chart(table, ("PCA", "VAE"), data.classes, EDGE, size=200, dark=dark)
        assert vl_convert.vegalite_to_svg(json.dumps(spec)).startswith("<svg")
    vega = vl_convert.vegalite_to_vega(json.dumps(spec))
    named = {signal["name"]: signal for signal in vega["signals"]}
    assert named["t"]["bind"]["input"] == "range"
    assert named["t"]["on"][0]["events"]["type"] == "timer"
    assert named["play"]["value"] is False
    formulas = [
        step["expr"] for source in vega["data"] for step in source.get("transform", []) if "expr" in step
    ]
    assert any("eased" in formula for formula in formulas)


@pytest.mark.parametrize(("t", "end"), [(0, "a"), (1, "b")])
def test_a_morph_begins_and_ends_on_the_maps(t, end):
    positions = {"xa": [-0.5], "ya": [0.25], "xb": [0.75], "yb": [-1.0]}
    table = pd.DataFrame({"class": ["one"], **positions})
    spec = morph_chart(table, ("A", "B"), ("one",), 1.0, size=200, dark=False)
    next(param for param in spec["params"] if param["name"] == "t")["value"] = t
    drawn = vl_convert.vegalite_to_svg(json.dumps(spec))
    x, y = (100 * (1 + positions[f"x{end}"][0]), 100 * (1 - positions[f"y{end}"][0]))
    assert re.search(rf'<path[^>]*transform="translate\({x:g},{y:g}\)"', drawn)
