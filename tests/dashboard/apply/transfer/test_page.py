"""Transfer: probe curves, the table of transferred encoders, measuring again, run without a browser."""

from __future__ import annotations

import json
import shutil
import time
from functools import partial

import pandas as pd
import pytest
import vl_convert
from streamlit.testing.v1 import AppTest

from dashboard.apply.transfer.services.probes import Request, measure
from dashboard.apply.transfer.services.study import (
    ProbeResults,
    curve_table,
    finding,
    read_probes,
    transferred_encoders,
)
from dashboard.data.jobs import start_job
from dashboard.data.paired_difference import difference
from dashboard.data.study_results import LearningPoint, read_points
from dashboard.ui.charts.curves import Frame, curves, domain_of
from dashboard.ui.charts.palette import BASELINE_GREY, LINE_COLOURS
from latentcore.store import load_bundle, models_folder
from latentcore.studies import read_study
from latentcore.studies.resampling import mean_over_seeds
from latentcore.studies.transfer import constant_source, label_curve
from tests.dashboard import pages
from tests.dashboard.jobs import run_until_measured


def open_page(**query: object) -> AppTest:
    return pages.open_page("transfer", **query)


def words(app: AppTest) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption, *app.info, *app.warning))


def curve(**by_seed: list[float]) -> dict:
    return {"points": [{"labels": int(n[1:]), **mean_over_seeds(values)} for n, values in by_seed.items()]}


def results_of(across: list[dict], **sources: dict) -> ProbeResults:
    curves = [{"source": name, "supervised": False, **points} for name, points in sources.items()]
    found = {"n_test": 1, "n_pool": 1, "n_labels": [10], "curves": curves, "across": across}
    return read_probes("mnist", found)


def study(dataset: str) -> ProbeResults:
    result = read_study(dataset, "transfer")
    assert result is not None
    return read_probes(dataset, result.found)


def point(values: list[float]) -> LearningPoint:
    return read_points([{"labels": 1, **mean_over_seeds(values)}], "labels")[0]


def test_the_page_says_what_ten_labels_give_and_the_table_holds_the_study():
    app = open_page(dataset="mnist")
    assert "With 10 labels per class, the best of these codes" in words(app)
    table = app.dataframe[0].value
    here = [curve for curve in study("mnist").across if curve.trained_on not in ("mnist", "random")]
    assert len(table) == len(here) > 0
    shown = dict(zip(zip(table["Encoder"], table["Trained on"], strict=True), table["Accuracy"], strict=True))
    pca = next(e for e in here if e.family == "pca" and e.trained_on == "fashion_mnist")
    at_ten = next(point.mean for point in pca.points if point.n_per_class == 10)
    assert shown["PCA, 16-D", "Fashion-MNIST"] == pytest.approx(100 * at_ten)
    assert all(verdict.split(":")[0] for verdict in table["Verdict"])


def test_the_number_of_labels_is_in_the_address_and_a_wrong_one_falls_back():
    app = open_page(labels="100")
    assert "With 100 labels per class" in words(app)
    app = open_page(labels="7")
    assert "There is no number of labels “7” here" in words(app)
    assert "With 10 labels per class" in words(app)
    app.button_group(key="pick_labels").set_value(1).run()
    assert "With one label per class" in words(app)
    assert app.query_params["labels"] == "1"


def test_digits_have_no_encoder_of_another_dataset():
    assert "No model of another dataset takes images of the size" in words(open_page())


def test_what_was_not_measured_says_how(tmp_path, monkeypatch):
    shutil.copytree(models_folder() / "digits" / "pca-d2", tmp_path / "digits" / "pca-d2")
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    assert "Run `latentcore study transfer digits`" in words(open_page())


def test_a_damaged_study_says_how_to_remake_it(tmp_path, monkeypatch):
    shutil.copytree(models_folder() / "digits" / "pca-d2", tmp_path / "digits" / "pca-d2")
    (tmp_path / "digits" / "_studies").mkdir()
    (tmp_path / "digits" / "_studies" / "transfer.json").write_text('{"format_version": 9}')
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    assert "remake it with `latentcore study transfer digits`" in open_page().error[0].value


def test_everything_but_pixels_works_without_the_images(no_data):
    app = open_page(dataset="mnist", models=["ae-d16", "lda-d9"])
    assert "With 10 labels per class" in words(app)
    assert "Pixels need the original images" in words(app)
    job = start_job(partial(measure, Request(("mnist/ae-d16",), (5,), 2)))
    assert job is not None
    wait(job)
    assert [curve.source for curve in job.result.curves] == ["ae-d16"]


