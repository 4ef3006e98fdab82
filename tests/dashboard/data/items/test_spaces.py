"""Collections and spaces in the catalogue of a session."""

from __future__ import annotations

import shutil

import pytest

from dashboard.data import ownership, sweeping
from dashboard.data.catalogue import bundle_title, catalogue, dataset_title
from dashboard.data.items.spaces import find_collection, open_space, scanned_spaces
from dashboard.server.sessions import acting_for
from latentcore.exceptions import UnknownNameError
from latentcore.spaces.folders import own_spaces
from tests.dashboard.spaces import add_texts

TOKEN = "0123456789abcdef"


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """A data folder of this test only, and no owner from another test."""
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    monkeypatch.setattr(ownership, "_owners", {})
    scanned_spaces.clear()
    yield
    scanned_spaces.clear()


def test_a_collection_is_listed_beside_datasets_and_its_spaces_like_models():
    add_texts()
    found = catalogue()
    assert "notes" in found.collections()
    assert "notes" not in found.datasets()
    assert found.models("notes") == ["first", "second"]
    assert found.title("notes", "second") == bundle_title("notes/second") == "Second, 4-D"
    assert dataset_title("notes") == "Notes"
    assert open_space("notes/first").n_items == 60


def test_spaces_of_a_collection_share_their_items():
    add_texts()
    assert open_space("notes/first").items is open_space("notes/second").items


def test_a_dataset_hides_a_collection_of_the_same_name():
    add_texts("digits")
    assert "digits" not in catalogue().collections()
    assert "vae-d2" in catalogue().models("digits")


def test_a_collection_of_a_session_is_seen_by_no_other():
    add_texts(owner=TOKEN)
    assert f"notes-{TOKEN}" not in catalogue().collections()
    assert find_collection(f"notes-{TOKEN}") is None
    with pytest.raises(UnknownNameError):
        open_space(f"notes-{TOKEN}/first")
    owner = ownership._Owner()
    owner.token = TOKEN
    ownership._owners["mine"] = owner
    with acting_for("mine"):
        assert find_collection(f"notes-{TOKEN}") is not None
        assert open_space(f"notes-{TOKEN}/first").title == "First, 4-D"


def test_a_collection_of_a_session_is_removed_after_it(monkeypatch):
    add_texts(owner=TOKEN)
    add_texts("kept")
    monkeypatch.setattr(sweeping, "_age", lambda _: ownership.ABANDONED_SECONDS + 1)
    sweeping.sweep()
    assert [folder.name for folder in own_spaces().iterdir()] == ["kept"]


def test_a_damaged_space_is_a_problem_of_its_own():
    add_texts()
    shutil.rmtree(own_spaces() / "notes" / "second")
    (own_spaces() / "notes" / "first" / "config.json").write_text("{")
    assert "notes/first" in catalogue().problems
    assert "notes" not in catalogue().collections()
