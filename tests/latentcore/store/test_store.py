"""Bundles on disk: round trip, and every kind of damage."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from latentcore.bundling import train_bundle
from latentcore.datasets import load_dataset
from latentcore.exceptions import BundleError, UnknownNameError
from latentcore.recipes import make_recipe
from latentcore.store import list_bundles, load_bundle, scan_bundles

ID = "digits/pca-d2"


@pytest.fixture
def root(tmp_path):
    for latent_dim in (1, 2):
        train_bundle(make_recipe("digits", "pca", latent_dim), tmp_path)
    return tmp_path


def reseal(folder: Path, name: str, data: bytes) -> None:
    """Write a file and record its new size and checksum, as a careful forger would."""
    (folder / name).write_bytes(data)
    config = json.loads((folder / "config.json").read_text())
    config["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "config.json").write_text(json.dumps(config))


def edit_config(folder: Path, **changes: object) -> None:
    config = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(config))


def change_weights(folder: Path, change: str) -> None:
    arrays = load_file(folder / "model.safetensors")
    if change == "missing":
        arrays.pop("mean")
    elif change == "extra":
        arrays["stranger"] = np.zeros(2, np.float32)
    elif change == "nan":
        arrays["mean"][0] = np.nan
    elif change == "dtype":
        arrays["mean"] = arrays["mean"].astype(np.float64)
    save_file(arrays, folder / "model.safetensors")
    reseal(folder, "model.safetensors", (folder / "model.safetensors").read_bytes())


def change_codes(folder: Path, change: str) -> None:
    with np.load(folder / "codes.npz") as archive:
        arrays = dict(archive)
    if change == "missing":
        arrays.pop("test_codes")
    elif change == "nan":
        arrays["test_codes"][3, 0] = np.nan
    elif change == "pickle":
        arrays["test_labels"] = np.array([{"a": 1}], dtype=object)
    elif change == "shape":
        arrays["test_errors"] = arrays["test_errors"][:-1]
    elif change == "label":
        arrays["test_labels"][0] = 77
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    reseal(folder, "codes.npz", buffer.getvalue())


def change_derived(folder: Path, change: str) -> None:
    with np.load(folder / "derived.npz") as archive:
        arrays = {name: array.astype(np.float32) for name, array in archive.items()}
    if change == "missing":
        arrays.pop("test_density")
    elif change == "shape":
        arrays["class_means"] = arrays["class_means"][:-1]
    elif change == "falling":
        arrays["code_distances"] = arrays["code_distances"][::-1]
    elif change == "far":
        arrays["class_means"][3] += 100
    elif change == "other density":
        arrays["test_density"] += 0.5
    elif change == "other distances":
        arrays["code_distances"] += 9
    elif change == "weights":
        arrays["mixture_weights"] *= 2
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    reseal(folder, "derived.npz", buffer.getvalue())


def change_zip_bomb(folder: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("big.npy", "w") as file:
        for _ in range(300):
            file.write(bytes(2**20))
    reseal(folder, "codes.npz", buffer.getvalue())


DAMAGE = {
    "truncated": (lambda f: (f / "codes.npz").write_bytes(b"PK"), "codes.npz.*truncated"),
    "checksum": (
        lambda f: (f / "history.json").write_bytes(
            b"[]"[::1] + (f / "history.json").read_bytes()[2:-1] + b" "
        ),
        "history.json.*checksum",
    ),
    "file missing": (lambda f: (f / "golden.npz").unlink(), "golden.npz.*missing"),
    "no JSON": (lambda f: (f / "config.json").write_text("{"), "config.json.*not valid JSON"),
    "newer version": (lambda f: edit_config(f, format_version=99), "config.json.*newer"),
    "wrong id": (lambda f: edit_config(f, id="digits/vae-d2"), "config.json.*id"),
    "family": (lambda f: edit_config(f, family="magic"), "config.json.*magic"),
    "shape": (lambda f: edit_config(f, image_shape=[1, 10**9, 8]), "config.json.*image_shape"),
    "array missing": (lambda f: change_weights(f, "missing"), "model.safetensors.*'mean' is missing"),
    "array extra": (lambda f: change_weights(f, "extra"), "model.safetensors.*stranger"),
    "array NaN": (lambda f: change_weights(f, "nan"), "model.safetensors.*NaN"),
    "array type": (lambda f: change_weights(f, "dtype"), "model.safetensors.*float64"),
    "weights garbage": (lambda f: reseal(f, "model.safetensors", b"\xff" * 64), "not a safetensors file"),
    "codes missing": (lambda f: change_codes(f, "missing"), "codes.npz.*'test_codes' is missing"),
    "codes NaN": (lambda f: change_codes(f, "nan"), "codes.npz.*NaN"),
    "pickle": (lambda f: change_codes(f, "pickle"), "codes.npz.*not a plain npz"),
    "codes shape": (lambda f: change_codes(f, "shape"), "codes.npz.*test_errors"),
    "codes label": (lambda f: change_codes(f, "label"), "codes.npz.*class"),
    "old version": (lambda f: edit_config(f, format_version=1), "config.json.*older.*repack digits/pca-d2"),
    "derived unlisted": (
        lambda f: edit_config(
            f,
            files={
                name: facts
                for name, facts in json.loads((f / "config.json").read_text())["files"].items()
                if name != "derived.npz"
            },
        ),
        "derived.npz is not listed",
    ),
    "derived missing": (lambda f: change_derived(f, "missing"), "derived.npz.*'test_density' is missing"),
    "derived shape": (lambda f: change_derived(f, "shape"), "derived.npz.*class_means.*shape.*repack"),
    "derived falling": (lambda f: change_derived(f, "falling"), "derived.npz.*does not rise"),
    "derived far": (lambda f: change_derived(f, "far"), "derived.npz.*outside the codes"),
    "derived density": (
        lambda f: change_derived(f, "other density"),
        "derived.npz.*does not match the codes",
    ),
    "derived distances": (lambda f: change_derived(f, "other distances"), "derived.npz.*code_distances"),
    "derived weights": (lambda f: change_derived(f, "weights"), "derived.npz.*sum to 1"),
    "zip bomb": (change_zip_bomb, "codes.npz.*unpacks"),
    "path out": (
        lambda f: edit_config(
            f, files=json.loads((f / "config.json").read_text())["files"] | {"../../x": {}}
        ),
        "leads out",
    ),
}


@pytest.mark.parametrize("damage", list(DAMAGE))
def test_damage_is_one_error_that_names_file_and_cause(root, damage):
    spoil, message = DAMAGE[damage]
    spoil(root / ID)
    with pytest.raises(BundleError, match=message) as caught:
        load_bundle(ID, root)
    assert "\n" not in str(caught.value)
    assert str(root / ID) in str(caught.value)
    assert "digits/pca-d1" in [spec.id for spec in list_bundles(root)]
    assert load_bundle("digits/pca-d1", root).model.latent_dim == 1


def test_a_folder_that_is_no_bundle_is_a_problem_not_a_crash(root):
    (root / "digits" / "empty-d2").mkdir()
    (root / "digits" / "_studies").mkdir()
    specs, problems = scan_bundles(root)
    assert [spec.id for spec in specs] == ["digits/pca-d1", "digits/pca-d2"]
    assert [problem.id for problem in problems] == ["digits/empty-d2"]


@pytest.mark.parametrize("name", ["digits/none", "../etc", "digits", "", "digits/_x", "a/b/c"])
def test_an_unknown_bundle_is_named(root, name):
    with pytest.raises(UnknownNameError, match="There is: digits/pca-d1"):
        load_bundle(name, root)


def test_the_round_trip_restores_everything(root):
    bundle = load_bundle(ID, root)
    images = load_dataset("digits", "test").images
    assert np.array_equal(bundle.codes, bundle.model.encode(images))
    assert np.array_equal(bundle.model.decode(bundle.golden_codes), bundle.golden_images)
    assert len(bundle.train) == 1257
    assert bundle.spec.summary()["id"] == ID


def test_saving_over_a_bundle_needs_permission_and_leaves_no_draft(root):
    with pytest.raises(BundleError, match="exists already"):
        train_bundle(make_recipe("digits", "pca", 2), root)
    train_bundle(make_recipe("digits", "pca", 2), root, overwrite=True)
    assert sorted(path.name for path in (root / "digits").iterdir()) == ["pca-d1", "pca-d2"]


def test_a_failed_save_leaves_nothing(root, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("latentcore.store.writing._write_json", fail)
    with pytest.raises(BundleError, match="No space left"):
        train_bundle(make_recipe("digits", "lda", 2), root)
    assert sorted(path.name for path in (root / "digits").iterdir()) == ["pca-d1", "pca-d2"]
