"""A model is brought back from a zip file: on a person's own machine, and by a visitor."""

from __future__ import annotations

import io
import shutil
import zipfile

import numpy as np
import pytest

from dashboard.data import ownership, upload_rules
from dashboard.data.catalogue import catalogue, open_bundle, scanned_bundles, zip_file
from dashboard.data.upload_rules import MAX_BUNDLES, UploadRules
from dashboard.server.sessions import acting_for
from dashboard.train.services.bringing import bring_back
from latentcore.datasets.digits import DIGITS
from latentcore.datasets.own.add import add_dataset
from latentcore.datasets.own.options import AddOptions
from latentcore.runs import RunStatus
from latentcore.store import models_folder
from tests.dashboard.pages import notices_of, open_page, text_of
from tests.dashboard.train.runs import VAE, write_run

pytestmark = pytest.mark.own_datasets

OWN, HOSTED = UploadRules(True, False, 500), UploadRules(True, True, 50)


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    shutil.copytree(models_folder() / "digits" / "vae-d2", tmp_path / "models" / "digits" / "vae-d2")
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(ownership, "_owners", {})
    monkeypatch.setattr(upload_rules, "is_own_machine", lambda: True)
    scanned_bundles.clear()
    yield tmp_path
    scanned_bundles.clear()


@pytest.fixture
def packed() -> bytes:
    return zip_file(open_bundle("digits/vae-d2"))


def bring(packed: bytes, rules: UploadRules = OWN):
    return bring_back(io.BytesIO(packed), len(packed), rules)


def test_on_ones_own_machine_a_model_stays_under_its_name_or_a_free_one(packed):
    second = bring(packed)
    assert (second.bundle_id, second.former_name) == ("digits/vae-d2-2", "vae-d2")
    assert second.title == "VAE, 2-D (imported: 2)"
    shutil.rmtree(models_folder() / "digits" / "vae-d2")
    scanned_bundles.clear()
    first = bring(packed)
    assert (first.bundle_id, first.former_name, first.name) == ("digits/vae-d2", "", "vae-d2")
    assert catalogue().models("digits") == ["vae-d2", "vae-d2-2"]


def test_the_name_of_a_run_under_way_is_not_taken_from_it(packed):
    bring(packed)  # vae-d2-2
    write_run(VAE)
    trained = bring(zip_file(open_bundle("digits/vae-d2-2")))
    assert trained.bundle_id == "digits/vae-d2-2-2"


def test_a_visitors_model_is_seen_by_no_other_and_comes_back_in_another_session(packed):
    with acting_for("one"):
        brought = bring(packed, HOSTED)
        assert brought.title == "VAE, 2-D (imported: 2)"
        again = zip_file(open_bundle(brought.bundle_id))
    with acting_for("two"):
        assert list(catalogue().specs) == ["digits/vae-d2"]
        assert bring(again, HOSTED).name == "vae-d2-2"
    with acting_for("one"):
        assert len(catalogue().specs) == 2


def test_a_model_of_a_visitors_own_images_finds_them(folders, packed):
    images, labels = DIGITS.read("test", None)
    np.savez(folders / "a.npz", images=images, labels=labels)
    with acting_for("one"):
        token = ownership.session_token()
        options = AddOptions(size=8)
        name = add_dataset("mine", folders / "a.npz", folders / "data", options=options, owner=token).name
        bundle_id = bring(renamed(packed, "mine"), HOSTED).bundle_id
        assert bundle_id == f"{name}/vae-d2"
    with acting_for("two"):  # has no such images
        bundle_id = bring(renamed(packed, "mine"), HOSTED).bundle_id
        assert bundle_id.startswith("mine/vae-d2.session-")
        assert catalogue().datasets() == ["digits", "mine"]


def renamed(packed: bytes, dataset: str) -> bytes:
    """Return the zip file as one of another dataset."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("config.json"):
                content = content.replace(b'"digits', f'"{dataset}'.encode())
            target.writestr(name.replace("digits/", f"{dataset}/"), content)
    return buffer.getvalue()


def test_what_is_no_model_or_one_too_many_is_one_sentence(packed, folders, monkeypatch):
    with acting_for("one"):
        assert "no zip file" in bring(b"hello", HOSTED).problem
        changed = bytearray(packed)
        changed[len(packed) // 2] ^= 255
        problem = bring(bytes(changed), HOSTED).problem
        assert problem
        assert str(folders) not in problem
        for _ in range(MAX_BUNDLES):
            assert not bring(packed, HOSTED).problem
        assert "10 models, the most" in bring(packed, HOSTED).problem
    monkeypatch.setattr("dashboard.train.services.bringing.store_bundle", _no_memory)
    assert "not enough memory" in bring(packed).problem


def _no_memory(*_: object) -> None:
    raise MemoryError


def upload(app, content: bytes):
    """Upload a zip file on the page Train."""
    app.get("file_uploader")[0].set_value(("model.zip", content, "application/zip")).run()
    assert not app.exception
    return app


def test_the_page_takes_a_zip_file_and_links_to_the_model(packed):
    app = upload(open_page("train"), packed)
    words = app.success[0].value.replace("\\", "")
    assert "vae-d2-2** was added; every page shows it. There is a model “vae-d2” already" in words
    upload(app, b"hello")
    assert "Nothing was added. The file is no zip file" in app.error[0].value
    assert not app.success


@pytest.mark.parametrize("setting", ["LATENTCORE_UPLOADS", "LATENTCORE_TRAINING"])
def test_uploads_and_training_are_switched_off_one_by_one(monkeypatch, packed, setting):
    monkeypatch.setenv(setting, "off")
    app = open_page("train")
    if setting == "LATENTCORE_UPLOADS":
        assert "Uploading is switched off" in text_of(app)
        assert not app.get("file_uploader")
        return
    assert any("Training is switched off" in notice for notice in notices_of(app))
    assert upload(app, packed).success


def test_the_outcome_of_a_run_offers_the_model_as_a_zip_made_on_demand(monkeypatch):
    made = []
    monkeypatch.setattr("dashboard.data.catalogue.pack_bundle", made.append)
    run_id = write_run(VAE, RunStatus.DONE, bundle_id="digits/vae-d2")
    app = open_page("train", run=run_id)
    assert [button.proto.label for button in app.get("download_button")] == ["Download the model"]
    assert not made
