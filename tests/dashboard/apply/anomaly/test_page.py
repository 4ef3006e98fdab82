"""The anomaly detection page, run without a browser."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from streamlit.testing.v1 import AppTest

from dashboard.apply.anomaly.charts import roc_chart, score_histogram
from dashboard.apply.anomaly.services.detection import detect, roc_of
from dashboard.apply.anomaly.services.setting import Setting, anomaly_sources, detectors, score_titles
from dashboard.apply.anomaly.services.study import all_normal_table, class_table
from dashboard.data.catalogue import open_bundle
from dashboard.data.study_results import study_of
from latentcore.datasets import load_dataset
from latentcore.store import load_bundle, models_folder
from latentcore.studies import results
from latentcore.studies.anomaly.one_class import PUBLISHED
from tests.dashboard import pages


def open_page(**query: object) -> AppTest:
    return pages.open_page("anomaly", timeout=180, **query)


def words_of(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.caption, *app.markdown, *app.info, *app.warning])


def test_a_one_class_model_separates_its_class_from_the_others():
    app = open_page(normal="three")
    assert app.selectbox(key="pick_detector").value == "only-pca"
    assert "it has seen no anomaly" in words_of(app)
    assert "**AUROC 0.9" in words_of(app)
    assert len(app.get("vega_lite_chart")) == 3
    assert "**Anomalies flagged: " in words_of(app)


def test_a_shipped_model_is_marked_as_trained_on_the_anomalies():
    app = open_page(normal="three", detector="ae-d8")
    assert any("was trained on all classes" in warning.value for warning in app.warning)
    app = open_page(against="shapes")
    assert not app.warning


def test_scores_groups_and_auroc_agree_with_scikit_learn():
    setting = Setting("digits", "ae-d8", "ae-d8", (1, 7), "classes")
    found = detect(setting, "error")
    bundle = load_bundle("digits/ae-d8")
    assert np.allclose(found.scores, bundle.test.errors, rtol=2e-2, atol=1e-5)
    assert found.auroc.value == pytest.approx(roc_auc_score(found.anomalous, found.scores))
    assert np.array_equal(found.anomalous, ~np.isin(bundle.labels, (1, 7)))
    near = detect(setting, "neighbours")
    assert near.auroc.value > 0.9


def test_live_aurocs_of_other_sources_are_those_of_the_study():
    study = study_of("digits", "anomaly")
    for against, score in (("shapes", "coarse"), ("gaussian", "neighbours")):
        live = detect(Setting("digits", "vae-d8", "vae-d8", (), against), score)
        cell = next(
            c["auroc"]
            for c in study.found["whole"]["cells"]
            if (c["model"], c["against"], c["score"]) == ("vae-d8", against, score)
        )
        assert live.auroc.value == pytest.approx(cell[0], abs=2e-3)


def test_one_class_models_are_offered_where_they_apply():
    names = ["pca-d8", "vae-d8"]
    assert "only-vae" in detectors("digits", names, (3,), "classes")
    assert list(detectors("digits", names, (3, 4), "classes")) == names
    assert list(detectors("digits", names, (3,), "shapes")) == names
    one_class = Setting("digits", "only-ae", "pca-d8", (3,), "classes")
    assert list(score_titles(one_class)) == ["coarse"]
    found = detect(one_class, "coarse")
    labels = load_dataset("digits", "test").labels[study_of("digits", "anomaly").found["one_class"]["kept"]]
    assert np.array_equal(found.anomalous, labels != 3)


@pytest.mark.parametrize(
    ("normal", "sentence", "way_on"),
    [
        ("none", "No normal class is chosen", "Choose “zero” as normal"),
        (",".join(load_bundle("digits/pca-d2").classes), "no anomaly is left", "Deselect “nine”"),
    ],
)
def test_without_normal_images_or_anomalies_the_page_offers_a_way_on(normal, sentence, way_on):
    app = open_page(normal=normal)
    assert any(sentence in info.value for info in app.info)
    assert not list(app.get("vega_lite_chart"))
    next(button for button in app.button if button.label == way_on).click().run()
    assert not app.exception
    assert "**AUROC" in words_of(app)


@pytest.fixture
def awkward_classes(tmp_path, monkeypatch) -> tuple[str, ...]:
    """Bundles whose first class is called "none", and whose fourth has a comma and a per cent sign."""
    for name in ("pca-d2", "ae-d2"):
        shutil.copytree(models_folder() / "digits" / name, tmp_path / "digits" / name)
        path = tmp_path / "digits" / name / "config.json"
        config = json.loads(path.read_text())
        config["classes"][0], config["classes"][3] = "none", "3, half%2C"
        path.write_text(json.dumps(config))
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    return tuple(config["classes"])


def test_classes_called_none_or_with_a_comma_can_be_normal(awkward_classes):
    app = open_page()
    assert app.button_group(key="pick_normal").value == ["none"]
    app.button_group(key="pick_normal").set_value(["none", "3, half%2C"]).run()
    assert not app.exception
    link = app.query_params["normal"]
    again = open_page(normal=link)
    assert again.button_group(key="pick_normal").value == ["none", "3, half%2C"]
    assert "no class" not in words_of(again)
    n_normal = int(np.isin(open_bundle("digits/ae-d2").labels, (0, 3)).sum())
    assert f"{n_normal} normal" in words_of(again)


def test_threshold_flags_the_share_of_normal_images_that_it_says():
    app = open_page(normal="three", detector="ae-d8", flagged="20")
    n_normal = int((load_bundle("digits/ae-d8").labels == 3).sum())
    assert f"**Normal, flagged: {round(0.2 * n_normal)}** of {n_normal}" in words_of(app)
    app.slider(key="pick_flagged").set_value(0).run()
    assert f"**Normal, flagged: 0** of {n_normal}" in words_of(app)
    assert app.query_params["flagged"] == "0"


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"normal": "ten"}, "no class “ten”"),
        ({"against": "letters"}, "no against “letters”"),
        ({"flagged": "120"}, "goes from 0 to 100"),
    ],
)
def test_bad_input_is_named_and_the_page_works(query, notice):
    app = open_page(**query)
    assert notice in words_of(app)
    assert "**AUROC" in words_of(app)


def test_without_originals_codes_and_stored_errors_do(no_data):
    assert list(anomaly_sources("mnist", labelled=True)) == ["classes", "shapes"]
    assert list(anomaly_sources("mnist", labelled=False)) == ["shapes"]
    app = open_page(dataset="mnist", models="pca-d16", detector="pca-d16", normal="one")
    words = words_of(app)
    assert "**AUROC" in words
    assert "Not available here" in words
    assert "Coarse error" not in app.segmented_control(key="pick_score").options
    against = open_page(dataset="mnist", models="pca-d16", against="shapes")
    assert "**AUROC" in words_of(against)


def test_without_the_study_the_page_says_how_to_make_it(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "study_path", lambda *_: tmp_path / "none.json")
    app = open_page(normal="three")
    assert "`latentcore study anomaly digits`" in words_of(app)
    assert "**AUROC" in words_of(app)


def test_tables_hold_every_class_and_the_published_row():
    study = study_of("mnist", "anomaly")
    table = class_table(study, load_bundle("mnist/pca-d2").classes)
    assert len(table) == 11
    assert table["Deep SVDD (published)"].tolist()[:10] == [f"{value:.3f}" for value in PUBLISHED["mnist"]]
    assert table["Deep SVDD (published)"].iloc[-1] == "0.948"
    whole = all_normal_table(study_of("digits", "anomaly"), ["gan-d8", "ae-d8"], "error")
    assert whole["Model"].tolist() == ["GAN, 8-D", "Autoencoder, 8-D"]


def test_charts_take_scores_of_any_kind():
    anomalous = np.array([False, True, False, True])
    for scores in ([1, 2, 3, 4], [-1, 0, 2, 3], [1, 1, 1, 1], [0, 0, 0, 0]):
        spec = score_histogram(np.array(scores, np.float32), anomalous, 1.0, "score")
        rows = spec["datasets"][spec["layer"][0]["data"]["name"]]
        assert sum(row["share"] for row in rows) == pytest.approx(2)
        assert all(row["low"] < row["high"] for row in rows)
    found = detect(Setting("digits", "pca-d8", "pca-d8", (0,), "classes"), "error")
    spec = roc_chart(*roc_of(found), (0.1, 0.5))
    curve = spec["datasets"][spec["layer"][2]["data"]["name"]]
    assert curve[0] == {"x": 0, "y": 0}
    assert curve[-1] == {"x": 1, "y": 1}
