"""Scores measured on different processors agree; false ones do not."""

from __future__ import annotations

import numpy as np
import pytest

from latentcore.evaluation import compare_scores
from latentcore.evaluation.agreement import tolerance, tolerance_note
from latentcore.evaluation.suite import SUITE, ScoreKind, kind_of
from latentcore.store import list_bundles

LARGE, SMALL = (1, 28, 28), (1, 8, 8)
SPECS = {spec.id: spec for spec in list_bundles()}


def score(value, n=10_000, interval=None):
    return {"value": value, "n": n, "interval": interval}


def agree(name, was, now, shape=LARGE):
    return not compare_scores({name: was}, {name: was | {"value": now}}, shape)


@pytest.mark.parametrize("n", [540, 5_000, 10_000])
@pytest.mark.parametrize("name", ["knn_accuracy", "probe_accuracy", "precision", "c2st", "coverage"])
def test_a_share_may_differ_by_two_items_and_by_no_more(name, n):
    hits = n // 3
    for sign in (-1, 1):
        assert agree(name, score(hits / n, n), (hits + sign * 2) / n)
        assert not agree(name, score(hits / n, n), (hits + sign * 3) / n)


def test_each_class_may_differ_by_two_items():
    was = np.array([0.1, 0.4, 0.5], np.float32)
    moved = was + np.array([2, 0, -2], np.float32) / 2_000
    assert agree("class_shares", score(was.tolist(), 2_000), moved.tolist(), SMALL)
    moved = was + np.array([3, 0, -3], np.float32) / 2_000
    assert not agree("class_shares", score(was.tolist(), 2_000), moved.tolist(), SMALL)


@pytest.mark.parametrize("name", ["mse", "fd", "iwae_nll", "trustworthiness", "mig"])
def test_an_amount_may_differ_by_a_thousandth(name):
    for sign in (-1, 1):
        assert agree(name, score(0.04), 0.04 * (1 + sign * 0.0009))
        assert not agree(name, score(0.04), 0.04 * (1 + sign * 0.0011))
    assert agree("kl", score([1.0, 2.0]), [1.0, 2.001])
    assert not agree("kl", score([1.0, 2.0]), [1.0, 2.003])
    assert not agree("kl", score([1.0, 2.0]), [1.0])


def test_a_network_taught_by_samples_may_differ_by_the_width_of_its_interval():
    was = score(0.6, 10_000, [0.59, 0.61])
    assert agree("cas", was, 0.6195)
    assert not agree("cas", was, 0.6205)
    assert agree("cas", score(0.6, 540, [0.56, 0.64]), 0.6 + 2 / 540, SMALL)  # a regression is solved exactly
    assert not agree("cas", score(0.6, 540, [0.56, 0.64]), 0.6 + 3 / 540, SMALL)


def test_what_is_missing_on_either_side_is_named():
    found = compare_scores({"mse": score(1.0)}, {"ssim": score(1.0)}, LARGE)
    assert found == ["mse is recorded, but was not measured.", "ssim was measured, but is not recorded."]


def test_a_difference_says_what_would_be_allowed():
    said = compare_scores({"c2st": score(0.5)}, {"c2st": score(0.6)}, LARGE)
    assert said == [
        "c2st is recorded as 0.5, measured 0.6. Measured elsewhere, it may differ by 2 of 10,000 items."
    ]


@pytest.mark.parametrize("bundle_id", SPECS)
def test_no_allowance_of_a_shipped_score_is_wide(bundle_id):
    spec = SPECS[bundle_id]
    shape = tuple(spec.config["image_shape"])
    widest = {ScoreKind.PROPORTION: 2 / 540, ScoreKind.TRAINED: 0.03}
    for name, found in spec.metrics.items():
        kind = kind_of(name, shape)
        bound = widest.get(kind, 1e-3 * np.abs(found["value"]).max())
        assert tolerance(kind, found) <= bound + 1e-9, name
        assert tolerance_note(kind, found).startswith("Measured elsewhere, it may differ by ")


def test_every_measure_that_counts_is_a_share_of_its_items():
    counted = {measure.name for measure in SUITE if kind_of(measure.name, SMALL) is ScoreKind.PROPORTION}
    assert counted == {
        *("knn_accuracy", "probe_accuracy", "precision", "recall", "density", "coverage", "c2st", "cas"),
        "classifier_accuracy",
    }
