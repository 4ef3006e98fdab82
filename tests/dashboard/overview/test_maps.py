"""The front door's maps: the same images on each, decodes of every cell, and one pointer for all."""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import vl_convert
from PIL import Image

from dashboard.data.catalogue import open_bundle
from dashboard.overview.charts.content import IMAGES, PICTURES, TARGETS, FrontContent
from dashboard.overview.charts.layout import WIDTHS, front_layout, rounded_down
from dashboard.overview.charts.maps import front_maps_chart
from dashboard.overview.services import (
    N_CELLS,
    SNAP,
    FrontMaps,
    clicked_image_or_position,
    front_atlas,
    front_maps_data,
)
from latentcore.geometry import cell_centres, cell_indices
from tests.dashboard.bundles import opened

MODELS = tuple(f"digits/{name}-d2" for name in ("pca", "ae", "vae", "gan"))
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


def content_of(maps: FrontMaps) -> FrontContent:
    return FrontContent(**{field.name: getattr(maps, field.name) for field in fields(FrontContent)})


def whole_spec(maps: FrontMaps, width: int, *, dark: bool = False) -> dict[str, Any]:
    """Return the spec with empty pictures in it."""
    n_maps = len(maps.titles)
    spec = front_maps_chart(content_of(maps), front_layout(width, n_maps, 32), 7, dark=dark)
    pictures = [{"map": k, "atlas": PIXEL, "dots": PIXEL} for k in range(n_maps)]
    return {**spec, "datasets": {**spec["datasets"], PICTURES: pictures}}


def tile(maps: FrontMaps, number: int, k: int) -> np.ndarray:
    """Return a tile of a model's atlas, float ``(h, w)`` in [0, 1]."""
    data = base64.b64decode(maps.atlases[number].removeprefix("data:image/webp;base64,"))
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("L"), float) / 255
    height, width = maps.tile_shape
    assert pixels.shape == (maps.n_rows * height, maps.n_columns * width)
    row, column = divmod(k, maps.n_columns)
    return pixels[row * height : (row + 1) * height, column * width : (column + 1) * width]


@pytest.mark.parametrize("n_maps", [1, 2, 3, 4])
@pytest.mark.parametrize("width", [360, 1000, 1343])
def test_the_maps_compile(n_maps, width):
    maps = front_maps_data(opened(MODELS[:n_maps]))
    spec = whole_spec(maps, width, dark=width == 360)
    svg = vl_convert.vegalite_to_svg(json.dumps(spec))
    assert svg.startswith("<svg")
    assert all(title in svg for title in maps.titles)
    origin = re.search(r"translate\((\d+),(\d+)\)", svg)
    assert front_layout(width, n_maps, 32).origin == (int(origin[1]), int(origin[2])), "keys look elsewhere"
    assert {param["name"]: param["views"] for param in spec["params"]} == {"hov": ["grid"], "open": ["grid"]}
    assert spec["usermeta"]["embedOptions"]["renderer"] == "canvas"


@pytest.mark.parametrize("n_maps", [1, 2, 3, 4])
@pytest.mark.parametrize("width", WIDTHS)
def test_maps_and_decodes_fit_their_window(n_maps, width):
    layout = front_layout(width, n_maps, 32)
    assert layout.width <= width - 32
    assert layout.size >= 140
    assert max(left + layout.window for left, _ in layout.windows) <= layout.width
    apart = [top >= layout.height or top + layout.window <= 0 for _, top in layout.windows]
    assert all(apart), "a decode lies on a map"


def test_a_signal_of_the_hover_moves_windows_and_rings():
    vega = vl_convert.vegalite_to_vega(json.dumps(whole_spec(front_maps_data(opened(MODELS)), 1343)))
    names = [data["name"] for data in vega["data"]]
    assert {IMAGES, PICTURES, TARGETS} <= set(names)
    read_from = next(data for data in vega["data"] if data["name"] == IMAGES)
    assert not read_from.get("transform"), "what the expressions read is filtered"
    assert sum("hov" in json.dumps(mark.get("encode", {})) for mark in vega["marks"]) >= 4


def test_numbers_are_sent_as_numbers_and_texts_as_texts():
    layers = whole_spec(front_maps_data(opened(MODELS)), 1343)["layer"]
    tables = {layer["data"]["name"]: layer["data"] for layer in layers if "values" in layer["data"]}
    targets, images = (tables[name]["format"]["parse"] for name in (TARGETS, IMAGES))
    assert set(targets) == {"map", "cell", "near", "x", "y", "target", "area"}
    assert set(images) == {"index", "tile", *(f"{axis}{k}" for axis in "xy" for k in range(4))}


