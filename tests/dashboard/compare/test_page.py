"""Compare: scoreboard and likeness of spaces, run without a browser."""

from __future__ import annotations

import csv
import io
import json
import shutil
import time
from functools import partial
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.compare.scores.services.exports import scores_csv, scores_markdown
from dashboard.compare.scores.services.measuring import Request, measure
from dashboard.compare.scores.services.scores import (
    SUITE,
    Cell,
    Row,
    pareto_front,
    ranks,
    score_rows,
    within_budget,
)
from dashboard.compare.similarity.charts import heatmap
from dashboard.compare.similarity.services import anchors, similarity_table
from dashboard.data import jobs
from dashboard.data.jobs import Job, start_job
from dashboard.data.study_results import study_of
from latentcore.datasets import load_dataset
from latentcore.evaluation import RealReference, SampleSizes, evaluate
from latentcore.store import load_bundle, models_folder

APP = Path(__file__).parents[3] / "dashboard" / "app.py"
MEASURES = {measure.name: measure for measure in SUITE}


@pytest.fixture(autouse=True)
def fresh_caches():
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def open_compare(**query: object) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    for key, value in {"dataset": "digits", **query}.items():
        app.query_params[key] = value
    app.switch_page("compare/page.py").run()
    assert not app.exception
    return app


def row(name: str, **values: tuple[float, float, float]) -> Row:
    cells = {key: Cell(value, (low, high), n=10) for key, (value, low, high) in values.items()}
    return Row(name, name, {"dimensions": 2.0}, cells, [])


def test_the_scoreboard_holds_every_bundle_and_real_images():
    app = open_compare()
    table = app.dataframe[0].value
    assert len(table) == 10
    assert {"MSE", "SSIM", "5-NN", "parameters", "epochs", "CPU time"} <= set(table.columns)
    app = open_compare(group="Generation")
    assert app.dataframe[0].value["Model"].iloc[0] == "Real images"
    assert app.dataframe[0].value["Empty because"].tolist()[3] == "cannot sample"


def test_the_table_shows_the_scores_of_the_bundles():
    table = open_compare(models=["vae-d2", "pca-d2"]).dataframe[0].value
    for name, shown in zip(("vae-d2", "pca-d2"), table["MSE"], strict=True):
        assert shown == load_bundle(f"digits/{name}").metrics["mse"]["value"]


def test_overlapping_intervals_tie():
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


def test_the_front_leaves_out_only_what_is_beaten_beyond_the_intervals():
    mse, accuracy = MEASURES["mse"], MEASURES["knn_accuracy"]
    rows = [
        row("best", mse=(1.0, 0.9, 1.1), knn_accuracy=(0.9, 0.85, 0.95)),
        row("close", mse=(1.05, 1.0, 1.15), knn_accuracy=(0.8, 0.75, 0.84)),
        row("beaten", mse=(2.0, 1.9, 2.1), knn_accuracy=(0.8, 0.75, 0.84)),
    ]
    assert pareto_front(mse, accuracy, rows) == ["best", "close"]


def test_equal_budgets_are_found():
    rows = score_rows(["digits/vae-d2", "digits/ae-d2", "digits/pca-d2", "digits/vae-d8"])
    assert [r.id for r in within_budget(rows, "digits/vae-d2", ["dimensions"])] == [
        "digits/vae-d2",
        "digits/ae-d2",
        "digits/pca-d2",
    ]
    alike = within_budget(rows, "digits/vae-d2", ["dimensions", "parameters"])
    assert [r.id for r in alike] == ["digits/vae-d2", "digits/ae-d2"]
    app = open_compare(match="vae-d2", by="dimensions,parameters")
    assert app.dataframe[0].value["Model"].tolist() == ["Autoencoder, 2-D", "VAE, 2-D"]


def test_ranks_mark_ties():
    app = open_compare(group="Codes", ranks="1")
    assert app.toggle(key="pick_ranks").value is True
    assert app.query_params["ranks"] == "1"


def test_the_address_restores_the_page():
    app = open_compare(view="spaces", likeness="mutual_knn", models=["vae-d2", "pca-d2"])
    assert app.query_params["likeness"] == "mutual_knn"
    assert app.segmented_control(key="pick_likeness").value == "mutual_knn"


def test_an_unknown_choice_falls_back_with_a_notice():
    app = open_compare(view="nonsense", group="nothing", match="vae-d77", x="nope", models=["vae-d77"])
    warned = " ".join(element.value for element in app.warning)
    for word in ("nonsense", "vae-d77"):
        assert word in warned


