"""A full disk, a read-only folder, a process that was killed: nothing half-written, nothing lost."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from latentcore.atomic_files import temporary_folder
from latentcore.bundling import train_bundle
from latentcore.cli import commands
from latentcore.datasets import load_dataset
from latentcore.exceptions import BundleError
from latentcore.recipes import make_recipe
from latentcore.store import (
    check_writable,
    list_bundles,
    load_bundle,
    models_folder,
    replace_scores,
    save_bundle,
)
from latentcore.store.bundle import BundleContent
from latentcore.studies import read_study, run_study
from latentcore.studies.results import StudyResult, write_study

ID = "digits/pca-d2"


@pytest.fixture
def root(tmp_path) -> Path:
    shutil.copytree(models_folder() / ID, tmp_path / ID)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def content_of(bundle) -> BundleContent:
    return BundleContent(
        dataset="digits",
        classes=bundle.classes,
        model=bundle.model,
        recipe=bundle.config["recipe"],
        test=bundle.test,
        train=bundle.train,
        history=bundle.history,
        metrics=bundle.metrics,
        card=bundle.card,
        pictures={},
    )


class FullDisk:
    """Lets the first writes of a process succeed, and then none."""

    def __init__(self, patch: pytest.MonkeyPatch, n_writes: int) -> None:
        self.left = n_writes
        for name in ("write_bytes", "write_text"):
            patch.setattr(Path, name, self._limited(getattr(Path, name)))

    def _limited(self, write):
        def limited(path: Path, *args: object, **options: object) -> int:
            self.left -= 1
            if self.left < 0:
                raise OSError(errno.ENOSPC, "No space left on device", str(path))
            return write(path, *args, **options)

        return limited


@pytest.mark.parametrize("n_writes", range(7))
def test_a_disk_that_fills_at_any_file_leaves_the_former_bundle(root, monkeypatch, n_writes):
    bundle = load_bundle(ID, root)
    before = {path: path.read_bytes() for path in (root / ID).rglob("*") if path.is_file()}
    with monkeypatch.context() as patch:
        FullDisk(patch, n_writes)
        with pytest.raises(BundleError, match=r"cannot be written: No space left on device.*with room"):
            save_bundle(content_of(bundle), root, overwrite=True)
    assert {path: path.read_bytes() for path in (root / ID).rglob("*") if path.is_file()} == before
    assert names(root / "digits") == ["pca-d2"]


@pytest.mark.parametrize("n_writes", range(3))
def test_a_disk_that_fills_while_scores_are_recorded_leaves_the_former_ones(root, monkeypatch, n_writes):
    bundle = load_bundle(ID, root)
    with monkeypatch.context() as patch:
        FullDisk(patch, n_writes)
        with pytest.raises(BundleError, match="No space left"):
            replace_scores(bundle, {}, "card")
    assert load_bundle(ID, root).metrics == bundle.metrics
    assert names(root / "digits") == ["pca-d2"]


def result(seed: int) -> StudyResult:
    return StudyResult(
        name="free", dataset="digits", protocol="How.", seeds=(seed,), cpu_seconds=1.0, found={"a": 1}
    )


def test_a_disk_that_fills_while_a_study_is_written_leaves_the_former_one(tmp_path, monkeypatch):
    write_study(result(1), tmp_path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("latentcore.atomic_files.os.fsync", full)
        with pytest.raises(BundleError, match="No space left"):
            write_study(result(2), tmp_path)
    kept = read_study("digits", "free", tmp_path)
    assert kept is not None
    assert kept.seeds == (1,)
    assert names(tmp_path / "digits" / "_studies") == ["free.json"]


def no_draft(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Refuse temporary folders, as a read-only place does; permissions would not stop the superuser."""

    def refuse(*_: object, **__: object) -> str:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("latentcore.atomic_files.tempfile.mkdtemp", refuse)


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_place_that_cannot_be_written_is_found_out_before_the_training(tmp_path, monkeypatch, code):
    no_draft(monkeypatch, code)
    monkeypatch.setattr(
        "latentcore.bundling.bundle.fit_recipe", lambda *_, **__: pytest.fail("it was trained")
    )
    with pytest.raises(BundleError, match=f"cannot be written: {os.strerror(code)}"):
        train_bundle(make_recipe("digits", "pca", 2), tmp_path)


def test_a_place_that_is_taken_is_found_out_before_the_training(root, monkeypatch):
    monkeypatch.setattr(
        "latentcore.bundling.bundle.fit_recipe", lambda *_, **__: pytest.fail("it was trained")
    )
    with pytest.raises(BundleError, match="exists already"):
        train_bundle(make_recipe("digits", "pca", 2), root)


def test_scores_that_cannot_be_recorded_are_not_measured(root, monkeypatch):
    monkeypatch.setenv("LATENTCORE_MODELS", str(root))
    no_draft(monkeypatch, errno.EROFS)
    monkeypatch.setattr(commands, "evaluate", lambda *_: pytest.fail("it was measured"))
    with pytest.raises(BundleError, match="Read-only"):
        commands.evaluate_command(ID, as_json=False, record=True)


def test_a_study_that_cannot_be_written_is_not_run(root, monkeypatch):
    no_draft(monkeypatch, errno.EROFS)
    with pytest.raises(BundleError, match="Read-only"):
        run_study("similarity", "digits", root)


def test_a_study_without_models_says_so(tmp_path):
    with pytest.raises(BundleError, match="no models to compare"):
        run_study("similarity", "digits", tmp_path)


def test_what_a_killed_process_leaves_is_no_bundle_and_goes_a_day_later(root):
    leftover = root / "digits" / "_draft-pca-d2-killed"
    shutil.copytree(root / ID, leftover)
    assert [spec.id for spec in list_bundles(root)] == [ID]
    check_writable(root / ID, overwrite=True)
    assert leftover.exists()  # it may be another process's, at work
    os.utime(leftover, (0, 0))
    check_writable(root / ID, overwrite=True)
    assert names(root / "digits") == ["pca-d2"]


def test_drafts_of_a_killed_study_go_a_day_later(tmp_path):
    folder = tmp_path / "digits" / "_studies"
    folder.mkdir(parents=True)
    for name in ("_draft-free-old.json", "_draft-free-young.json"):
        (folder / name).write_text("{")
    os.utime(folder / "_draft-free-old.json", (0, 0))
    write_study(result(1), tmp_path)
    assert names(folder) == ["_draft-free-young.json", "free.json"]


def test_a_bundle_left_aside_between_the_two_renames_is_put_back(root):
    aside = root / "digits" / "_former-pca-d2-killed"
    aside.mkdir()
    (root / ID).rename(aside / "bundle")
    assert list_bundles(root) == []
    with pytest.raises(BundleError, match="exists already"):
        check_writable(root / ID, overwrite=False)
    assert load_bundle(ID, root).spec.id == ID


def test_a_draft_that_another_process_removes_first_is_no_fault(tmp_path):
    with temporary_folder(tmp_path, "x") as draft:
        shutil.rmtree(draft)
    assert names(tmp_path) == []


def test_a_whole_bundle_survives_saving_and_recording(root):
    bundle = load_bundle(ID, root)
    save_bundle(content_of(bundle), root, overwrite=True)
    replace_scores(load_bundle(ID, root), bundle.metrics, bundle.card)
    again = load_bundle(ID, root)
    assert json.dumps(again.metrics) == json.dumps(bundle.metrics)
    images = load_dataset("digits", "test").images[:3]
    assert (again.model.encode(images) == bundle.model.encode(images)).all()
