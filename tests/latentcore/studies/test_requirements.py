"""What studies need of a dataset, told in one sentence before any work is done."""

from __future__ import annotations

import re

import numpy as np
import pytest

from latentcore.bundling import train_bundle
from latentcore.codec.rate_distortion import bits_per_pixel
from latentcore.corruptions import CORRUPTIONS, corrupt
from latentcore.datasets import load_dataset
from latentcore.datasets.own.add import add_dataset
from latentcore.evaluation import class_conditional
from latentcore.exceptions import DatasetError
from latentcore.recipes import make_recipe
from latentcore.studies import STUDIES, read_study, run_study, study_obstacle
from latentcore.studies.compression import pca_points

RNG = np.random.default_rng(0)


@pytest.fixture
def add(tmp_path, monkeypatch):
    """Add a dataset of random images, with a label each or none."""
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "data"))

    def add_images(name: str, n: int, labels: list[int] | None = None) -> None:
        images = RNG.integers(0, 255, (n, 10, 10, 3), dtype=np.uint8)
        known = {} if labels is None else {"labels": np.array(labels)}
        np.savez(tmp_path / f"{name}.npz", images=images, **known)
        add_dataset(name, tmp_path / f"{name}.npz", tmp_path / "data")

    return add_images


@pytest.mark.parametrize(
    ("study", "sentence"),
    [
        ("compression", None),
        ("denoise", None),
        ("real", None),
        ("similarity", None),
        ("transfer", "The transfer study needs labels; the images of plain have none."),
        ("synthesis", "The synthesis study needs labels; the images of plain have none."),
        ("anomaly", None),
    ],
)
def test_without_labels(add, study, sentence):
    add("plain", 120)
    assert study_obstacle(study, "plain") == sentence


@pytest.mark.parametrize(
    ("study", "sentence"),
    [
        ("compression", None),
        ("denoise", None),
        ("transfer", None),
        ("similarity", "at least 21 test images; dozen has"),
        ("synthesis", "at least 10 train images of each class; class “0” of dozen has"),
        ("anomaly", "at least 4 test images; dozen has"),
    ],
)
def test_twelve_images(add, study, sentence):
    add("dozen", 12, [0, 1, 1] * 4)
    found = study_obstacle(study, "dozen")
    assert found is None if sentence is None else sentence in found


def test_a_study_that_cannot_be_run_is_refused_before_any_work(add, tmp_path):
    add("plain", 30)
    with pytest.raises(DatasetError, match="needs labels"):
        run_study("synthesis", "plain", tmp_path, on_stage=pytest.fail)


def test_many_images_of_each_class_are_enough(add):
    add("many", 240, [0, 1] * 120)
    assert {name: study_obstacle(name, "many") for name in STUDIES} == dict.fromkeys(STUDIES)


@pytest.mark.parametrize("study", STUDIES)
def test_datasets_of_the_library_have_everything(study):
    assert study_obstacle(study, "rooms") is None


def test_pca_is_tuned_on_a_dozen_images(add):
    add("dozen", 12)
    points = pca_points(load_dataset("dozen", "train"), load_dataset("dozen", "test").images)
    assert points
    assert max(point.setting["components"] for point in points) <= 9


def test_the_channels_share_the_bits_of_their_pixel():
    assert bits_per_pixel(300, np.zeros((1, 3, 10, 10), np.float32)) == 24
    assert bits_per_pixel(100, np.zeros((1, 1, 10, 10), np.float32)) == 8


def test_salt_and_pepper_turns_whole_pixels():
    grey = np.full((2, 3, 16, 16), 0.4, np.float32)
    found = corrupt(grey, "salt_pepper", 0.4, seed=0)
    assert (found == found[:, :1]).all()
    assert set(np.unique(found)) == {np.float32(0), np.float32(0.4), np.float32(1)}
    assert (found != grey).any(axis=1).mean() == pytest.approx(0.4, abs=0.06)


@pytest.mark.parametrize(
    ("labels", "reason"),
    [(None, "needs? labels; the images of own have none"), ([0, 1] * 20, "at least 20 train images of each")],
)
def test_the_anomaly_study_leaves_out_one_class_models_with_the_reason(
    add, tmp_path, monkeypatch, labels, reason
):
    monkeypatch.setattr(class_conditional, "N_SYNTHETIC", 100)  # for a score that is not read here
    add("own", 40, labels)
    models = tmp_path / "models"
    train_bundle(make_recipe("own", "pca", 2), models)
    run_study("anomaly", "own", models)
    study = read_study("own", "anomaly", models)
    assert study is not None
    assert study.found["one_class"] is None
    whole = study.found["whole"]
    assert re.search(reason, whole["left_out"][-1])
    assert {cell["against"] for cell in whole["cells"]} >= set(CORRUPTIONS)
    assert whole["n"] == 4