def test_models_of_another_dataset_are_left_out_with_a_notice():
    app = open_compare(models=["vae-d2", "vae-d16"])
    assert "vae-d16" in " ".join(element.value for element in app.warning)
    assert app.dataframe[0].value["Model"].tolist() == ["VAE, 2-D"]


def test_a_bundle_without_scores_says_how_to_measure_them(tmp_path, monkeypatch):
    folder = tmp_path / "models"
    for name in ("vae-d2", "pca-d2"):
        shutil.copytree(models_folder() / "digits" / name, folder / "digits" / name)
    monkeypatch.setenv("LATENTCORE_MODELS", str(folder))
    bundle = folder / "digits" / "vae-d2"
    (bundle / "metrics.json").write_text("{}\n", encoding="utf-8")
    config = json.loads((bundle / "config.json").read_text(encoding="utf-8"))
    config["files"]["metrics.json"] = {
        "bytes": 3,
        "sha256": "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356",
    }
    (bundle / "config.json").write_text(json.dumps(config), encoding="utf-8")
    app = open_compare()
    assert "latentcore evaluate digits/vae-d2 --record" in " ".join(w.value for w in app.warning)
    assert app.dataframe[0].value["Model"].tolist() == ["PCA, 2-D"]
    app = open_compare(view="spaces")
    assert "latentcore study similarity digits" in " ".join(i.value for i in app.info)


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


def test_the_likeness_of_spaces_is_symmetric_and_has_anchors():
    study = study_of("digits", "similarity")
    assert study is not None
    table = similarity_table(study, "cka", ["vae-d2", "pca-d2", "gan-d2"]).pivot(
        index="row", columns="column", values="value"
    )
    assert table.shape == (3, 3)
    assert (table.to_numpy() == table.to_numpy().T).all()
    assert (table.to_numpy().diagonal() == 1).all()
    found = anchors(study, "cka")
    assert found[0].value < 0.05 < found[1].value
    assert heatmap(similarity_table(study, "cka", ["vae-d2", "pca-d2"]), "CKA")["layer"]


def wait(job: Job) -> None:
    for _ in range(600):
        if job.finished:
            return
        time.sleep(0.1)
    pytest.fail("the job does not end")


def test_measuring_again_gives_the_scores_of_the_library():
    job = start_job(partial(measure, Request(("digits/pca-d2", "digits/vae-d2"), 540, 1)))
    assert job is not None
    wait(job)
    assert job.problem is None
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    reference = RealReference.compute(train, test, SampleSizes(n_samples=540, n_support=540, n_seeds=1))
    expected = evaluate(load_bundle("digits/pca-d2").model, train, test, reference=reference)
    expected.pop("cas")
    measured = job.result.scores["digits/pca-d2"]
    assert measured.keys() == expected.keys()
    for name, score in expected.items():
        assert measured[name]["value"] == pytest.approx(score["value"], rel=1e-4), name


def test_one_job_at_a_time_and_it_can_be_cancelled():
    job = start_job(partial(measure, Request(("digits/vae-d2", "digits/vae-d8", "digits/gan-d2"), 540, 1)))
    assert job is not None
    assert start_job(lambda _job: 1) is None
    job.cancelled.set()
    wait(job)
    assert job.problem == "The work was cancelled."
    assert job.result is None
    again = start_job(lambda _job: 1)
    assert again is not None
    wait(again)
    assert again.result == 1


def test_a_job_whose_browser_has_gone_ends_and_makes_room(monkeypatch):
    monkeypatch.setattr(jobs, "SECONDS_TO_RETURN", 0.3)
    stays = {"here": True, "gone": False}
    monkeypatch.setattr(jobs, "is_connected", stays.__getitem__)

    def work(job: Job) -> int:
        for _ in range(6):
            time.sleep(0.1)
            job.announce("working", 0.5)
        return 1

    for session, result in (("here", 1), ("gone", None)):
        job = start_job(work)
        assert job is not None
        job.session = session
        wait(job)
        assert job.result == result
    assert "was away" in job.problem


def test_a_job_that_fails_says_why():
    def work(_job: Job) -> None:
        raise ValueError("no such thing.")

    job = start_job(work)
    assert job is not None
    wait(job)
    assert job.problem == "The work failed: no such thing."
