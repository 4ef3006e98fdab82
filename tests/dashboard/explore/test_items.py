"""Explore on a space of items, run without a browser."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data.items.colours import item_colours
from dashboard.data.items.planes import item_planes, plane_quality, positions
from dashboard.data.items.spaces import open_space, scanned_spaces
from dashboard.data.items.texts import wrapped_text
from dashboard.explore.charts.item_map import FOUND_SIZE
from dashboard.explore.services.item_map import item_map_data
from dashboard.explore.services.item_search import found_items, items_csv, items_parquet
from tests.dashboard.pages import notices_of
from tests.dashboard.spaces import MARKUP, N_ITEMS, add_images, explore, plain

pytestmark = [pytest.mark.own_datasets, pytest.mark.usefixtures("notes")]


def map_spec(app: AppTest) -> str:
    """Return the spec of the map as it was sent."""

    return str(app.get("vega_lite_chart")[0].proto.spec)


def found_rings(app: AppTest) -> int:
    """Return how many items are ringed, by the data of the layer that rings them."""
    chart = app.get("vega_lite_chart")[0].proto
    marks = [one for one in layers(json.loads(chart.spec)) if one.get("mark", {}).get("size") == FOUND_SIZE]
    (name,) = {one["data"]["name"] for one in marks}
    (table,) = [one.data.data for one in chart.datasets if one.name == name]
    return pa.ipc.open_stream(table).read_all().num_rows


def layers(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield spec
    for one in spec.get("layer", []):
        yield from layers(one)


def near(app: AppTest, which: str) -> list[str]:
    """Return the labels of the nearest items in the first or the second space."""
    return [button.label for button in app.button if str(button.key).startswith(f"near_{which}_")]


def test_a_space_shows_its_items_where_a_model_shows_decodes():
    app = explore(point="n05")
    text = plain(app)
    assert not app.error
    assert not app.warning
    assert "n05 · sailing" in text
    assert "Note 5 on sailing" in text
    assert f"{N_ITEMS} of {N_ITEMS} items shown" in text
    assert "Plane: PCA, trustworthiness" in text
    assert "has no decoder" in text


def test_the_nearest_items_of_two_spaces_are_marked_where_both_agree():
    app = explore(point="n05")
    first, second = near(app, "first"), near(app, "second")
    rows = [set(open_space(f"notes/{name}").item_neighbours(5)[0].tolist()) for name in ("first", "second")]
    assert len(first) == len(second) == 10
    assert sum("●" in label for label in first) == sum("●" in label for label in second)
    assert f"in both lists: {len(rows[0] & rows[1])} of 10" in plain(app)


def test_a_near_item_can_be_pinned():
    app = explore(point="n05")
    nearest = int(open_space("notes/first").item_neighbours(5)[0][0])
    app.button(key="near_first_0").click().run()
    assert app.query_params["point"] == f"n{nearest:02d}"
    assert f"n{nearest:02d} ·" in plain(app)


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"model": "third"}, "no model “third”"),
        ({"point": "n99"}, "no item “n99”"),
        ({"plane": "moon"}, "no plane “moon”"),
        ({"plane": "dims-1-9"}, "no plane “dims-1-9”"),
        ({"colour": "column:smell"}, "no colour “column:smell”"),
        ({"second": "first"}, None),
        ({"second": "ninth"}, "no space to compare with “ninth”"),
        ({"find": "chess", "where": "smell"}, "no column “smell”"),
    ],
)
def test_an_unknown_value_falls_back_with_a_notice(query, notice):
    app = explore(**query)
    assert not app.error
    found = notices_of(app)
    assert any(notice in text for text in found) if notice else not found


@pytest.mark.parametrize(
    "colour", ["class", "density", "distance", "column:source", "column:length", "column:day"]
)
@pytest.mark.parametrize("plane", ["pca", "dims-1-3"])
def test_every_colour_on_every_plane(colour, plane):
    app = explore(colour=colour, plane=plane)
    assert not app.error
    assert not app.warning


def test_texts_are_shown_as_text():
    assert MARKUP in plain(explore(point="n07"))


def test_a_search_finds_all_items_and_steps_through_them():
    app = explore(find="COOKING")
    assert f"{N_ITEMS // 3} of {N_ITEMS} items contain “COOKING”" in plain(app)
    app.button(key="next_found").click().run()
    assert app.query_params["find"] == "COOKING"
    assert "· cooking" in plain(app)
    app.text_input(key="pick_find").set_value("nowhere").run()
    assert "None of 60 items contains “nowhere”" in plain(app)


def test_what_was_found_can_be_saved():
    space = open_space("notes/first")
    found = found_items(space, "sailing", "text")
    table = pd.read_csv(io.BytesIO(items_csv(space, found)))
    stored = pd.read_parquet(io.BytesIO(items_parquet(space, found)))
    assert list(stored["id"]) == list(table["id"]) == [f"n{row:02d}" for row in found]
    assert np.allclose(stored[["pca_x", "pca_y"]], space.train.plane[list(found)])
    assert list(table["topic"].unique()) == ["sailing"]
    assert len(table) == len(found)


def test_a_search_changes_the_data_of_the_map_only():
    app = explore(point="n05")
    before, ringed = map_spec(app), found_rings(app)
    app.text_input(key="pick_find").set_value("sailing").run()
    assert map_spec(app) == before
    assert ringed == 0 < found_rings(app) == len(found_items(open_space("notes/first"), "sailing", None))
    app.text_input(key="pick_find").set_value("nowhere").run()
    assert map_spec(app) == before
    assert found_rings(app) == 0


def test_found_items_are_ringed_and_drawn_although_the_map_shows_a_sample():
    space = open_space("notes/first")
    data = item_map_data(space, "pca", "class", 10, tuple(range(30)))
    assert data.n_drawn == 10
    assert len(data.found) == 30
    assert set(range(30)) <= set(data.points["row"])
    names = space.items.names(data.cells["row"].to_numpy())
    assert list(data.cells["text"]) == [wrapped_text(name, 22) for name in names]


def test_positions_are_those_of_the_codes():
    space = open_space("notes/first")
    rows = np.array([3, 8])
    assert np.allclose(positions(space, "dims-2-4", rows), space.train.codes[rows][:, [1, 3]])
    assert np.array_equal(positions(space, "pca", rows), space.train.plane[rows])
    quality = plane_quality(space, "pca")
    assert quality is not None
    assert quality.trustworthiness == space.metrics["plane_trustworthiness"]["value"]
    assert item_planes(space, "dims-4-5") == ["pca"]


def test_a_plane_is_measured_as_the_stored_one_was():
    first = open_space("notes/first")
    stored, measured = plane_quality(first, "pca"), plane_quality(first, "dims-1-2")
    assert stored is not None
    assert measured is not None
    assert measured.trustworthiness != stored.trustworthiness
    assert 0.4 < measured.continuity <= 1


def test_a_click_leaves_the_map_as_it_is():
    app = explore(point="n05")
    before = map_spec(app)
    app.query_params["point"] = "n09"
    app.run()
    assert "n09 ·" in plain(app)
    assert map_spec(app) == before


def test_items_that_are_images_show_them():
    add_images()
    scanned_spaces.clear()
    data = item_map_data(open_space("pixels/pca-d2"), "codes", "class", 5000)
    assert len(data.strips) == -(-540 // data.n_cells)
    assert data.cells["i"].max() == len(data.strips) - 1
    assert data.tile_shape == (8, 8)


def test_columns_that_colour_items():
    assert list(item_colours(open_space("notes/first")).values()) == [
        "topic",
        "source",
        "length",
        "day",
        "Local density of codes",
        "Mean distance to the 10 nearest items",
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ""),
        ("one two three four five six seven eight nine", "one two three four five six seven\neight nine"),
        ("数" * 40, "数" * 17 + "\n" + "数" * 17 + "\n" + "数" * 6),
    ],
)
def test_texts_are_wrapped_by_their_width(text, lines):
    assert wrapped_text(text, 5) == lines
