"""Map data, chart specs, places, exports and pixels of the dashboard."""

from __future__ import annotations

import io
import json
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from dashboard.data import places
from dashboard.data.catalogue import open_bundle
from dashboard.data.images import stand_ins
from dashboard.data.images.pixels import image_pixels, residual_pixels
from dashboard.data.maps import coloured_points, map_data, stratified_rows, trust_shading, widened
from dashboard.explore.charts.latent_map import MapContent, MapStyle, latent_map
from dashboard.explore.charts.training_curves import training_curves
from dashboard.explore.services.exports import codes_csv, codes_npz, codes_parquet
from dashboard.ui.charts.palette import CLASS_COLOURS
from latentcore.datasets import load_dataset
from latentcore.metrics.reconstruction import image_mse

BUNDLE = "digits/vae-d2"
STYLE = MapStyle(
    colour="class",
    colour_title="",
    size=410,
    preview=192,
    stacked=False,
    dark=False,
    shade_uri=None,
    anchor=(0.0, 0.0),
)


def content(bundle_id: str = BUNDLE, plane: str = "codes", colour: str = "class") -> MapContent:
    data = map_data(open_bundle(bundle_id), plane, 5000, 6 / 410)
    made = MapContent(**{field.name: getattr(data, field.name) for field in fields(MapContent)})
    return replace(made, points=coloured_points(open_bundle(bundle_id), data, colour))


@pytest.mark.parametrize("colour", ["class", "error", "density", "z1"])
@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("extras", [False, True])
def test_the_map_compiles(colour, stacked, extras):
    style = replace(STYLE, colour=colour, colour_title=colour, stacked=stacked)
    if extras:
        style = replace(style, shade_uri=trust_shading(open_bundle(BUNDLE), "codes"), anchor=None, dark=True)
    spec = latent_map(content(colour=colour), style)
    assert vl_convert.vegalite_to_svg(json.dumps(spec)).startswith("<svg")
    names = {param["name"]: param.get("views") for param in spec["params"]}
    assert names == {"hov": ["grid"], "cell": ["grid"], "zoom": ["grid"]} | (
        {"leg": ["points"]} if colour == "class" else {}
    )
    assert spec["usermeta"]["embedOptions"]["renderer"] == "canvas"


def test_the_map_is_the_same_when_drawn_again():
    assert json.dumps(latent_map(content(), STYLE)) == json.dumps(latent_map(content(), STYLE))


def test_no_mark_has_a_tooltip():
    spec = latent_map(content(), STYLE)
    marks = [layer["mark"] for layer in spec["layer"] if "mark" in layer]
    assert marks
    assert all(mark["tooltip"] is None for mark in marks)


@pytest.mark.parametrize("snap", [6 / 410, 0.04])
def test_what_a_pointer_hits(snap):
    data = map_data(open_bundle(BUNDLE), "codes", 5000, snap)
    cells, drawn = data.cells.iloc[: 48 * 48], data.cells.iloc[48 * 48 :]
    assert drawn["row"].tolist() == data.points["row"].tolist()
    assert np.array_equal(drawn[["gx", "gy"]], data.points[["x", "y"]])
    away = np.linalg.norm(
        cells[["x", "y"]].to_numpy()[:, None] - data.points[["x", "y"]].to_numpy()[None], axis=2
    )
    snapped = away.min(axis=1) <= snap * (data.extent[1] - data.extent[0])
    assert np.array_equal(cells["row"] >= 0, snapped)
    assert np.array_equal(cells.loc[~snapped, ["gx", "gy"]], cells.loc[~snapped, ["x", "y"]])
    assert (
        cells.loc[snapped, "row"].to_numpy() == data.points["row"].to_numpy()[away.argmin(axis=1)[snapped]]
    ).all()


def test_a_point_outside_the_frame_has_no_tile_and_is_counted():
    data = map_data(open_bundle("digits/ae-d2"), "codes", 5000, 6 / 410)
    x_min, x_max, y_min, y_max = data.extent
    drawn = data.cells.iloc[48 * 48 :]
    outside = ~(drawn["x"].between(x_min, x_max) & drawn["y"].between(y_min, y_max))
    assert 0 < outside.sum() == data.n_outside < 0.02 * data.n_shown
    assert (drawn.loc[outside, ["i", "j"]] == -1).all().all()
    assert (drawn.loc[~outside, ["i", "j"]] >= 0).all().all()


