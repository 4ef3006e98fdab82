"""Your data, run without a browser: adding, what is shown of it, removing, and what visitors may do."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.data import ownership, upload_rules
from dashboard.data.catalogue import scanned_bundles
from dashboard.server import upload_size
from dashboard.your_data.add_form import JOB
from latentcore.datasets.own.add import add_dataset
from latentcore.datasets.own.options import AddOptions
from latentcore.datasets.own.stored import list_own
from latentcore.store import models_folder
from tests.dashboard import pages
from tests.dashboard.jobs import wait

pytestmark = pytest.mark.own_datasets


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch) -> Path:
    """An empty data folder; the browser is on the same machine; the server's limit stays as it is."""
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(ownership, "_owners", {})
    monkeypatch.setattr(upload_rules, "is_own_machine", lambda: True)
    monkeypatch.setattr(upload_size.config, "set_option", lambda *_: None)
    return tmp_path / "data"


@pytest.fixture
def visitors(monkeypatch) -> None:
    monkeypatch.setenv("LATENTCORE_UPLOADS", "50")


def picture(k: int) -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(k).integers(0, 256, (20, 20, 3)).astype(np.uint8)
    Image.fromarray(noise).save(buffer, "PNG")
    return buffer.getvalue()


def archive(n: int = 20, **others: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for k in range(n):
            file.writestr(f"{('red *fox*', 'owl')[k % 2]}/{k}.png", picture(k))
        for name, content in others.items():
            file.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


def open_page() -> AppTest:
    return pages.open_page("data")


def upload(app: AppTest, content: bytes, name: str = "animals.zip") -> AppTest:
    app.file_uploader[0].upload(name, content, "application/zip").run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def add(app: AppTest) -> AppTest:
    """Press the button, wait for the job, and let the page show what became of it."""
    press(app, "Add dataset")
    wait(app.session_state["_held"][JOB][1])
    app.run()
    assert not app.exception
    return app


def html_of(app: AppTest) -> str:
    return " ".join(str(element.proto.body) for element in app.get("html"))


def words(app: AppTest) -> str:
    return " ".join(one.value for one in (*app.markdown, *app.caption, *app.info, *app.success, *app.error))


def test_an_upload_becomes_a_dataset_and_is_shown(data):
    app = add(upload(open_page(), archive(notes_txt=b"x")))
    assert "**Animals** was added: 16 train and 4 test images, 32x32, colour, 2 classes." in words(app)
    html = html_of(app)
    assert "20 of 20 random pictures have colours" in html
    assert "notes.txt is no picture." in html
    assert "red *fox*" in html
    assert 'alt="16 images of Animals, as the models see them"' in html
    assert "latentcore train animals vae --latent-dim 16" in app.code[0].value
    assert [one.name for one in list_own(data)] == ["animals"]
    press(app, "Add another dataset")
    assert "was added" not in words(app)
    assert "**Animals**" in words(app)
    press(app, "Delete")
    assert list_own(data) == []
    assert "You have added no dataset yet." in words(app)


def test_a_bad_upload_is_one_sentence_and_can_be_tried_again(data):
    app = add(upload(open_page(), b"PK\x03\x04 no archive", "photos :red[x] `y`.zip"))
    (error,) = [one.value for one in app.error]
    assert error.startswith("Nothing was added. photos")
    assert ":red[" not in error
    assert "`y`" not in error
    assert not list(data.rglob("*.u8"))
    add(upload(app, archive()))
    assert "was added" in words(app)


def test_options_are_used(data):
    app = upload(open_page(), archive())
    app.text_input[0].set_value("beasts")
    app.selectbox(key="data_size").set_value(16)
    app.number_input(key="data_limit").set_value(10)
    app.run()
    add(app)
    (own,) = list_own(data)
    assert (own.name, own.image_shape) == ("beasts", (3, 16, 16))
    assert own.size("train") + own.size("test") == 10


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mnist", "comes with the library"),
        ("numbers", "a collection that comes with the library"),
        ("No!", "cannot be named"),
    ],
)
def test_a_name_that_cannot_be_taken_is_told_before_anything_is_read(name, reason):
    app = upload(open_page(), archive())
    app.text_input[0].set_value(name).run()
    assert any(reason in one.value for one in app.warning)
    assert next(button for button in app.button if button.label == "Add dataset").disabled


def test_files_that_were_left_out_are_listed_and_counted():
    app = add(upload(open_page(), archive(**{f"n{k}_txt": b"x" for k in range(30)})))
    assert "**30 files were left out**" in words(app)
    assert html_of(app).count("is no picture.") == 20
    assert "And 10 more." in words(app)


def test_a_dataset_with_a_model_links_to_explore(data, tmp_path, monkeypatch):
    images = np.random.default_rng(0).integers(0, 255, (40, 8, 8)).astype(np.uint8)
    np.savez(tmp_path / "a.npz", images=images, labels=np.arange(40) % 10)
    add_dataset("mine", tmp_path / "a.npz", data, options=AddOptions(size=8))
    folder = tmp_path / "models" / "mine" / "vae-d2"
    shutil.copytree(models_folder() / "digits" / "vae-d2", folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"id": "mine/vae-d2", "dataset": "mine"}))
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path / "models"))
    scanned_bundles.clear()
    app = open_page()
    (link,) = app.get("page_link")
    assert link.proto.page == "explore"
    assert "dataset=mine" in link.proto.query_string
    assert "model=vae-d2" in link.proto.query_string
    assert "Its models stay" in words(app)


@pytest.mark.usefixtures("visitors")
def test_what_a_visitor_adds_no_other_session_sees(data, monkeypatch):
    app = add(upload(open_page(), archive()))
    assert "**Animals** was added" in words(app)
    assert "latentcore train animals" not in " ".join(code.value for code in app.code)
    (own,) = list_own(data, owned=True)
    (owner,) = ownership._owners.values()
    assert own.name == f"animals-{owner.token}"
    monkeypatch.setattr(ownership, "_owners", {})  # the next page is another session's
    other = open_page()
    assert "Animals" not in words(other) + html_of(other)
    address = pages.open_page("explore", dataset=own.name)
    assert any("There is no dataset" in warning for warning in pages.notices_of(address))


@pytest.mark.usefixtures("visitors")
def test_a_visitor_neither_sees_nor_removes_the_datasets_of_the_host(data, tmp_path):
    np.save(tmp_path / "a.npy", np.random.default_rng(0).integers(0, 255, (40, 8, 8)).astype(np.uint8))
    add_dataset("host", tmp_path / "a.npy", data)
    app = open_page()
    assert "Host" not in words(app)
    assert not [button for button in app.button if button.label == "Delete"]


@pytest.mark.usefixtures("visitors")
def test_a_visitor_has_a_limited_number_of_datasets(monkeypatch):
    monkeypatch.setattr(upload_rules, "MAX_DATASETS", 1)
    app = press(add(upload(open_page(), archive())), "Add another dataset")
    upload(app, archive())
    assert any("remove one first" in one.value for one in app.warning)
    assert next(button for button in app.button if button.label == "Add dataset").disabled


def test_uploading_can_be_switched_off(monkeypatch):
    monkeypatch.setenv("LATENTCORE_UPLOADS", "off")
    app = open_page()
    assert not app.file_uploader
    assert "Uploading is switched off on this server" in words(app)
