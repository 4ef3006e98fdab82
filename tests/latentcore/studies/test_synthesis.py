"""Classifiers on real and on drawn images: equal shares, no labels that were not given, chance."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from latentcore.datasets import load_dataset
from latentcore.evaluation.class_conditional import sample_classes
from latentcore.exceptions import BundleError
from latentcore.lenet import fit_classifier
from latentcore.metrics.generation import predict_logistic
from latentcore.store import load_bundle, models_folder
from latentcore.studies import synthesis as study_module
from latentcore.studies.resampling import balanced_rows
from latentcore.studies.synthesis import mix, sample_labelled, synthesis, synthesis_curves
from latentcore.training import EpochEnd

TRAIN, TEST = load_dataset("digits", "train"), load_dataset("digits", "test")


def vae():
    return load_bundle("digits/vae-d8").model


def test_a_mix_has_as_much_of_each_part_and_of_each_class():
    one = TRAIN.take(balanced_rows(TRAIN.labels, 3, seed=0))
    other = TRAIN.take(balanced_rows(TRAIN.labels, 50, seed=1))
    images, labels = mix([(one.images, one.labels), (other.images, other.labels)], 2_000)
    assert len(images) == len(labels) == 2_000
    assert (np.bincount(labels) == 200).all()
    assert (images[:30] == one.images).all()
    assert (images[30:60] == one.images).all()
    assert (images[1_000:1_500] == other.images).all()


def test_samples_come_from_the_densities_of_the_labelled_codes_only():
    part = TRAIN.take(balanced_rows(TRAIN.labels, 10, seed=0))
    model = vae()
    images, labels = sample_labelled(model, part, 20, seed=5)
    expected, by_class = sample_classes(model, model.encode(part.images), part.labels, n_per_class=20, seed=5)
    assert (labels.reshape(20, 10) == np.arange(10)).all()
    assert np.allclose(images[labels == 3], expected[by_class == 3])
    spoilt = replace(part, labels=np.roll(part.labels, 1))
    assert not np.allclose(sample_labelled(model, spoilt, 20, seed=5)[0], images, atol=0.05)


def test_the_curve_of_real_images_is_the_logistic_regression_on_them():
    found = synthesis_curves({"vae-d8": vae()}, TRAIN, TEST, n_real=[100], seeds=[0, 1])
    rows = balanced_rows(TRAIN.labels, 100, seed=1)
    twice = np.concatenate([rows, rows])
    predicted = predict_logistic(TRAIN.images[twice], TRAIN.labels[twice], TEST.images)
    assert found["real"][0]["by_seed"][1] == pytest.approx((predicted == TEST.labels).mean(), abs=0.002)
    assert found["judge"] == "logistic regression"
    assert found["n_test"] == 540
    curve = found["curves"][0]
    assert curve["model"] == "vae-d8"
    assert 0.8 < curve["synthetic"][0]["mean"] < curve["both"][0]["mean"]


def test_shuffled_labels_give_chance_in_every_arm():
    shuffled = replace(TRAIN, labels=np.random.default_rng(0).permutation(TRAIN.labels))
    found = synthesis_curves({"vae-d8": vae()}, shuffled, TEST, n_real=[30], seeds=range(4))
    curve = found["curves"][0]
    for point in (found["real"][0], curve["synthetic"][0], curve["both"][0]):
        assert abs(point["mean"] - 0.1) < 0.06


def test_progress_grows_and_the_work_ends_where_it_is_told_to():
    told: list[float] = []

    def on_step(_stage: str, share: float) -> None:
        told.append(share)
        if len(told) == 5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        synthesis_curves({"vae-d8": vae()}, TRAIN, TEST, n_real=[10], seeds=range(4), on_step=on_step)
    assert told == sorted(told)
    assert told[-1] < 1


def test_too_many_real_images_are_refused():
    with pytest.raises(ValueError, match="ask for less"):
        synthesis_curves({"vae-d8": vae()}, TRAIN, TEST, n_real=[1_000], seeds=[0])


def test_every_arm_takes_as_many_steps():
    rng = np.random.default_rng(0)
    images, labels = rng.random((40, 1, 28, 28), np.float32), np.arange(40) % 10
    ended: list[EpochEnd] = []
    for parts in ([(images[:20], labels[:20])], [(images, labels), (images[:20], labels[:20])]):
        shown = mix(parts, 256)
        assert len(shown[0]) == 256
        fit_classifier(*shown, n_classes=10, seed=0, n_epochs=1, batch_size=32, on_event=ended.append)
    assert [event.n_epochs for event in ended] == [1, 1]
    assert study_module.N_TRAINING_IMAGES % (2 * study_module.BATCH_SIZE) == 0


def test_a_study_covers_the_largest_model_of_a_family_and_says_when_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(study_module, "SEEDS", (0,))
    monkeypatch.setattr(study_module, "N_REAL_SMALL", (10, 100, 1_000))
    with pytest.raises(BundleError, match="No model of digits"):
        synthesis("digits", tmp_path, lambda _stage: None)
    for name in ("pca-d2", "pca-d8", "lda-d9"):
        shutil.copytree(models_folder() / "digits" / name, tmp_path / "digits" / name)
    found = synthesis("digits", tmp_path, lambda _stage: None)
    assert [curve["model"] for curve in found["curves"]] == ["pca-d8"]
    assert found["n_real"] == [10, 100]
