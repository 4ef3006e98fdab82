"""Linear probes on few labels: against scikit-learn, on shuffled labels, and across datasets."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from latentcore.datasets import load_dataset
from latentcore.exceptions import BundleError, UnsupportedOperation
from latentcore.store import list_bundles, load_bundle, models_folder
from latentcore.studies import read_study
from latentcore.studies.resampling import balanced_rows, mean_over_seeds, smallest_class_size
from latentcore.studies.transfer import constant_source, label_curve, pixel_rows, probe_test_rows, transfers

LABELS = np.repeat(np.arange(3), [20, 30, 25]).astype(np.int64)


def test_a_draw_is_balanced_takes_turns_and_begins_a_larger_one():
    rows = balanced_rows(LABELS, 7, seed=3)
    assert (LABELS[rows].reshape(7, 3) == [0, 1, 2]).all()
    assert len(set(rows.tolist())) == 21
    assert (balanced_rows(LABELS, 4, seed=3) == rows[:12]).all()
    assert (balanced_rows(LABELS, 7, seed=4) != rows).any()
    assert len(balanced_rows(LABELS, smallest_class_size(LABELS), seed=0)) == 60
    with pytest.raises(ValueError, match="Class 0 has 20 images, fewer than the 21"):
        balanced_rows(LABELS, 21, seed=0)
    with pytest.raises(ValueError, match="expected 1 or more"):
        balanced_rows(LABELS, 0, seed=0)


def test_the_interval_over_seeds_is_students():
    values = [0.7, 0.8, 0.75, 0.9]
    found = mean_over_seeds(values)
    low, high = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=1e-5)
    assert found["mean"] == pytest.approx(np.mean(values))
    assert found["by_seed"] == values
    alone = mean_over_seeds([0.5])
    assert (alone["mean"], alone["low"], alone["high"]) == (0.5, None, None)


def test_a_curve_is_the_logistic_regression_of_scikit_learn():
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    told: list[int] = []
    points = label_curve(
        constant_source(pixel_rows(train), pixel_rows(test)),
        train.labels,
        test.labels,
        n_labels=[5],
        seeds=[0, 1],
        on_seed=told.append,
    )
    for seed, accuracy in zip((0, 1), points[0]["by_seed"], strict=True):
        rows = balanced_rows(train.labels, 5, seed=seed)
        scaler = StandardScaler().fit(pixel_rows(train)[rows])
        probe = LogisticRegression(max_iter=1000)
        probe.fit(scaler.transform(pixel_rows(train)[rows]), train.labels[rows])
        expected = probe.score(scaler.transform(pixel_rows(test)), test.labels)
        assert accuracy == pytest.approx(expected, abs=2 / len(test))
    assert told == [0, 1]


def test_shuffled_labels_give_chance_and_more_labels_more_accuracy():
    bundle = load_bundle("digits/ae-d8")
    codes = constant_source(bundle.train.codes, bundle.test.codes)
    learned = label_curve(codes, bundle.train.labels, bundle.test.labels, n_labels=[1, 10], seeds=range(4))
    assert learned[0]["mean"] + 0.1 < learned[1]["mean"]
    shuffled = np.random.default_rng(0).permutation(bundle.train.labels)
    chance = label_curve(codes, shuffled, bundle.test.labels, n_labels=[10], seeds=range(8))[0]["mean"]
    assert abs(chance - 0.1) < 0.05


@pytest.mark.parametrize("name", ["pca-d2", "ae-d2", "vae-d2", "gan-d2"])
def test_an_untrained_model_has_the_design_and_nothing_of_what_was_learned(name):
    model = load_bundle(f"digits/{name}").model
    images = load_dataset("digits", "test").images
    random, again, other = (model.untrained_copy(seed=seed) for seed in (0, 0, 1))
    assert random.config() == model.config()
    assert (random.encode(images) == again.encode(images)).all()
    assert not np.allclose(random.encode(images), other.encode(images))
    assert not np.allclose(random.encode(images), model.encode(images))


def test_random_directions_are_orthonormal_and_lda_is_refused():
    directions = load_bundle("digits/pca-d8").model.untrained_copy(seed=0).state()["components"]
    assert np.allclose(directions @ directions.T, np.eye(8), atol=1e-5)
    with pytest.raises(UnsupportedOperation, match="LDA has no untrained copy"):
        load_bundle("digits/lda-d2").model.untrained_copy(seed=0)


def test_test_images_are_a_random_choice():
    rows = probe_test_rows(10_000)
    assert len(set(rows.tolist())) == 5_000
    assert 4_500 < rows.mean() < 5_500
    assert len(probe_test_rows(540)) == 540


def test_a_study_of_one_model_agrees_with_its_curve_and_marks_who_has_seen_labels(tmp_path):
    for name in ("pca-d2", "lda-d2"):
        shutil.copytree(models_folder() / "digits" / name, tmp_path / "digits" / name)
    found = transfers("digits", tmp_path, lambda _stage: None)
    assert [curve["source"] for curve in found["curves"]] == ["pixels", "lda-d2", "pca-d2"]
    assert [curve["supervised"] for curve in found["curves"]] == [False, True, False]
    assert found["across"] == []
    bundle = load_bundle("digits/pca-d2")
    codes = constant_source(bundle.train.codes, bundle.test.codes)
    assert found["curves"][2]["points"] == label_curve(codes, bundle.train.labels, bundle.test.labels)
    with pytest.raises(BundleError, match="There is no model of mnist"):
        transfers("mnist", tmp_path, lambda _stage: None)


def test_the_shipped_study_reaches_the_bar():
    study = read_study("mnist", "transfer")
    assert study is not None
    at_ten = {
        curve["source"]: next(point["mean"] for point in curve["points"] if point["labels"] == 10)
        for curve in study.found["curves"]
        if not curve["supervised"]
    }
    assert max(at_ten.values()) >= at_ten["pixels"] + 0.05
    present = {spec.name for spec in list_bundles() if spec.dataset == "mnist"}
    assert {curve["source"] for curve in study.found["curves"]} <= present | {"pixels"}
