"""What pages read of studies: titles of models, points of learning curves."""

from __future__ import annotations

import json
import shutil

import pytest

from dashboard.apply.transfer.services.study import curve_table, finding, read_probes
from dashboard.data.catalogue import scanned_bundles
from dashboard.data.study_results import LearningPoint, curves_table, model_title, point_at, read_points
from latentcore.store import models_folder
from latentcore.studies import read_study
from latentcore.studies.resampling import mean_over_seeds


@pytest.fixture
def my_vae(tmp_path, monkeypatch):
    """A models folder with one VAE under the usual name and under one of its owner's own."""
    for name in ("vae-d2", "my-vae"):
        shutil.copytree(models_folder() / "digits" / "vae-d2", tmp_path / "digits" / name)
    path = tmp_path / "digits" / "my-vae" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "id": "digits/my-vae"}))
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    scanned_bundles.clear()
    yield
    scanned_bundles.clear()


@pytest.mark.usefixtures("my_vae")
def test_a_model_has_the_title_of_its_bundle_whatever_the_bundle_is_called():
    assert model_title("digits", "my-vae") == "VAE, 2-D (trained here: my-vae)"
    assert model_title("digits", "vae-d2") == "VAE, 2-D"


@pytest.mark.usefixtures("my_vae")
@pytest.mark.parametrize("name", ["vae-d16", "gone", "x-d", "no_family-d2"])
def test_a_model_whose_bundle_is_gone_has_its_name(name):
    assert model_title("digits", name) == name


@pytest.mark.usefixtures("my_vae")
def test_two_models_of_one_family_and_dimension_keep_a_curve_each():
    points = [{"labels": n, **mean_over_seeds([0.1 * n, 0.2 * n])} for n in (1, 2)]
    curves = [
        {"source": name, "supervised": False, "points": points} for name in ("pixels", "my-vae", "vae-d2")
    ]
    found = {"n_test": 1, "n_pool": 1, "n_labels": [1, 2], "curves": curves, "across": []}
    results = read_probes("digits", found)
    series = curve_table(results, ["my-vae", "vae-d2"])["series"].unique().tolist()
    assert series == ["Pixels", "VAE, 2-D (trained here: my-vae)", "VAE, 2-D"]
    assert "VAE, 2-D" in str(finding(results, ["my-vae"], 1))


def test_points_are_those_of_the_study():
    study = read_study("digits", "transfer")
    assert study is not None
    plain = study.found["curves"][0]["points"]
    points = read_points(plain, "labels")
    assert [(p.n_per_class, p.mean, p.low, p.high, list(p.by_seed)) for p in points] == [
        (p["labels"], p["mean"], p["low"], p["high"], p["by_seed"]) for p in plain
    ]
    assert point_at(points, 10) == points[2]


def test_a_point_of_one_seed_has_both_endpoints_at_its_mean():
    table = curves_table({"one": [LearningPoint(10, 0.5, None, None, (0.5,))]})
    assert table.to_dict("records") == [{"series": "one", "x": 10, "mean": 0.5, "low": 0.5, "high": 0.5}]
