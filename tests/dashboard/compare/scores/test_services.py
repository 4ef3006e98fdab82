"""Ranks, Pareto front, budgets, exports and remeasuring of scores."""

from __future__ import annotations

import csv
import io
from functools import partial

import pytest

from dashboard.compare.scores.services import remeasuring
from dashboard.compare.scores.services.exports import scores_csv, scores_markdown
from dashboard.compare.scores.services.ranking import pareto_front, ranks
from dashboard.compare.scores.services.remeasuring import Request, measure
from dashboard.compare.scores.services.scores import (
    SUITE,
    MissingScore,
    Row,
    Score,
    score_rows,
    within_budget,
)
from dashboard.data.jobs import start_job
from latentcore.datasets import load_dataset
from latentcore.evaluation import RealReference, SampleSizes, evaluate
from latentcore.store import load_bundle
from tests.dashboard.jobs import wait

MEASURES = {measure.name: measure for measure in SUITE}


def row(name: str, **values: tuple[float, float, float]) -> Row:
    cells = {key: Score(value, (low, high), n=10) for key, (value, low, high) in values.items()}
    return Row(name, name, {"dimensions": 2.0}, cells, [])


def test_overlapping_intervals_give_equal_ranks():
    mse = MEASURES["mse"]
    rows = [row("a", mse=(1.0, 0.9, 1.1)), row("b", mse=(1.05, 0.95, 1.2)), row("c", mse=(2.0, 1.9, 2.1))]
    assert ranks(mse, rows) == {"a": 1, "b": 1, "c": 3}
    accuracy = MEASURES["knn_accuracy"]
    rows = [row("a", knn_accuracy=(0.5, 0.4, 0.6)), row("b", knn_accuracy=(0.9, 0.8, 1.0))]
    assert ranks(accuracy, rows) == {"a": 2, "b": 1}
    copying = MEASURES["copying"]
    rows = [row("a", copying=(0.3, 0.2, 0.35)), row("b", copying=(0.52, 0.45, 0.6))]
    assert ranks(copying, rows) == {"a": 2, "b": 1}
    assert ranks(MEASURES["active_units"], [row("a", active_units=(2, 2, 2))]) == {}


def test_the_pareto_front_leaves_out_models_that_are_significantly_worse_in_both_scores():
    mse, accuracy = MEASURES["mse"], MEASURES["knn_accuracy"]
    rows = [
        row("best", mse=(1.0, 0.9, 1.1), knn_accuracy=(0.9, 0.85, 0.95)),
        row("close", mse=(1.05, 1.0, 1.15), knn_accuracy=(0.8, 0.75, 0.84)),
        row("worse", mse=(2.0, 1.9, 2.1), knn_accuracy=(0.8, 0.75, 0.84)),
    ]
    assert pareto_front(mse, accuracy, rows) == ["best", "close"]


def test_models_with_equal_budgets_are_found():
    rows = score_rows(["digits/vae-d2", "digits/ae-d2", "digits/pca-d2", "digits/vae-d8"])
    assert [r.id for r in within_budget(rows, "digits/vae-d2", ["dimensions"])] == [
        "digits/vae-d2",
        "digits/ae-d2",
        "digits/pca-d2",
    ]
    equal = within_budget(rows, "digits/vae-d2", ["dimensions", "parameters"])
    assert [r.id for r in equal] == ["digits/vae-d2", "digits/ae-d2"]


def test_a_row_knows_its_scores_and_why_others_are_missing():
    (lda,) = score_rows(["digits/lda-d2"])
    mse, cas = MEASURES["mse"], MEASURES["cas"]
    assert lda.score(mse).value == load_bundle("digits/lda-d2").metrics["mse"]["value"]
    assert lda.missing_reason(mse) == ""
    assert lda.score(cas) is None
    assert isinstance(lda.cells["cas"], MissingScore)
    assert lda.missing_reason(cas) == lda.cells["cas"].reason != ""
    assert Score(0.5).bounds == (0.5, 0.5)


def test_exports_hold_values_intervals_and_protocols():
    rows = score_rows(["digits/vae-d2", "digits/lda-d2"])
    lines = list(csv.DictReader(io.StringIO(scores_csv(SUITE, rows).decode())))
    recorded = load_bundle("digits/vae-d2").metrics["mse"]
    assert float(lines[0]["mse"]) == recorded["value"]
    assert float(lines[0]["mse_low"]) == recorded["interval"][0]
    assert lines[0]["mse_n"] == "540"
    assert lines[1]["cas"] == lines[1]["cas_n"] == ""
    text = scores_markdown([MEASURES["mse"], MEASURES["cas"]], rows)
    assert f"{recorded['value']:.4f} [" in text
    assert "cannot sample" in text
    assert "Mean squared error" in text


def test_measuring_again_gives_the_scores_of_the_library():
    job = start_job(partial(measure, Request(("digits/pca-d2", "digits/vae-d2"), 540, 1)))
    assert job is not None
    wait(job)
    assert job.problem is None
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    reference = RealReference.compute(train, test, SampleSizes(n_samples=540, n_support=540, n_seeds=1))
    expected = evaluate(load_bundle("digits/pca-d2").model, train, test, reference=reference)
    expected.pop("cas")
    measured = job.result.metrics["digits/pca-d2"]
    assert measured.keys() == expected.keys()
    for name, score in expected.items():
        assert measured[name]["value"] == pytest.approx(score["value"], rel=1e-4), name
    assert job.result.score("digits/pca-d2", MEASURES["mse"]).value == measured["mse"]["value"]
    assert job.result.score("digits/pca-d2", MEASURES["cas"]) is None


def test_images_that_vanish_before_they_are_measured_end_the_job_with_a_sentence(monkeypatch):
    monkeypatch.setattr(remeasuring, "original_images", lambda *_: None)
    job = start_job(partial(measure, Request(("digits/pca-d2",), 540, 1)))
    assert job is not None
    wait(job)
    assert job.problem == "Job failed: The test images of digits are not on this machine any more."
