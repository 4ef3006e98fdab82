"""Linked maps: the same samples everywhere, and selections that every map feeds."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import vl_convert

from dashboard.compare.maps.charts.linked_maps import LinkedContent, LinkedStyle, linked_maps
from dashboard.compare.maps.charts.morph import morph
from dashboard.data import aligned_maps as linked
from dashboard.data.aligned_maps import EDGE, LinkedData, common_rows, linked_data, rows_of, sample_atlas
from dashboard.data.catalogue import open_bundle
from dashboard.data.images import stand_ins
from latentcore.metrics.similarity import procrustes_r2

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


@pytest.mark.parametrize(("n", "n_across"), [(2, 2), (4, 4), (5, 3)])
@pytest.mark.parametrize("dark", [False, True])
def test_every_map_feeds_hover_and_brush(n, n_across, dark):
    data = linked_data(BUNDLES[:n], align=True)
    style = LinkedStyle(200, 100, n_across, "a stand-in", 'stand-in: decode by an "own" model, 16-D', dark)
    spec = linked_maps(content(data), style)
    assert vl_convert.vegalite_to_svg(json.dumps(spec)).startswith("<svg")
    names = signals(vl_convert.vegalite_to_vega(json.dumps(spec)))
    assert names.count("hov_tuple") == names.count("brush_tuple") == n
    assert names.count("leg_tuple") == 1
    assert names.count("hov") == names.count("brush") == 1
    assert spec["usermeta"]["embedOptions"]["renderer"] == "canvas"
    assert json.dumps(spec) == json.dumps(linked_maps(content(data), style))


def test_the_table_has_the_same_samples_in_every_pair_of_columns():
    data = linked_data(BUNDLES, align=False)
    assert len(data.table) == data.n_total == 540
    for k, name in enumerate(BUNDLES):
        bundle = open_bundle(name)
        rows = rows_of(bundle, data.table["index"].to_numpy())
        assert np.array_equal(bundle.test.indices[rows], data.table["index"])
        assert (np.array(bundle.classes)[bundle.test.labels[rows]] == data.table["class"]).all()
        places = data.table[[f"x{k}", f"y{k}"]].to_numpy()
        assert np.abs(places).max() == pytest.approx(1, abs=1e-3)
        away, shown = (p - np.median(p, axis=0) for p in (bundle.test.plane[rows], places))
        cosine = (away * shown).sum(axis=1) / np.maximum(
            np.linalg.norm(away, axis=1) * np.linalg.norm(shown, axis=1), 1e-9
        )
        assert np.median(cosine) > 0.98  # unaligned maps keep their directions
        assert data.planes[k] == ("codes" if bundle.spec.latent_dim == 2 else "UMAP of the codes")


def test_alignment_turns_a_map_towards_the_first_and_leaves_its_shape():
    aligned, plain = (linked_data(BUNDLES, align=align).table for align in (True, False))
    first = plain[["x0", "y0"]].to_numpy()
    assert np.array_equal(first, aligned[["x0", "y0"]])
    for k in range(1, len(BUNDLES)):
        turned, former = (table[[f"x{k}", f"y{k}"]].to_numpy(np.float32) for table in (aligned, plain))
        assert procrustes_r2(turned, former) == pytest.approx(1, abs=1e-4)
        away = [p - p.mean(axis=0) for p in (turned, former, first)]
        unit = [p / np.linalg.norm(p) for p in away]
        assert np.linalg.norm(unit[0] - unit[2]) <= np.linalg.norm(unit[1] - unit[2]) + 1e-4


def test_bundles_with_other_rows_share_what_they_have_in_common():
    bundle = open_bundle(BUNDLES[0])
    order = np.random.default_rng(0).permutation(len(bundle.test))[:300]

    class Fewer:
        test = type("Table", (), {"indices": bundle.test.indices[order]})

    first, second = common_rows([bundle, Fewer])
    assert np.array_equal(bundle.test.indices[first], Fewer.test.indices[second])
    assert len(first) == 300


def test_the_atlas_has_each_sample_in_its_tile_and_decodes_stand_in(monkeypatch):
    indices = (7, 3, 101)
    shown = []

    def keep(images: np.ndarray, _: int) -> np.ndarray:
        shown.append(images)
        return np.zeros((8, 8), np.uint8)

    monkeypatch.setattr(linked, "sheet_pixels", keep)
    assert sample_atlas("digits", indices).made_by is None
    monkeypatch.setattr(stand_ins, "has_originals", lambda _: False)
    assert sample_atlas("digits", indices).made_by == "digits/ae-d8"
    bundle = open_bundle("digits/ae-d8")
    assert np.array_equal(
        shown[1], bundle.model.decode(bundle.test.codes[rows_of(bundle, np.array(indices))])
    )


def test_a_morph_has_a_slider_and_a_timer_that_moves_it():
    data = linked_data(BUNDLES[:2], align=True)
    table = data.table.rename(columns={"x0": "xa", "y0": "ya", "x1": "xb", "y1": "yb"})
    table = table[["class", "xa", "ya", "xb", "yb"]]
    for dark in (False, True):
        spec = morph(table, ("PCA", "VAE"), data.classes, EDGE, size=200, dark=dark)
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
    places = {"xa": [-0.5], "ya": [0.25], "xb": [0.75], "yb": [-1.0]}
    table = pd.DataFrame({"class": ["one"], **places})
    spec = morph(table, ("A", "B"), ("one",), 1.0, size=200, dark=False)
    next(param for param in spec["params"] if param["name"] == "t")["value"] = t
    drawn = vl_convert.vegalite_to_svg(json.dumps(spec))
    x, y = (100 * (1 + places[f"x{end}"][0]), 100 * (1 - places[f"y{end}"][0]))
    assert re.search(rf'<path[^>]*transform="translate\({x:g},{y:g}\)"', drawn)
