"""Models of one class alone, and the study of anomalies."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from latentcore.corruptions import CORRUPTIONS
from latentcore.datasets import load_dataset
from latentcore.metrics.detection import auroc
from latentcore.models import make_model
from latentcore.store import models_folder
from latentcore.studies import read_study
from latentcore.studies.anomaly import one_class
from latentcore.studies.anomaly.one_class import PUBLISHED, decode_scores, one_class_table
from latentcore.studies.anomaly.study import whole_dataset_table


@pytest.fixture
def no_data(tmp_path, monkeypatch):
    """An empty data folder: nothing that must be downloaded is at hand."""
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "data"))


@pytest.fixture(scope="module")
def table():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one_class, "FAMILIES", ("pca",))
        return one_class_table("digits", lambda _stage: None)


def test_kept_scores_are_those_of_the_table(table):
    test = load_dataset("digits", "test")
    assert len(table["kept"]) == len(test)  # fewer than are kept
    for model in table["models"]:
        area = auroc(decode_scores(model["scores"]), test.labels[table["kept"]] != model["class"])
        cell = next(
            cell
            for cell in table["cells"]
            if cell["class"] == model["class"] and cell["score"] == table["headline"]
        )
        assert cell["auroc"][0] == pytest.approx(area.value, abs=1e-4)


def test_the_mean_is_that_of_the_classes(table):
    for mean in table["means"]:
        values = [cell["auroc"][0] for cell in table["cells"] if cell["score"] == mean["score"]]
        assert len(values) == 10
        assert mean["auroc"][0] == pytest.approx(np.mean(values), abs=1e-4)
        assert mean["auroc"][1] < mean["auroc"][0] < mean["auroc"][2]


def test_a_model_of_one_class_alone_knows_it_from_the_others(table):
    headline = next(mean for mean in table["means"] if mean["score"] == table["headline"])
    assert headline["auroc"][0] > 0.95


def test_decodes_are_one_a_class(table):
    decodes = Image.open(io.BytesIO(base64.b64decode(table["models"][0]["decodes"])))
    assert decodes.size == (80, 8)
    labels = load_dataset("digits", "test").labels[table["decoded"]]
    assert labels.tolist() == list(range(10))


def test_training_sees_the_normal_class_only(monkeypatch):
    shown = []
    train = load_dataset("digits", "train")

    def watch(family, settings):
        model = make_model("pca", {"latent_dim": 2})
        fit = model.fit
        model.fit = lambda images, labels, *, seed: shown.append(images) or fit(images, labels, seed=seed)
        return model

    monkeypatch.setattr(one_class, "make_model", watch)
    monkeypatch.setattr(one_class, "FAMILIES", ("pca",))
    one_class_table("digits", lambda _stage: None)
    for label, images in enumerate(shown):
        assert np.array_equal(images, train.images[train.labels == label])


def test_the_whole_dataset_against_others(tmp_path, no_data):
    (tmp_path / "digits").mkdir()
    for name in ("pca-d8", "gan-d8"):
        (tmp_path / "digits" / name).symlink_to(models_folder() / "digits" / name)
    found = whole_dataset_table("digits", tmp_path, lambda _stage: None)
    assert {cell["against"] for cell in found["cells"]} == {"shapes", *CORRUPTIONS}
    assert len(found["left_out"]) == 2
    assert found["n"] == 270
    area = {(c["model"], c["against"], c["score"]): c["auroc"] for c in found["cells"]}
    assert area["pca-d8", "shapes", "coarse"][0] > 0.95
    assert area["pca-d8", "gaussian", "error"][0] > 0.9
    assert ("gan-d8", "shapes", "inversion") in area
    assert ("gan-d8", "shapes", "error") not in area


def test_published_numbers_have_the_published_mean():
    assert np.mean(PUBLISHED["mnist"]) == pytest.approx(0.948, abs=5e-4)


def test_bars_on_mnist():
    study = read_study("mnist", "anomaly")
    assert study is not None
    found = study.found["one_class"]
    means = {m["family"]: m["auroc"][0] for m in found["means"] if m["score"] == found["headline"]}
    assert means["pca"] >= 0.950
    assert max(means.values()) >= 0.970