def test_the_spec_is_the_same_when_drawn_again():
    maps = front_maps_data(opened(MODELS))
    assert json.dumps(whole_spec(maps, 1343)) == json.dumps(whole_spec(maps, 1343))


def test_no_mark_has_a_tooltip():
    layers = whole_spec(front_maps_data(opened(MODELS)), 1343)["layer"]
    assert all(layer["mark"]["tooltip"] is None for layer in layers)


def test_every_map_shows_the_same_images_where_their_codes_lie():
    maps = front_maps_data(opened(MODELS))
    assert len(maps.images) > 0.9 * min(maps.n_total, 1000)
    for k, name in enumerate(MODELS):
        bundle = open_bundle(name)
        rows = np.searchsorted(bundle.test.indices, maps.images["index"])
        x_min, x_max, y_min, y_max = maps.extents[k]
        shares = maps.images[[f"x{k}", f"y{k}"]].to_numpy()
        places = shares * [x_max - x_min, y_max - y_min] + [x_min, y_min]
        assert np.allclose(places, bundle.test.codes[rows], atol=1e-4 * (x_max - x_min))
        assert shares.min() >= 0
        assert shares.max() <= 1
        names = np.array(bundle.classes)[bundle.test.labels[rows]]
        assert names.tolist() == maps.images["class"].tolist()


@pytest.mark.parametrize("number", range(len(MODELS)))
def test_tiles_are_decodes_of_cells_and_of_images(number):
    maps, bundle = front_maps_data(opened(MODELS)), open_bundle(MODELS[number])
    cell = 13 * N_CELLS + 4
    code = cell_centres(maps.extents[number], N_CELLS)[cell]
    image = maps.images.iloc[41]
    row = int(np.flatnonzero(bundle.test.indices == image["index"])[0])
    drawn = bundle.model.decode(np.stack([code, bundle.test.codes[row]]))[:, 0]
    assert np.abs(tile(maps, number, cell) - drawn[0]).max() <= 1 / 255
    assert np.abs(tile(maps, number, int(image["tile"])) - drawn[1]).max() <= 1 / 255


def test_a_target_names_its_cell_and_the_nearest_image():
    maps = front_maps_data(opened(MODELS))
    n_targets = N_CELLS**2 + len(maps.images)
    assert len(maps.targets) == len(MODELS) * n_targets
    for k in range(len(MODELS)):
        own = maps.targets[maps.targets["map"] == k]
        shares = maps.images[[f"x{k}", f"y{k}"]].to_numpy(np.float32)
        places = own[["x", "y"]].to_numpy(np.float32)
        assert np.array_equal(places[N_CELLS**2 :], shares)
        away = np.linalg.norm(places[:, None] - shares[None], axis=2)
        assert np.allclose(away[np.arange(n_targets), own["near"]], away.min(axis=1), atol=1e-6)
        column, row = cell_indices(places, (0.0, 1.0, 0.0, 1.0), N_CELLS)
        assert np.array_equal(own["cell"], row * N_CELLS + column)


def test_a_click_selects_the_image_under_it_or_else_the_position():
    maps, number = front_maps_data(opened(MODELS)), 2
    first = number * (N_CELLS**2 + len(maps.images))
    image = first + N_CELLS**2 + 17
    assert clicked_image_or_position(maps, image) == maps.images["index"].iloc[17]
    cells = maps.targets.iloc[first : first + N_CELLS**2]
    shares = maps.images[[f"x{number}", f"y{number}"]].to_numpy()
    away = np.linalg.norm(cells[["x", "y"]].to_numpy()[:, None] - shares[None], axis=2).min(axis=1)
    lonely = int(away.argmax())
    assert away[lonely] > SNAP
    place = clicked_image_or_position(maps, first + lonely)
    assert np.allclose(place, cell_centres(maps.extents[number], N_CELLS)[lonely], atol=1e-4)


def test_large_atlases_are_small_files():
    bundle = open_bundle("shapes/ae-d2")
    atlas = front_atlas(bundle, np.arange(1000))
    assert atlas.tile_shape == (28, 28)
    assert len(atlas.image) < 400_000


def test_a_window_between_two_known_widths_gets_the_smaller_layout():
    assert rounded_down(1366) == 1343
    assert rounded_down(200) == WIDTHS[0]
    assert rounded_down(5000) == WIDTHS[-1]
