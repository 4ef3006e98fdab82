"""Datasets and bundles of one session: seen by no other, and removed after it."""

from __future__ import annotations

import ast
import io
import json
import os
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from dashboard.compare.scores.services.scores import score_rows
from dashboard.data import ownership, sweeping
from dashboard.data.catalogue import bundle_title, catalogue, file_stem, open_bundle, scanned_bundles
from dashboard.data.jobs import Job, start_job
from dashboard.data.ownership import dataset_spec, find_dataset, may_see, own_datasets, stored_id
from dashboard.data.study_results import model_title
from dashboard.data.sweeping import sweep
from dashboard.server.sessions import acting_for
from dashboard.ui.fragments import deferred_file
from latentcore.datasets.digits import DIGITS
from latentcore.datasets.own.add import add_dataset
from latentcore.datasets.own.stored import list_own
from latentcore.exceptions import UnknownNameError
from latentcore.store import (
    list_bundles,
    load_bundle,
    models_folder,
    pack_bundle,
    scan_bundles,
    unpack_bundle,
)
from tests.dashboard.jobs import wait

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """Data and models of this test only, and no owner from another test."""
    shutil.copytree(models_folder() / "digits" / "vae-d2", tmp_path / "models" / "digits" / "vae-d2")
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(ownership, "_owners", {})
    scanned_bundles.clear()
    yield
    scanned_bundles.clear()


@pytest.fixture
def add(tmp_path):
    """Add a dataset that belongs to a session, or to nobody; return its name."""
    images, labels = DIGITS.read("test", None)
    np.savez(tmp_path / "a.npz", images=images, labels=labels)

    def run(session: str | None, name: str = "mine") -> str:
        with acting_for(session):
            owner = ownership.session_token() if session else None
        return add_dataset(name, tmp_path / "a.npz", tmp_path / "data", owner=owner).name

    return run


def train(dataset: str) -> str:
    """Put a bundle of a dataset into the models folder."""
    folder = models_folder() / dataset / "vae-d2"
    shutil.copytree(models_folder() / "digits" / "vae-d2", folder)
    config = json.loads((folder / "config.json").read_text())
    config |= {"id": f"{dataset}/vae-d2", "dataset": dataset}
    (folder / "config.json").write_text(json.dumps(config))
    scanned_bundles.clear()
    return f"{dataset}/vae-d2"


def test_a_dataset_and_its_bundles_are_seen_by_the_session_that_they_belong_to(add, monkeypatch):
    name = add("one")
    shutil.rmtree(ownership.own_folder(ownership.data_folder()) / name)  # digits' bundle has 8x8 images
    bundle_id = train(name)
    for session, sees in (("one", True), ("two", False), (None, False)):
        with acting_for(session):
            assert may_see(name) is sees
            assert (bundle_id in catalogue().specs) is sees
            assert (name in catalogue().datasets()) is sees
            assert "digits/vae-d2" in catalogue().specs
    with acting_for("one"):
        bundle = open_bundle(bundle_id)
        make = deferred_file(lambda opened: opened.spec.id.encode(), bundle)
    assert make() == bundle_id.encode()  # as the server calls it, on no session's thread
    with acting_for("two"):
        with pytest.raises(UnknownNameError) as hidden:
            open_bundle(bundle_id)
        shutil.rmtree(models_folder() / name)
        scanned_bundles.clear()
        with pytest.raises(UnknownNameError) as missing:
            open_bundle(bundle_id)
    assert str(hidden.value) == str(missing.value)


def test_a_dataset_of_another_session_is_like_one_that_does_not_exist(add):
    name, common = add("one"), add(None, "common")
    for session, sees in (("one", True), ("two", False), (None, False)):
        with acting_for(session):
            assert (find_dataset(name) is not None) is sees
            assert [one.name for one in own_datasets(of_session=True)] == [name] * sees
            assert [one.name for one in own_datasets(of_session=False)] == [common]
            assert find_dataset(common) is not None
    with acting_for("two"), pytest.raises(UnknownNameError, match=name):
        dataset_spec(name)
    with pytest.raises(UnknownNameError) as said:
        dataset_spec("nothing")
    assert name not in str(said.value)
    assert "common" in str(said.value)


