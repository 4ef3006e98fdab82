"""Compare on the spaces of a collection of items."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.compare.neighbours.services import most_changed_items, neighbour_change
from dashboard.compare.scores.services.scores import SUITE, score_rows
from dashboard.compare.similarity.services import space_similarity
from dashboard.data.items.spaces import open_space, scanned_spaces
from latentcore.metrics.similarity import linear_cka, neighbour_overlap
from tests.dashboard.pages import notices_of, open_page, section_text
from tests.dashboard.spaces import add_images

pytestmark = [pytest.mark.own_datasets, pytest.mark.usefixtures("notes")]


def compare(view: str, **query: str) -> AppTest:
    return open_page("compare", dataset="notes", view=view, **query)


@pytest.mark.parametrize(
    ("view", "text"),
    [
        ("scores", "Other scores of these spaces"),
        ("maps", "The same items on every map"),
        ("neighbours", "Each of the items has 10 nearest"),
        ("spaces", "n = 60 items"),
        ("image", "need models that encode and decode; Notes has spaces of items"),
        ("inside", "those of trained models; Notes"),
        ("geometry", "decoder; Notes"),
    ],
)
def test_every_section_shows_spaces_or_says_why_not(view, text):
    app = compare(view)
    assert not app.error
    assert not app.warning
    assert text in section_text(app)
    assert app.query_params["models"] == ["first", "second"]


def test_a_collection_is_left_for_a_dataset_without_notices():
    app = compare("maps")
    app.selectbox(key="pick_dataset").set_value("digits").run()
    assert not notices_of(app)
    assert app.query_params["dataset"] == "digits"


def test_one_space_alone_is_not_compared():
    app = open_page("compare", dataset="notes", view="spaces", models="first")
    assert "Similarity needs two spaces" in section_text(app)


def test_similarity_and_neighbour_change_are_those_of_the_library():
    first, second = open_space("notes/first"), open_space("notes/second")
    study = space_similarity([first, second])
    rows = np.random.default_rng(0).permutation(60)
    expected = linear_cka(first.test.codes[np.sort(rows)], second.test.codes[np.sort(rows)])
    assert study.pairs[frozenset(("first", "second"))]["cka"] == expected
    change = neighbour_change(first, second)
    order = [int(np.flatnonzero(first.test.indices == index)[0]) for index in change.points["index"]]
    overlap = neighbour_overlap(first.test.codes[order], second.test.codes[order], k=10)
    assert np.allclose(change.points["change"], 1 - overlap)


def test_an_item_of_large_change_has_a_neighbour_that_only_one_space_has():
    first, second = open_space("notes/first"), open_space("notes/second")
    item = most_changed_items(first, second)[0]
    row = first.items.row_of(item.id)
    assert row is not None
    near, away = (set(first.items.names(space.item_neighbours(row)[0])) for space in (first, second))
    assert item.only_first in near - away
    assert item.only_second in away - near


def test_scores_of_a_space_and_why_others_are_missing():
    (row,) = score_rows(["notes/first"])
    by_name = {measure.name: measure for measure in SUITE}
    score = row.score(by_name["knn_accuracy"])
    assert score is not None
    assert score.value == open_space("notes/first").metrics["knn_accuracy"]["value"]
    assert row.missing_reason(by_name["mse"]) == "needs a model"


def test_linked_maps_of_images_without_a_model():
    add_images()
    scanned_spaces.clear()
    app = open_page("compare", dataset="pixels", view="maps")
    assert "need at least two" in section_text(app)
