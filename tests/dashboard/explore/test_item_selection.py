"""Selecting items of a space by text, by a box on the map, and by an example, run without a browser."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data.items.planes import all_positions, positions
from dashboard.data.items.spaces import open_space
from dashboard.explore.services.item_selection import (
    Criteria,
    nearest_rows,
    ringed_rows,
    selected_rows,
    selection_csv,
    selection_parquet,
)
from tests.dashboard.pages import notices_of
from tests.dashboard.spaces import N_ITEMS, explore, plain

pytestmark = [pytest.mark.own_datasets, pytest.mark.usefixtures("notes")]


def box_selection(app: AppTest) -> dict:
    """Return the map's selection of a box, as it was sent."""
    spec = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    (found,) = (one for one in spec["params"] if one["name"].startswith("box"))
    return dict(found)


def half_box() -> tuple[str, np.ndarray]:
    """Return a box around the items whose second coordinate is positive, as an address, and their rows."""
    places = np.asarray(open_space("notes/first").train.plane)
    low, high = places.min(axis=0) - 1, places.max(axis=0) + 1
    return f"{low[0]:.5g},{high[0]:.5g},0,{high[1]:.5g}", np.flatnonzero(places[:, 1] > 0)


def test_all_items_in_a_box_are_selected():
    box, rows = half_box()
    assert 0 < len(rows) < N_ITEMS
    app = explore(box=box)
    assert not app.error
    assert f"{len(rows)} of {N_ITEMS} items lie in the box." in plain(app)
    assert app.query_params["box"] == box
    assert box_selection(app)["value"]["y"][0] == 0


def test_a_box_a_text_and_an_example_restrict_each_other():
    box, rows = half_box()
    space = open_space("notes/first")
    near = nearest_rows(space, 5, 40)
    found = [row for row in rows.tolist() if row % 2 == 0 and row in near]
    assert 1 < len(found) < min(len(rows), 30)
    app = explore(box=box, find="book", near="40:n05")
    both = "contain “book” and are among the 40 nearest to n05 and lie in the box"
    assert f"{len(found)} of {N_ITEMS} items {both}" in plain(app)


def test_a_box_does_not_change_what_is_ringed():
    box = (-100.0, 0.0, -100.0, 100.0)
    space = open_space("notes/first")
    beside = Criteria(text="book")
    with_box = Criteria(text="book", box=box, plane="pca")
    assert len(selected_rows(space, with_box)) < len(selected_rows(space, beside))
    assert ringed_rows(space, with_box) == ringed_rows(space, beside)
    assert ringed_rows(space, Criteria(box=box, plane="pca")) == ()


def test_a_rerun_leaves_the_map_with_a_box_of_the_address_as_it_is():
    app = explore(box="-100,100,-100,0", point="n05")
    before = app.get("vega_lite_chart")[0].proto
    app.button(key="select_nearest").click().run()
    app.button(key="next_found").click().run()
    after = app.get("vega_lite_chart")[0].proto
    assert before.id == after.id
    assert box_selection(app)["value"] == {"x": [-100, 100], "y": [-100, 0]}


def test_a_box_on_another_plane_or_in_another_space_is_removed():
    box, _ = half_box()
    app = explore(box=box)
    app.selectbox(key="pick_plane").set_value("dims").run()
    assert "box" not in app.query_params
    assert "lie in the box" not in plain(app)
    assert "value" not in box_selection(app)


@pytest.mark.parametrize("box", ["1,2", "1,2,3,x", "2,1,0,1", "nan,1,0,1", "0,1,0,1e999", ",,,"])
def test_what_is_no_box_is_left_out_with_a_notice(box):
    app = explore(box=box)
    assert not app.error
    assert any("is no box" in notice for notice in notices_of(app))
    assert "lie in the box" not in plain(app)


@pytest.mark.parametrize("near", ["5", "0:n05", "5:n99", "x:n05", ":"])
def test_what_names_no_item_is_left_out_with_a_notice(near):
    app = explore(near=near)
    assert not app.error
    assert any("names no item" in notice for notice in notices_of(app))


def test_the_nearest_items_of_the_pinned_one_are_selected():
    app = explore(point="n05")
    app.button(key="select_nearest").click().run()
    assert app.query_params["near"] == "25:n05"
    assert f"25 of {N_ITEMS} items are among the 25 nearest to n05; ringed on the map." in plain(app)
    app.number_input(key="pick_nearest").set_value(7).run()
    assert app.query_params["near"] == "7:n05"
    assert app.button(key="select_nearest").label == "Select its 7 nearest"
    app.button(key="clear_selection").click().run()
    assert "near" not in app.query_params
    assert "nearest to n05" not in plain(app)


def test_more_nearest_items_than_there_are_become_all_others():
    assert f"59 of {N_ITEMS} items are among the 59 nearest to n05" in plain(explore(near="5000:n05"))


def test_nearest_items_are_searched_among_all():
    space = open_space("notes/second")
    codes = np.asarray(space.train.codes, np.float64)
    distances = np.linalg.norm(codes - codes[5], axis=1)
    distances[5] = np.inf
    assert nearest_rows(space, 5, 12).tolist() == np.argsort(distances)[:12].tolist()


def test_clear_removes_the_text_from_the_search_field():
    app = explore(find="sailing")
    app.button(key="clear_selection").click().run()
    assert app.text_input(key="pick_find").value == ""
    assert "find" not in app.query_params


def test_next_steps_through_the_selected_items_and_begins_again():
    app = explore(near="2:n05", point="n05")
    rows = np.sort(nearest_rows(open_space("notes/first"), 5, 2))
    order = [row for row in rows if row > 5] + [row for row in rows if row < 5]
    for row in [*order, order[0]]:
        app.button(key="next_found").click().run()
        assert app.query_params["point"] == f"n{row:02d}"


def test_a_selection_is_saved_as_csv_and_parquet():
    space = open_space("notes/first")
    criteria = Criteria(example=5, k=8, box=(-100.0, 100.0, -100.0, 100.0), plane="dims-1-2")
    table = pd.read_csv(io.BytesIO(selection_csv(space, criteria)))
    stored = pd.read_parquet(io.BytesIO(selection_parquet(space, criteria)))
    rows = selected_rows(space, criteria)
    assert set(rows) == set(nearest_rows(space, 5, 8))
    assert list(table["id"]) == list(stored["id"]) == [f"n{row:02d}" for row in rows]


@pytest.mark.parametrize("plane", ["pca", "dims-2-4"])
def test_positions_of_all_items_are_those_of_each(plane):
    space = open_space("notes/first")
    rows = np.arange(N_ITEMS)
    assert np.array_equal(all_positions(space, plane), positions(space, plane, rows))
