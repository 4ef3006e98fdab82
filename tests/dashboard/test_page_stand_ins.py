"""Without a dataset, every page shows the same stand-ins, and calls no decode an original."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.data.images.pixels import image_uri
from latentcore.store import load_bundle, models_folder
from tests.dashboard.pages import open_address

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
BLURRED = ["pca-d2", "ae-d2"]
WORDS = "decodes? by Autoencoder, 16-D"
"""What stands behind "stand-in" wherever it stands, whatever models were chosen."""
MISLEADING = re.compile(
    r"Real images|Nearest real images|Original test image|>Original<|\(originals\)|, originals\)|"
    r"the original, the|first model|econstructions? stand"
)
"""What no page says where it shows decodes."""
PAGES = [
    ("explore", {"model": "vae-d2", "point": "3"}),
    ("interpolate", {"start": "3", "end": "4"}),
    ("sample", {"models": ["pca-d2", "vae-d2"], "sample": "vae-d2:5"}),
    ("edit", {"point": "3"}),
    ("compare", {"view": "image", "point": "3"}),
    ("compare", {"view": "maps"}),
    ("compare", {"view": "neighbours"}),
    ("compare", {"view": "inside", "models": ["vae-d2"]}),
    ("compression", {"point": "3"}),
    ("anomaly", {"detector": "pca-d2"}),
    ("anomaly", {"against": "shapes"}),
    ("denoise", {"point": "3"}),
]


def open_page(name: str, **query: object) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=120)
    for key, value in {"dataset": "mnist", "models": BLURRED, **query}.items():
        app.query_params[key] = value
    open_address(app, name)
    assert not app.exception
    return app


def said_on(app: AppTest) -> str:
    """Return all words of a page, those of its pictures too, without the pictures."""
    words = [element.value for element in [*app.markdown, *app.caption, *app.info, *app.warning]]
    words += [element.proto.body for element in app.get("html")]
    return re.sub(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+", "", " ".join(words))


def stand_in_uri(index: int) -> str:
    """Return a test image of MNIST as decoded by its most exact bundle."""
    bundle = load_bundle("mnist/ae-d16")
    row = bundle.test.indices.tolist().index(index)
    return image_uri(bundle.model.decode(bundle.test.codes[row : row + 1])[0])


@pytest.mark.parametrize(("name", "query"), PAGES)
def test_every_stand_in_is_said_to_be_one_and_whose(no_data, name, query):
    said = said_on(open_page(name, **query))
    assert re.search(f"stand-ins?: {WORDS}", said)
    for found in re.finditer(r"stand-ins?: ", said):
        assert re.match(WORDS, said[found.end() :]), said[found.start() :][:80]
    assert not MISLEADING.search(said)


@pytest.mark.parametrize(
    ("name", "query"),
    [page for page in PAGES if page[0] in ("interpolate", "edit", "denoise", "compression")],
)
def test_the_stand_in_of_an_image_is_the_same_on_every_page(no_data, name, query):
    html = " ".join(element.proto.body for element in open_page(name, **query).get("html"))
    assert stand_in_uri(3) in html


def test_the_front_door_shows_reconstructions_and_says_so(no_data):
    app = open_page("overview")
    html = " ".join(element.proto.body for element in app.get("html"))
    assert "Eight of the images<" not in html
    assert "The eight images, reconstructed" in html


def test_a_wall_of_images_says_that_they_are_stand_ins(no_data):
    app = open_page("edit")
    app.session_state["choose_edited"] = True
    app.run()
    assert not app.exception
    assert "Shown as stand-ins: decodes by Autoencoder, 16-D." in [one.value for one in app.caption]


def test_the_image_under_the_pointer_is_said_to_be_a_stand_in(no_data):
    (chart, *_) = open_page("compare", view="maps").get("vega_lite_chart")
    spec = json.dumps(json.loads(chart.proto.spec))
    assert "a stand-in" in spec
    assert "Autoencoder, 16-D" in spec.partition("stand-in: decode by")[2][:40]


def test_with_the_originals_no_page_speaks_of_stand_ins():
    for name, query in PAGES:
        models = ["vae-d2"] if query.get("view") == "inside" else ["pca-d2", "ae-d8", "vae-d2"]
        asked = {**query, "dataset": "digits", "models": models, "against": None}
        said = said_on(open_page(name, **{key: value for key, value in asked.items() if value}))
        assert "stand-in" not in said, name
        assert MISLEADING.search(said) or name not in ("explore", "interpolate"), name


@pytest.fixture
def own_models(tmp_path, monkeypatch):
    """Bundles of a dataset that the library does not know."""
    for name in ("pca-d2", "ae-d2", "ae-d16", "vae-d2"):
        folder = tmp_path / "mine" / name
        shutil.copytree(models_folder() / "mnist" / name, folder)
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**config, "dataset": "mine", "id": f"mine/{name}"}))
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    st.cache_resource.clear()


def test_pages_of_an_unknown_dataset_work_and_show_stand_ins(own_models):
    for name, query in PAGES:
        if query.get("against") or name == "compression":  # no other dataset has its images' size; no study
            continue
        models = {"models": ["vae-d2"]} if query.get("view") == "inside" else {}
        said = said_on(open_page(name, **{"dataset": "mine", **query, **models}))
        assert re.search(f"stand-ins?: {WORDS}", said), name
        assert "not on this machine" not in said.replace("Input: not on this machine", "")
        assert "The dataset 'mine' is unknown here." in said or query.get("view") == "inside", name
