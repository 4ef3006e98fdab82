"""Synthetic data: learning curves, labelled samples, and measuring again, run without a browser."""

from __future__ import annotations

import io
import json
import shutil
import time
from functools import partial

import numpy as np
import pytest
import vl_convert
from streamlit.testing.v1 import AppTest

from dashboard.apply.synthetic_data.classifier_curves import COLOURS
from dashboard.apply.synthetic_data.services.classifiers import (
    Request,
    cost_in_minutes,
    measure,
    real_choices,
)
from dashboard.apply.synthetic_data.services.samples import (
    SampleSettings,
    class_strips,
    labelled_choices,
    labelled_npz,
    sample_labelled,
)
from dashboard.apply.synthetic_data.services.study import (
    ClassifierResults,
    curve_table,
    finding,
    gain_table,
    read_classifiers,
)
from dashboard.data.catalogue import open_bundle
from dashboard.data.jobs import start_job
from dashboard.ui.charts.curves import Frame, curves, domain_of
from latentcore.datasets import load_dataset
from latentcore.evaluation.class_conditional import sample_classes
from latentcore.store import load_bundle, models_folder
from latentcore.studies import read_study
from latentcore.studies.resampling import balanced_rows, mean_over_seeds
from latentcore.studies.synthesis import synthesis_curves
from tests.dashboard import pages
from tests.dashboard.jobs import run_until_measured


def open_page(**query: object) -> AppTest:
    return pages.open_page("synthesis", **query)


def words(app: AppTest) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption, *app.info, *app.warning))


def study() -> ClassifierResults:
    result = read_study("digits", "synthesis")
    assert result is not None
    return read_classifiers("digits", result.found)


def test_the_page_says_where_synthetic_images_help_and_shows_samples_of_each_class():
    app = open_page()
    results = study()
    names = ["pca-d8", "ae-d8", "vae-d8", "gan-d8"]
    assert finding(results, names) in words(app)
    table = app.dataframe[0].value
    assert len(table) == len(names) * len(results.n_real)
    samples = next(element.body for element in app.html if "class-samples" in element.body)
    assert samples.count("<img") == 10
    assert "samples of nine by GAN, 8-D" in samples


def test_model_labels_and_seed_are_in_the_address():
    app = open_page(maker="ae-d8", labelled="10", seed="7")
    assert app.selectbox(key="pick_maker").value == "ae-d8"
    app.number_input(key="pick_seed").set_value(8).run()
    assert not app.exception
    assert {name: app.query_params[name] for name in ("maker", "labelled", "seed")} == {
        "maker": "ae-d8",
        "labelled": "10",
        "seed": "8",
    }


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"maker": "lda-d2"}, "There is no generative model “lda-d2”"),
        ({"labelled": "11"}, "There is no number of labelled images “11”"),
        ({"seed": "many"}, "The seed “many” is no whole number"),
    ],
)
def test_a_wrong_choice_falls_back_with_a_sentence(query, sentence):
    assert sentence in words(open_page(**query))


def test_lda_is_left_out_with_the_reason():
    app = open_page(models=["lda-d9", "vae-d8"])
    assert "LDA, 9-D is left out" in words(app)
    assert len(app.dataframe[0].value) == 3
    app = open_page(models=["lda-d9"])
    assert "Choose a model trained without labels" in words(app)


def test_a_model_outside_the_study_can_be_measured_below():
    assert "VAE, 2-D can be measured below" in words(open_page(models=["vae-d2", "pca-d8"]))


def test_what_was_not_measured_says_how_and_samples_are_shown_all_the_same(tmp_path, monkeypatch):
    shutil.copytree(models_folder() / "digits" / "vae-d2", tmp_path / "digits" / "vae-d2")
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    app = open_page()
    assert "Run `latentcore study synthesis digits`" in words(app)
    assert any("class-samples" in element.body for element in app.html)


def test_without_images_nothing_is_measured_again_and_all_else_works(no_data):
    app = open_page(dataset="mnist", models=["pca-d2"])
    assert "A classifier trained on real images needs the original images" in words(app)
    assert any("class-samples" in element.body for element in app.html)
    assert not [button for button in app.button if button.key == "start_synthesis"]


