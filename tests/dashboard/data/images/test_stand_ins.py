"""What stands where an original would, and whose decodes it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st

from dashboard.data.catalogue import open_bundle
from dashboard.data.images import stand_ins
from dashboard.data.images.stand_ins import (
    shown_test_image,
    shown_test_images,
    shown_train_images,
    stand_in_bundle,
)
from latentcore.datasets import load_dataset
from latentcore.exceptions import BundleError
from latentcore.store import load_bundle, models_folder

NAMES = ("pca-d2", "ae-d8", "vae-d8", "gan-d8")


@pytest.fixture
def models(tmp_path, monkeypatch) -> Iterator[Path]:
    """Four bundles in a folder of their own, and no originals."""
    for name in NAMES:
        shutil.copytree(models_folder() / "digits" / name, tmp_path / "digits" / name)
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    monkeypatch.setattr(stand_ins, "has_originals", lambda _: False)
    st.cache_resource.clear()
    yield tmp_path / "digits"
    st.cache_resource.clear()


def decode(name: str, row: int) -> np.ndarray:
    bundle = load_bundle(f"digits/{name}")
    image: np.ndarray = bundle.model.decode(bundle.test.codes[row : row + 1])[0]
    return image


def set_errors(monkeypatch: pytest.MonkeyPatch, **errors: object) -> None:
    """Let bundles say that they have other reconstruction errors."""
    found = stand_ins.catalogue()
    specs = {
        spec.id: replace(spec, metrics={"mse": {"value": errors[spec.name.replace("-", "_")]}})
        for spec in found.specs.values()
    }
    monkeypatch.setattr(stand_ins, "catalogue", lambda: replace(found, specs=specs))


def test_originals_are_shown_where_they_are_at_hand():
    shown = shown_test_images("digits", np.array([5, 3]))
    assert shown.made_by is None
    assert np.array_equal(shown.images, load_dataset("digits", "test").images[[5, 3]])
    assert stand_in_bundle("digits") is None


def test_the_lowest_error_makes_the_stand_in(models):
    errors = {name: load_bundle(f"digits/{name}").metrics["mse"]["value"] for name in NAMES}
    best = min(errors, key=lambda name: errors[name])
    assert stand_in_bundle("digits") == f"digits/{best}" == "digits/ae-d8"
    shown = shown_test_image("digits", 7)
    assert shown.made_by == "digits/ae-d8"
    assert np.allclose(shown.images[0], decode("ae-d8", 7), atol=1e-6)


def test_a_recorded_error_decides_and_equal_ones_go_by_name(models, monkeypatch):
    set_errors(monkeypatch, pca_d2=0.001, ae_d8=0.02, vae_d8=0.001, gan_d8=0.5)
    assert stand_in_bundle("digits") == "digits/pca-d2"


@pytest.mark.parametrize("nothing", [None, "low", float("nan"), [0.1]])
def test_a_bundle_without_an_error_comes_last(models, monkeypatch, nothing):
    set_errors(monkeypatch, pca_d2=nothing, ae_d8=nothing, vae_d8=0.9, gan_d8=nothing)
    assert stand_in_bundle("digits") == "digits/vae-d8"
    assert [name.rpartition("/")[2] for name in stand_ins._makers("digits")] == [
        "vae-d8",
        "ae-d8",
        "gan-d8",
        "pca-d2",
    ]


def test_a_bundle_that_cannot_be_loaded_is_passed_over(models):
    (models / "ae-d8" / "model.safetensors").write_bytes(b"half")
    assert stand_in_bundle("digits") == "digits/gan-d8"
    assert np.allclose(shown_test_image("digits", 7).images[0], decode("gan-d8", 7), atol=1e-6)


def test_a_bundle_that_holds_no_code_of_an_image_is_passed_over(models, monkeypatch):
    def opened(bundle_id: str) -> object:
        bundle = open_bundle(bundle_id)
        if bundle_id != "digits/ae-d8":
            return bundle
        part = {
            name: getattr(bundle.test, name)[:4] for name in ("codes", "labels", "indices", "errors", "plane")
        }
        return replace(bundle, test=replace(bundle.test, **part))

    monkeypatch.setattr(stand_ins, "open_bundle", opened)
    assert shown_test_images("digits", np.array([3, 0])).made_by == "digits/ae-d8"
    assert shown_test_images("digits", np.array([3, 9])).made_by == "digits/gan-d8"
    with pytest.raises(BundleError, match="holds codes of these test images"):
        shown_test_images("digits", np.array([99_999]))


def test_train_images_are_those_of_the_rows_asked_for(models):
    rows = np.array([40, 2])
    shown = shown_train_images(open_bundle("digits/pca-d2"), rows)
    best = load_bundle("digits/ae-d8")
    wanted = load_bundle("digits/pca-d2").train.indices[rows]
    codes = best.train.codes[[best.train.indices.tolist().index(number) for number in wanted]]
    assert shown.made_by == "digits/ae-d8"
    assert np.allclose(shown.images, best.model.decode(codes), atol=1e-6)


def test_an_unknown_dataset_has_stand_ins_alone(models):
    folder = models.parent / "mine" / "gan-d8"
    shutil.copytree(models / "gan-d8", folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "dataset": "mine", "id": "mine/gan-d8"}))
    assert shown_test_image("mine", 3).made_by == "mine/gan-d8"