def own_bundle(session: str, name: str = "vae-d2-trained") -> str:
    """Put a bundle of a dataset of the library into the models folder that belongs to a session."""
    with acting_for(session):
        bundle_id = stored_id("digits", name, of_session=True)
    packed = pack_bundle(load_bundle("digits/vae-d2").spec)
    unpack_bundle(io.BytesIO(packed), bundle_id=bundle_id)
    scanned_bundles.clear()
    return bundle_id


def test_a_bundle_of_a_session_on_a_dataset_of_all_is_seen_by_no_other():
    bundle_id = own_bundle("one")
    name = bundle_id.partition("/")[2]
    for session, sees in (("one", True), ("two", False), (None, False)):
        with acting_for(session):
            found = catalogue()
            assert may_see(bundle_id) is sees
            assert (bundle_id in found.specs) is sees
            assert found.models("digits") == ["vae-d2"] + [name] * sees
            assert model_title("digits", name) == ("VAE, 2-D (imported)" if sees else name)
            assert bundle_title(bundle_id) == ("VAE, 2-D (imported)" if sees else "digits/vae-d2-trained")
            assert (len(score_rows([bundle_id, "digits/vae-d2"])) == 2) is sees
    with acting_for("one"):
        assert open_bundle(bundle_id).spec.id == bundle_id
        assert file_stem(bundle_id) == "digits-vae-d2-trained"
    with acting_for("two"):
        with pytest.raises(UnknownNameError) as hidden:
            open_bundle(bundle_id)
        assert own_bundle("two").partition(".")[0] == bundle_id.partition(".")[0]  # the name is free to all
        with acting_for("one"):
            assert ownership.n_own_bundles() == 1
        shutil.rmtree(models_folder() / bundle_id)
    shutil.rmtree(models_folder() / own_bundle("two", "other"))
    assert name not in str(hidden.value).replace(bundle_id, "")


def test_studies_and_lists_of_the_library_leave_bundles_of_sessions_out():
    bundle_id = own_bundle("one")
    assert [spec.id for spec in list_bundles()] == ["digits/vae-d2"]
    assert bundle_id in {spec.id for spec in scan_bundles()[0]}
    with pytest.raises(UnknownNameError) as said:
        load_bundle("digits/nothing")
    assert "session" not in str(said.value)


def test_bundles_go_with_their_session(monkeypatch):
    here, gone, idle = own_bundle("here"), own_bundle("gone"), own_bundle("idle")
    monkeypatch.setattr(ownership, "is_connected", {"here": True, "idle": True, "gone": False}.__getitem__)
    ownership._owners["idle"].used -= ownership.IDLE_SECONDS + 1
    sweep()
    assert set(ownership.owned_bundles()) == {here, gone, idle}
    assert ownership.owned_bytes() > 3 * 10**5
    long_ago = time.time() - ownership.ABANDONED_SECONDS - 1
    for bundle_id in (here, gone, idle, "digits/vae-d2"):
        os.utime(models_folder() / bundle_id / "config.json", (long_ago, long_ago))
    sweep()
    assert set(ownership.owned_bundles()) == {here}
    assert (models_folder() / "digits" / "vae-d2").is_dir()
    sweeping.remove_all_of_this_server()
    assert ownership.owned_bundles() == {}
    assert (models_folder() / "digits" / "vae-d2").is_dir()


def test_the_folder_of_a_dataset_without_bundles_goes_too():
    with acting_for("one"):
        bundle_id = stored_id("flowers", "x", of_session=True)
    (models_folder() / bundle_id).mkdir(parents=True)
    sweeping.remove_all_of_this_server()
    assert [path.name for path in models_folder().iterdir()] == ["digits"]


def test_on_ones_own_machine_a_bundle_belongs_to_nobody():
    assert stored_id("digits", "x", of_session=False) == "digits/x"
    with pytest.raises(RuntimeError):
        stored_id("digits", "x", of_session=True)


