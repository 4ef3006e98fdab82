"""Your data with vectors: adding a table, what is said of it, removing it, and whose it is."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data import ownership, upload_rules
from dashboard.data.items.spaces import scanned_spaces
from dashboard.server import upload_size
from dashboard.your_data.vector_form import JOB
from latentcore.spaces import list_spaces
from latentcore.spaces.folders import own_spaces
from tests.dashboard import pages
from tests.dashboard.jobs import wait
from tests.dashboard.spaces import N_ITEMS, TOPICS, add_texts, made_codes

pytestmark = pytest.mark.own_datasets


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """An empty data folder; the browser is on the same machine; the server's limit stays as it is."""
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    monkeypatch.setattr(ownership, "_owners", {})
    monkeypatch.setattr(upload_rules, "is_own_machine", lambda: True)
    monkeypatch.setattr(upload_size.config, "set_option", lambda *_: None)
    scanned_spaces.clear()
    yield
    scanned_spaces.clear()


def table(codes: np.ndarray | None = None) -> bytes:
    """Return a CSV with one column per dimension, a text and a class."""
    codes = made_codes(0) if codes is None else codes
    frame = pd.DataFrame(codes, columns=[f"v{k}" for k in range(codes.shape[1])])
    rows = range(len(frame))
    frame = frame.assign(text=[f"*Note* {k}" for k in rows], topic=[TOPICS[k % 3] for k in rows])
    buffer = io.StringIO()
    frame.to_csv(buffer, index=False)
    return buffer.getvalue().encode()


def added(content: bytes, name: str = "my-notes.csv") -> AppTest:
    """Upload a file as vectors, press the button, and wait for the job."""
    app = pages.open_page("data")
    app.button_group(key="data_kind").set_value("Vectors").run()
    app.file_uploader[0].upload(name, content, "text/csv").run()
    app.button_group(key="vectors_plane").set_value("pca").run()
    next(button for button in app.button if button.label == "Add vectors").click().run()
    wait(app.session_state["_held"][JOB][1])
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return " ".join(one.value for one in (*app.markdown, *app.caption, *app.success, *app.error))


def test_a_table_becomes_a_collection_and_can_be_removed():
    app = added(table())
    assert f"{N_ITEMS} items in 3 classes were added, with 1 space" in words(app)
    assert [spec.collection.name for spec in list_spaces() if spec.folder.is_relative_to(own_spaces())] == [
        "my-notes"
    ]
    explore = pages.open_page("explore", dataset="my-notes")
    assert f"{N_ITEMS} of {N_ITEMS} items shown" in words(explore)
    app.button(key="delete_collection_my-notes").click().run()
    assert not list(own_spaces().iterdir())


def test_with_nothing_but_vectors_the_page_does_not_ask_for_a_first_dataset():
    add_texts()
    app = pages.open_page("data")
    assert "Notes" in words(app)
    assert "no dataset yet" not in words(app)


def test_a_bad_table_is_one_sentence_without_the_servers_folders(tmp_path):
    codes = made_codes(0)
    codes[5, 1] = np.nan
    app = added(table(codes))
    assert "Nothing was added." in app.error[0].value
    assert str(tmp_path) not in app.error[0].value
    assert not list(own_spaces().iterdir())


def test_a_collection_of_a_visitor_ends_with_the_token_of_the_session(monkeypatch):
    monkeypatch.setenv("LATENTCORE_UPLOADS", "50")
    added(table())
    (folder,) = own_spaces().iterdir()
    assert folder.name.startswith("my-notes-")
    assert len(folder.name) == len("my-notes-") + 16
    assert not [spec for spec in list_spaces() if spec.collection.name.startswith("my-notes")]