def test_samples_use_the_labelled_codes_and_are_the_same_each_time():
    settings = SampleSettings("digits/vae-d8", "30", 4)
    images, labels = sample_labelled(settings, 5)
    bundle = load_bundle("digits/vae-d8")
    rows = balanced_rows(bundle.train.labels, 30, seed=4)
    expected, _ = sample_classes(
        bundle.model, bundle.train.codes[rows], bundle.train.labels[rows], n_per_class=5, seed=4
    )
    assert (images == expected).all()
    assert (np.bincount(labels) == 5).all()
    assert [name for name, _ in class_strips(settings)] == list(bundle.classes)
    held = np.load(io.BytesIO(labelled_npz(settings, 5)), allow_pickle=False)
    assert (held["images"] == images).all()
    assert (held["labels"] == labels).all()
    assert (str(held["model"]), int(held["seed"]), str(held["labelled_per_class"])) == (
        "digits/vae-d8",
        4,
        "30",
    )
    assert tuple(held["classes"]) == bundle.classes


def test_choices_end_where_the_images_do():
    assert real_choices(open_bundle("digits/vae-d8")) == [10, 30, 100]
    assert labelled_choices(open_bundle("digits/vae-d8")) == ["10", "30", "100", "all"]
    one, two = (cost_in_minutes(Request(("digits/vae-d8",), (10,), n)) for n in (1, 2))
    assert two == 2 * one > 0


def test_helps_hurts_and_no_clear_difference():
    def points(*values: list[float]) -> list[dict]:
        return [{"n": n, **mean_over_seeds(v)} for n, v in zip((10, 100, 1_000), values, strict=True)]

    def results(both: list[dict]) -> ClassifierResults:
        curve = {
            "model": "vae-d8",
            "both": both,
            "synthetic": points([0.4, 0.41, 0.42], [0.4, 0.41, 0.42], [0.4, 0.41, 0.42]),
        }
        found = {"judge": "one", "n_test": 1, "n_real": [10, 100, 1_000], "n_shown": 1}
        return read_classifiers("digits", {**found, "real": real, "curves": [curve]})

    real = points([0.5, 0.51, 0.5], [0.7, 0.71, 0.7], [0.9, 0.91, 0.9])
    found = results(points([0.6, 0.61, 0.62], [0.7, 0.69, 0.71], [0.8, 0.82, 0.81]))
    verdicts = gain_table(found, ["vae-d8"])["Adding synthetic images"].tolist()
    assert verdicts == ["helps", "no clear difference", "hurts"]
    assert finding(found, ["vae-d8"]) == (
        "Adding synthetic images to the real ones **helps** with VAE, 8-D at 10 per class, "
        "and **hurts** with VAE, 8-D at 1,000 per class."
    )
    assert "clearly **helps** nowhere, and clearly **hurts** nowhere" in finding(results(real), ["vae-d8"])


def test_measuring_again_gives_the_curves_of_the_library():
    job = start_job(partial(measure, Request(("digits/pca-d8",), (10,), 2)))
    assert job is not None
    for _ in range(600):
        if job.finished:
            break
        time.sleep(0.1)
    assert job.problem is None
    expected = synthesis_curves(
        {"pca-d8": load_bundle("digits/pca-d8").model},
        load_dataset("digits", "train"),
        load_dataset("digits", "test"),
        n_real=[10],
        seeds=range(2),
    )
    assert job.result == read_classifiers("digits", expected)


def test_the_button_starts_the_job_and_its_results_are_shown():
    app = open_page(models=["pca-d8"])
    app.button_group(key="synthesis_seeds").set_value(1).run()
    app.button(key="start_synthesis").click().run()
    run_until_measured(app)
    assert not app.exception
    assert "One seed gives no interval" in words(app)


def test_the_chart_of_a_model_compiles():
    table = curve_table(study(), "ae-d8")
    frame = Frame(190, 210, domain_of(table), "real images a class", None)
    picture = vl_convert.vegalite_to_svg(json.dumps(curves(table, COLOURS, frame, dark=False)))
    assert all(f">{name}<" in picture for name in ("real", "synthetic", "both"))