def test_a_problem_of_a_bundle_is_told_to_its_owner_only(add):
    bundle_id = train(add("one"))
    (models_folder() / bundle_id / "config.json").write_text("{")
    scanned_bundles.clear()
    with acting_for("one"):
        assert bundle_id in catalogue().problems
    with acting_for("two"):
        assert not catalogue().problems


def test_a_job_sees_what_its_session_sees(add):
    name = add("one")
    for session, sees in (("one", True), ("two", False)):
        with acting_for(session):
            job = start_job(lambda _job: may_see(name))
        assert isinstance(job, Job)
        wait(job)
        assert job.result is sees


def test_a_thread_of_no_session_sees_nobodys(add):
    name, seen = add("one"), []
    thread = threading.Thread(target=lambda: seen.append(may_see(name)))
    thread.start()
    thread.join()
    assert seen == [False]


def names_on_disk() -> set[str]:
    return {one.name for owned in (True, False) for one in list_own(ownership.data_folder(), owned=owned)}


def age(name: str, seconds: float) -> None:
    """Let a dataset look as if it had last been kept so long ago."""
    config = ownership.own_folder(ownership.data_folder()) / name / "config.json"
    os.utime(config, (time.time() - seconds,) * 2)


def test_what_no_session_keeps_is_removed_after_some_minutes(add, monkeypatch):
    kept, ended, idle, common = add("here"), add("gone"), add("idle"), add(None, "common")
    bundle_id = train(ended)
    monkeypatch.setattr(ownership, "is_connected", {"here": True, "idle": True, "gone": False}.__getitem__)
    ownership._owners["idle"].used -= ownership.IDLE_SECONDS + 1
    sweep()
    assert names_on_disk() == {kept, ended, idle, common}
    for name in names_on_disk():
        age(name, ownership.ABANDONED_SECONDS + 1)
    sweep()
    assert names_on_disk() == {kept, common}
    assert not (models_folder() / bundle_id).exists()
    assert (models_folder() / "digits" / "vae-d2").exists()


def test_a_server_that_starts_again_removes_what_is_left(add, monkeypatch):
    name, common = add("one"), add(None, "common")
    draft = ownership.own_folder(ownership.data_folder()) / "_draft-upload-x"
    draft.mkdir()
    (draft / "photos.zip").write_bytes(b"x")
    monkeypatch.setattr(ownership, "_owners", {})
    age(name, ownership.ABANDONED_SECONDS + 1)
    sweep()
    assert draft.exists()
    for path in (draft / "photos.zip", draft):
        os.utime(path, (time.time() - sweeping.STALE_DRAFT_SECONDS - 1,) * 2)
    sweep()
    assert [path.name for path in draft.parent.iterdir()] == [common]


def test_a_server_that_ends_removes_the_datasets_of_its_sessions(add):
    add("one")
    data = ownership.data_folder()
    foreign = add_dataset("mine", data.parent / "a.npz", data, owner="f" * 16)
    sweeping.remove_all_of_this_server()
    assert [one.name for one in list_own(data, owned=True)] == [foreign.name]


DOORS = {
    *("find_dataset", "dataset_spec", "load_dataset", "list_own", "find_own"),
    *("list_bundles", "load_bundle", "scan_bundles", "unpack_bundle"),
}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "dashboard").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_no_other_module_opens_datasets_or_bundles_by_name(path):
    if path.name in ("ownership.py", "catalogue.py") and path.parent.name == "data":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("latentcore"):
            assert not DOORS & {alias.name for alias in node.names}, f"line {node.lineno}"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "dashboard").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_no_cache_of_all_sessions_asks_what_one_session_sees(path):
    """A result that is kept for all sessions would be made from a bundle that only the first of them sees."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef):
            continue
        if "st.cache_" in " ".join(map(ast.unparse, node.decorator_list)):
            names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            assert not names & {"catalogue", "stand_in_bundle", "own_datasets", "_any_bundle"}, node.name
