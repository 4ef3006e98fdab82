"""Files of a space of items, and its items far from all others."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from dashboard.data.items.distances import n_nearest, nearest_distances
from dashboard.data.items.planes import positions
from dashboard.data.items.spaces import open_space
from dashboard.explore.items.controls import ItemMapChoice
from dashboard.explore.items.downloads import export_spec
from dashboard.explore.services import item_exports
from dashboard.explore.services.exports import chart_svg
from dashboard.explore.services.item_details import farthest_items
from dashboard.explore.services.item_exports import item_codes_npy, item_codes_parquet, item_map_csv
from tests.dashboard.pages import open_page, text_of
from tests.dashboard.spaces import N_ITEMS, TOPICS

pytestmark = [pytest.mark.own_datasets, pytest.mark.usefixtures("notes")]


def test_codes_are_downloaded_as_they_are():
    space = open_space("notes/first")
    codes = np.load(io.BytesIO(item_codes_npy(space)))
    table = pd.read_parquet(io.BytesIO(item_codes_parquet(space)))
    assert np.array_equal(codes, space.train.codes)
    assert list(table.columns) == ["id", "class", "z1", "z2", "z3", "z4"]
    assert np.array_equal(table[["z1", "z2", "z3", "z4"]].to_numpy(), codes)
    assert list(table["class"]) == [TOPICS[k % 3] for k in range(N_ITEMS)]


@pytest.mark.parametrize(("colour", "last"), [("class", "y"), ("column:length", "length")])
def test_the_map_of_all_items_is_downloaded_with_what_colours_it(colour, last):
    space = open_space("notes/first")
    table = pd.read_csv(io.BytesIO(item_map_csv(space, "dims-2-4", colour)))
    assert table.columns[-1] == last
    assert list(table["id"]) == [f"n{k:02d}" for k in range(N_ITEMS)]
    assert np.allclose(table[["x", "y"]], positions(space, "dims-2-4", np.arange(N_ITEMS)))


@pytest.mark.parametrize("colour", ["class", "distance", "column:day"])
def test_the_map_is_downloaded_as_a_picture(colour):
    choice = ItemMapChoice(plane="pca", colour=colour, n_shown=30, only=())
    svg = chart_svg(export_spec(open_space("notes/first"), choice)).decode()
    assert svg.startswith("<svg")
    assert svg.count("translate(") > 30


def test_codes_too_large_for_a_download_are_named_instead(monkeypatch):
    monkeypatch.setattr(item_exports, "MAX_CODES", 100)
    assert "too large for a download" in text_of(open_page("explore", dataset="notes", model="first"))


def test_distances_are_those_to_the_nearest_items_of_each():
    space = open_space("notes/first")
    codes = np.asarray(space.train.codes, np.float64)
    between = np.linalg.norm(codes[:, None] - codes[None], axis=2)
    np.fill_diagonal(between, np.inf)
    assert n_nearest(space) == 10
    assert np.allclose(nearest_distances(space), np.sort(between, axis=1)[:, :10].mean(axis=1), rtol=1e-4)


def test_the_farthest_items_are_listed_and_can_be_pinned():
    space = open_space("notes/first")
    rows = np.argsort(-nearest_distances(space))[:10]
    assert [one.id for one in farthest_items(space)] == [f"n{row:02d}" for row in rows]
    app = open_page("explore", dataset="notes", model="first", colour="distance")
    assert not app.error
    assert "Mean distance to the 10 nearest items" in str(app.get("vega_lite_chart")[0].proto.spec)
    assert "Farthest from all others" in text_of(app)
    app.button(key="farthest_2").click().run()
    assert app.query_params["point"] == f"n{rows[2]:02d}"