def test_supervised_codes_are_marked_and_never_the_best():
    results = study("digits")
    table = curve_table(results, ["lda-d9", "ae-d8"])
    assert table["series"].unique().tolist() == ["Pixels", "LDA, 9-D (supervised)", "Autoencoder, 8-D"]
    assert finding(results, ["lda-d9"], 10) is None
    assert "Autoencoder" in str(finding(results, ["lda-d9", "ae-d8"], 10))


def test_a_difference_is_paired_by_seed():
    one, other = point([0.5, 0.7, 0.9]), point([0.4, 0.61, 0.79])
    found = difference(one, other)
    assert found.mean == pytest.approx(0.1)
    assert found.sign == 1
    assert difference(other, one).sign == -1
    assert difference(one, point([0.9, 0.7, 0.5])).sign == 0
    alone = difference(point([0.5]), point([0.4]))
    assert (alone.sign, alone.text) == (0, "+10.0")


@pytest.mark.parametrize(
    ("foreign", "random", "verdict"),
    [
        ([0.80, 0.81, 0.82], [0.50, 0.51, 0.50], "helps: better than pixels"),
        ([0.70, 0.71, 0.70], [0.50, 0.51, 0.50], "no clear difference from pixels"),
        ([0.60, 0.61, 0.62], [0.50, 0.51, 0.50], "does not help: worse than pixels"),
        ([0.80, 0.81, 0.82], [0.80, 0.82, 0.81], "does not help: no better than a random encoder"),
    ],
)
def test_verdicts(foreign, random, verdict):
    across = [
        {"family": "ae", "latent_dim": 16, "trained_on": origin, **curve(n10=values)}
        for origin, values in (("shapes", foreign), ("random", random))
    ]
    row = transferred_encoders(results_of(across, pixels=curve(n10=[0.70, 0.70, 0.71])), 10)[0]
    assert row.verdict == verdict
    assert row.same_dataset is None


def wait(job) -> None:
    for _ in range(600):
        if job.finished:
            break
        time.sleep(0.1)
    assert job.finished
    assert job.problem is None


def test_measuring_again_gives_the_curve_of_the_library():
    job = start_job(partial(measure, Request(("digits/pca-d2", "digits/lda-d2"), (1, 10), 3)))
    assert job is not None
    wait(job)
    bundle = load_bundle("digits/pca-d2")
    expected = label_curve(
        constant_source(bundle.train.codes, bundle.test.codes),
        bundle.train.labels,
        bundle.test.labels,
        n_labels=[1, 10],
        seeds=range(3),
    )
    by_source = {curve.source: curve for curve in job.result.curves}
    assert list(by_source) == ["pixels", "pca-d2", "lda-d2"]
    assert by_source["pca-d2"].points == read_points(expected, "labels")
    assert by_source["lda-d2"].supervised


def test_the_button_starts_the_job_and_its_results_are_drawn():
    app = open_page(models=["pca-d2"])
    app.button_group(key="probe_seeds").set_value(3).run()
    app.button(key="start_probing").click().run()
    run_until_measured(app)
    assert not app.exception
    assert "3 sets of labelled images" in words(app)


def test_the_chart_names_every_line_at_its_end():
    names = ["pca-d2", "pca-d8", "ae-d8", "vae-d8", "gan-d8", "lda-d9"]
    table = curve_table(study("digits"), names)
    frame = Frame(600, 400, domain_of(table), "labels", "accuracy")
    colours = (BASELINE_GREY, *LINE_COLOURS)[: table["series"].nunique()]
    picture = vl_convert.vegalite_to_svg(json.dumps(curves(table, colours, frame, dark=True)))
    for title in table["series"].unique():
        assert title in picture
    assert frame.domain[0] <= table["low"].min()
    assert table["mean"].max() <= frame.domain[1] <= 1


def test_names_at_the_upper_edge_do_not_overlap():
    ends = {"one": 0.799, "two": 0.795, "three": 0.79, "four": 0.4}
    rows = [{"series": name, "x": x, "mean": end * x / 100} for name, end in ends.items() for x in (50, 100)]
    table = pd.DataFrame(rows).assign(low=lambda t: t["mean"], high=lambda t: t["mean"])
    frame = Frame(600, 400, (0.0, 0.8), "labels", "accuracy")
    spec = curves(table, (BASELINE_GREY, *LINE_COLOURS[:3]), frame, dark=False)
    named = pd.DataFrame(spec["datasets"][spec["layer"][-1]["data"]["name"]]).sort_values("y")
    assert named["title"].tolist() == ["four", "three", "two", "one"]
    assert named["y"].max() <= 0.8
    assert (named["y"].diff().dropna() >= 0.99 * 16 / 400 * 0.8).all()
