"""Scoreboard section, run without a browser."""

from __future__ import annotations

import json
import shutil

from streamlit.testing.v1 import AppTest

from latentcore.recipes import ZOO
from latentcore.store import load_bundle, models_folder
from tests.dashboard import pages


def open_compare(**query: object) -> AppTest:
    return pages.open_page("compare", **query)


def test_the_scoreboard_holds_every_bundle_and_real_images():
    app = open_compare()
    table = app.dataframe[0].value
    assert len(table) == sum(dataset == "digits" for dataset, *_ in ZOO) >= 10
    assert {"MSE", "SSIM", "5-NN", "parameters", "epochs", "CPU time"} <= set(table.columns)
    app = open_compare(group="Generation")
    assert app.dataframe[0].value["Model"].iloc[0] == "Real images"
    assert app.dataframe[0].value["Empty because"].tolist()[3] == "cannot sample"


def test_the_table_shows_the_scores_of_the_bundles():
    table = open_compare(models=["vae-d2", "pca-d2"]).dataframe[0].value
    for name, shown in zip(("vae-d2", "pca-d2"), table["MSE"], strict=True):
        assert shown == load_bundle(f"digits/{name}").metrics["mse"]["value"]


def test_models_with_the_budget_of_another_are_shown():
    app = open_compare(match="vae-d2", by="dimensions,parameters")
    assert app.dataframe[0].value["Model"].tolist() == ["Autoencoder, 2-D", "VAE, 2-D"]


def test_variants_of_one_family_and_dimension_have_titles_of_their_own(tmp_path, monkeypatch):
    for name in ("vae-d2", "my-vae"):
        shutil.copytree(models_folder() / "digits" / "vae-d2", tmp_path / "digits" / name)
    file = tmp_path / "digits" / "my-vae" / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"id": "digits/my-vae"}))
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    table = open_compare().dataframe[0].value
    assert table["Model"].tolist() == ["VAE, 2-D", "VAE, 2-D (trained here: my-vae)"]


def test_the_ranks_switch_is_in_the_address():
    app = open_compare(group="Codes", ranks="1")
    assert app.toggle(key="pick_ranks").value is True
    assert app.query_params["ranks"] == "1"


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