def test_a_widened_extent_holds_what_it_held_and_more():
    extent = (-1.0, 1.0, -1.0, 1.0)
    assert widened(extent, np.zeros((3, 2), np.float32)) == extent
    x_min, x_max, y_min, y_max = widened(extent, np.array([[4, 0]], np.float32))
    assert x_min <= -1 < 4 <= x_max
    assert y_min <= -1 < 1 <= y_max


@given(st.lists(st.integers(0, 5), min_size=1, max_size=300), st.integers(1, 400))
def test_a_subsample_keeps_the_share_of_each_class(labels, n):
    labels = np.array(labels, np.int64)
    rows = stratified_rows(labels, n)
    assert len(rows) == min(n, len(labels))
    assert len(np.unique(rows)) == len(rows)
    assert np.array_equal(rows, stratified_rows(labels, n))
    expected = np.bincount(labels, minlength=6) * len(rows) / len(labels)
    assert np.abs(np.bincount(labels[rows], minlength=6) - expected).max() <= 6


def test_the_theme_has_the_palette_of_the_charts():
    config = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text())
    assert tuple(config["theme"]["chartCategoricalColors"]) == CLASS_COLOURS


def test_an_image_is_inspected_truly():
    bundle, originals = open_bundle("digits/ae-d8"), load_dataset("digits", "test").images
    place = places.inspect_image(open_bundle("digits/ae-d8"), 33)
    code = bundle.model.encode(originals[33:34])
    assert np.allclose(place.code, code[0], rtol=1e-3, atol=1e-3)  # stored in half precision
    assert np.allclose(place.decode, bundle.model.decode(place.code[None])[0], atol=1e-6)
    assert place.error == pytest.approx(image_mse(originals[33:34], place.decode[None])[0], rel=1e-3)
    away = np.linalg.norm(bundle.train.codes - place.code, axis=1)
    assert place.distance == pytest.approx(away.min(), rel=1e-5)
    assert [n.distance for n in place.neighbours] == pytest.approx(np.sort(away)[:6].tolist(), rel=1e-5)
    first = place.neighbours[0]
    assert np.array_equal(first.image, load_dataset("digits", "train").images[first.index])
    cycle = bundle.model.encode(bundle.model.decode(place.code[None]))[0] - place.code
    assert place.cycle_error == pytest.approx(np.linalg.norm(cycle), rel=1e-3)


def test_without_the_dataset_decodes_stand_in_and_say_so(monkeypatch):
    monkeypatch.setattr(stand_ins, "has_originals", lambda _: False)
    monkeypatch.setattr(places, "one_image", lambda *_: None)
    place = places.inspect_image(open_bundle(BUNDLE), 3)
    assert place.original is None
    assert place.neighbours_by == "digits/transformer-d8"
    bundle = open_bundle("digits/transformer-d8")
    row = bundle.train.indices.tolist().index(place.neighbours[0].index)
    assert np.allclose(place.neighbours[0].image, bundle.model.decode(bundle.train.codes[row : row + 1])[0])


def test_exports_restore_the_codes_exactly():
    test = open_bundle(BUNDLE).test
    for frame in (
        pd.read_csv(io.BytesIO(codes_csv(open_bundle(BUNDLE))), dtype={"z1": np.float32, "z2": np.float32}),
        pd.read_parquet(io.BytesIO(codes_parquet(open_bundle(BUNDLE)))),
    ):
        assert np.array_equal(frame[["z1", "z2"]].to_numpy(np.float32), test.codes)
        assert frame["index"].tolist() == test.indices.tolist()
    with np.load(io.BytesIO(codes_npz(open_bundle(BUNDLE))), allow_pickle=False) as archive:
        assert np.array_equal(archive["codes"], test.codes)
        assert np.array_equal(archive["labels"], test.labels)


def test_residual_colours_tell_the_sign():
    blue, white, orange = residual_pixels(np.array([[[-0.5, 0, 0.5]]], np.float32))[0].astype(int)
    assert blue[2] > blue[0]
    assert white.min() > 240
    assert orange[0] > orange[2]
    assert image_pixels(np.array([[[0, 0.5, 1]]], np.float32)).tolist() == [[0, 128, 255]]


def test_a_model_without_epochs_has_no_curves():
    assert training_curves([]) is None
    assert training_curves(open_bundle(BUNDLE).history) is not None
