"""Pages that have nothing to show of a collection of items."""

from __future__ import annotations

import pytest

from dashboard.data.items.spaces import scanned_spaces
from tests.dashboard.pages import notices_of, open_page, section_text
from tests.dashboard.spaces import add_texts

pytestmark = pytest.mark.own_datasets

PAGES = (
    *("interpolate", "sample", "edit", "train", "overview"),
    *("compression", "anomaly", "denoise", "synthesis"),
)


@pytest.fixture(autouse=True)
def notes(tmp_path, monkeypatch):
    """A collection of texts in a data folder of this test only."""
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    add_texts()
    scanned_spaces.clear()
    yield
    scanned_spaces.clear()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_why_it_does_not_show_a_collection(name):
    app = open_page(name, dataset="notes")
    assert not app.error
    assert not notices_of(app)
    assert "Notes has spaces of items without a model" in section_text(app)
    assert app.query_params["dataset"] == "notes"


def test_a_dataset_can_be_chosen_instead():
    app = open_page("sample", dataset="notes")
    app.selectbox(key="pick_dataset").set_value("digits").run()
    assert not notices_of(app)
    assert "spaces of items" not in section_text(app)
    assert app.query_params["dataset"] == "digits"
