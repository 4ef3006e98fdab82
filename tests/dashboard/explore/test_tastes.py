"""Tastes on Explore: liked items, what is recommended, and where a taste lies."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data.items.planes import code_position, positions
from dashboard.data.items.spaces import open_space
from dashboard.explore.charts.item_map import TASTE_NAME
from dashboard.explore.items.taste import MAX_LIKED
from dashboard.explore.services.item_taste import N_RECOMMENDED, taste_of, taste_place
from latentcore.recommendation.taste import recommend
from tests.dashboard.pages import notices_of, open_page, text_of

SPACE = "known-tastes/als-d8"


def explore(model: str = "als-d8", **query: str) -> AppTest:
    return open_page("explore", dataset="known-tastes", model=model, **query)


def recommended(app: AppTest) -> list[str]:
    return [button.label for button in app.button if str(button.key).startswith("recommended_")]


def first_of(genre: str, n: int) -> list[str]:
    """Return ids of items of a genre."""
    items = open_space(SPACE).items
    rows = np.flatnonzero(items.values("genre", np.arange(len(items))) == genre)[:n]
    return [str(one) for one in items.ids[rows]]


def test_what_is_liked_decides_what_is_recommended():
    app = explore(liked=",".join(first_of("Western", 3)))
    assert not app.exception
    labels = recommended(app)
    assert len(labels) == N_RECOMMENDED
    assert sum("Western" in label for label in labels) >= 8
    spec = str(app.get("vega_lite_chart")[0].proto.spec)
    assert f'"{TASTE_NAME}"' in spec or "cross" in spec
    assert "diamond" in spec


def test_without_liked_items_it_says_what_to_do():
    app = explore()
    assert recommended(app) == []
    assert "Choose items that you like" in text_of(app)
    assert "diamond" not in str(app.get("vega_lite_chart")[0].proto.spec)


def test_the_pinned_item_is_added_and_the_address_keeps_it():
    first, second = first_of("Romance", 2)
    app = explore(liked=first, point=second)
    app.button(key="like_pinned").click().run()
    assert app.query_params["liked"] == f"{first},{second}"
    assert app.button(key="like_pinned").disabled
    app.multiselect(key="pick_liked").set_value([]).run()
    assert "liked" not in app.query_params
    assert recommended(app) == []


def test_a_recommended_item_can_be_pinned():
    (liked,) = first_of("Comedy", 1)
    space = open_space(SPACE)
    row = space.items.row_of(liked)
    assert row is not None
    app = explore(liked=liked)
    app.button(key="recommended_0").click().run()
    assert app.query_params["point"] == space.items.ids[taste_of(space, (row,)).rows[0]]
    assert app.query_params["liked"] == liked


def test_an_unknown_item_is_left_out_with_a_notice():
    (liked,) = first_of("Drama", 1)
    app = explore(liked=f"{liked},nothing%2C here")
    assert app.query_params["liked"] == liked
    assert any("no item “nothing, here”" in text for text in notices_of(app))


def test_too_many_items_are_cut_with_a_notice():
    ids = [str(one) for one in open_space(SPACE).items.ids[: MAX_LIKED + 5]]
    app = explore(liked=",".join(ids))
    assert app.query_params["liked"] == ",".join(ids[:MAX_LIKED])
    assert any(f"at most {MAX_LIKED}" in text for text in notices_of(app))


def test_a_space_without_ratings_recommends_nothing():
    app = explore("known-d8", liked=first_of("Drama", 1)[0])
    assert not app.exception
    assert not [tab.label for tab in app.tabs]
    assert recommended(app) == []


def test_what_is_recommended_is_what_the_library_recommends():
    space, rows = open_space(SPACE), (3, 70, 200)
    taste = taste_of(space, rows)
    assert np.array_equal(taste.rows, recommend(space, rows, N_RECOMMENDED).rows)
    assert not set(rows) & set(taste.rows.tolist())
    codes = np.asarray(space.train.codes, np.float64)
    assert np.allclose(taste.scores, codes[taste.rows] @ taste.code, atol=1e-5)


@pytest.mark.parametrize("plane", ["umap", "pca", "dims-2-5"])
def test_the_code_of_an_item_lies_where_the_item_lies(plane):
    space = open_space(SPACE)
    for row in (0, 333):
        (place,) = positions(space, plane, np.array([row]))
        assert np.allclose(code_position(space, plane, space.train.codes[row]), place, atol=1e-3)
    found = taste_place(space, plane, (0, 1))
    assert found["liked"].tolist() == [True, True, False]
    places = found[["x", "y"]].to_numpy()
    assert np.allclose(places[:2], positions(space, plane, np.array([0, 1])))
    assert np.isfinite(places).all()
