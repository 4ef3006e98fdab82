"""Two bundles of one family and dimension, one with a name of its own, on the pages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from latentcore.store import models_folder
from tests.dashboard.pages import SCRIPTS, open_address

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
VARIANT = "my-vae"


@pytest.fixture(autouse=True)
def models(tmp_path, monkeypatch):
    """The digits with a second 2-D VAE, whose name says neither family nor dimension."""
    shutil.copytree(models_folder() / "digits", tmp_path / "models" / "digits")
    folder = tmp_path / "models" / "digits" / VARIANT
    shutil.copytree(folder.with_name("vae-d2"), folder)
    config = json.loads((folder / "config.json").read_text()) | {"id": f"digits/{VARIANT}"}
    (folder / "config.json").write_text(json.dumps(config))
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path / "models"))


def open_page(name: str, **query: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=120)
    for key, value in {"dataset": "digits", **query}.items():
        app.query_params[key] = value
    open_address(app, name)
    assert not app.exception
    assert not app.error
    return app


def test_explore_offers_the_variants_of_a_family_and_dimension():
    app = open_page("explore", model=VARIANT)
    assert app.query_params["model"] == VARIANT
    picker = app.selectbox(key="pick_variant")
    assert picker.options == ["VAE, 2-D", "VAE, 2-D (trained here: my-vae)"]
    picker.set_value("vae-d2").run()
    assert app.query_params["model"] == "vae-d2"
    app.segmented_control(key="pick_dimension").set_value(8).run()
    assert app.query_params["model"] == "vae-d8"
    assert not [one for one in app.selectbox if one.key == "pick_variant"]
    app.segmented_control(key="pick_dimension").set_value(2).run()
    assert app.query_params["model"] == "vae-d2"


WITHOUT_MODELS = ("overview", "explore", "data", "train")
"""Pages that do not compare several chosen models."""


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name not in WITHOUT_MODELS])
def test_every_page_takes_the_variant_beside_the_shipped_one(name):
    app = open_page(name, models=["vae-d2", VARIANT, "ae-d2"])
    assert VARIANT in app.query_params["models"]
