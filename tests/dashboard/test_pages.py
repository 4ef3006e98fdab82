"""The pages, run without a browser."""

from __future__ import annotations

import gc
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.data.catalogue import catalogue
from dashboard.data.images import fetching
from dashboard.ui.presentation import story_of
from latentcore.datasets.torchvision_sets import MNIST_SOURCE
from latentcore.store import Bundle, list_bundles, models_folder
from tests.dashboard.pages import SCRIPTS, open_address

APP = Path(__file__).parents[2] / "dashboard" / "app.py"


def explore(**query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page("explore/page.py").run()
    assert not app.exception
    return app


def headings(app: AppTest) -> str:
    return " ".join(element.value for element in app.markdown)


def test_the_front_door_opens():
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["dataset"] = "digits"
    app.run()
    assert not app.exception
    assert app.title[0].value == "Latent Atlas"
    assert all(name in headings(app) for name in ("PCA", "Autoencoder", "VAE", "GAN"))


@pytest.mark.parametrize("bundle_id", [spec.id for spec in list_bundles()])
def test_every_model_can_be_explored(bundle_id):
    dataset, _, name = bundle_id.partition("/")
    app = explore(dataset=dataset, model=name, point="5")
    assert "Test image 5" in headings(app)
    assert not app.error
    assert not app.warning


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"model": "vae-d77"}, "no model “vae-d77”"),
        ({"dataset": "cats"}, "no dataset “cats”"),
        ({"plane": "moon"}, "no plane “moon”"),
        ({"colour": "smell"}, "no colour “smell”"),
        ({"point": "99999"}, "no test image “99999”"),
        ({"point": "-1"}, "no test image “-1”"),
        ({"at": "1;2"}, "not two numbers"),
        ({"at": "nan,1"}, "not two numbers"),
    ],
)
def test_an_unknown_value_falls_back_with_a_notice(query, notice):
    app = explore(**{"dataset": "digits", **query})
    assert any(notice in warning.value for warning in app.warning)
    assert "Test image 0" in headings(app)


def test_a_place_in_the_address_is_restored():
    assert "Place (0.5, -1)" in headings(explore(dataset="digits", model="vae-d2", at="0.5,-1"))


def test_going_to_an_image_and_back_over_another_page():
    app = explore(dataset="digits", model="ae-d2")
    app.number_input(key="go_to").set_value(42).run()
    assert "Test image 42" in headings(app)
    app.switch_page("overview/page.py").run()
    app.switch_page("explore/page.py").run()
    assert "Test image 42" in headings(app)


def test_the_controls_change_the_map():
    app = explore(dataset="digits", model="ae-d8")
    app.selectbox(key="pick_plane").set_value("dims").run()
    app.selectbox(key="pick_first").set_value(3).run()
    app.selectbox(key="pick_colour").set_value("error").run()
    app.toggle(key="pick_shade").set_value(True).run()
    assert not app.exception
    assert app.query_params["plane"] == "dims-3-2"
    assert app.query_params["colour"] == "error"
    assert app.query_params["shade"] == "on"


def test_reset_forgets_every_choice():
    app = explore(dataset="digits", model="gan-d8", point="9")
    next(button for button in app.button if button.label == "Reset").click().run()
    assert app.query_params["model"] == "vae-d2"
    assert app.query_params["dataset"] == "mnist"
    assert "Test image 0" in headings(app)


def test_a_damaged_bundle_is_named_and_the_others_stay(tmp_path, monkeypatch):
    for name in ("pca-d2", "vae-d2", "lda-d2"):
        shutil.copytree(models_folder() / "digits" / name, tmp_path / "digits" / name)
    (tmp_path / "digits" / "vae-d2" / "codes.npz").write_bytes(b"PK")
    (tmp_path / "digits" / "lda-d2" / "config.json").write_text("{")
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    app = explore(dataset="digits", model="vae-d2")
    assert "codes.npz" in app.error[0].value
    assert any("lda-d2" in warning.value for warning in app.warning)
    assert not explore(dataset="digits", model="pca-d2").error


def test_no_models_at_all_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    assert "latentcore train" in explore().error[0].value


def test_the_front_door_shows_images_reconstructions_and_samples():
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["dataset"] = "digits"
    app.run()
    assert not app.exception
    html = " ".join(str(element.proto) for element in app.get("html"))
    assert "Eight test images" in html
    assert html.count("Reconstructions of the eight images") == 4
    assert html.count("Eight samples") >= 4


def test_the_story_is_told_page_by_page_and_ends():
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["dataset"] = "digits"
    app.run()
    next(button for button in app.button if button.label == "Present").click().run()
    titles = []
    for _ in range(6):
        assert not app.exception
        titles.append(next(e.value for e in app.markdown if e.value.startswith("## ")))
        pickers = {widget.key for widget in [*app.selectbox, *app.multiselect]}
        assert not pickers & {"pick_dataset", "pick_models", "pick_plane"}
        app.button(key="story_next").click().run()
    assert len(set(titles)) == 6
    assert app.button(key="story_next").disabled
    app.button(key="story_back").click().run()
    assert titles[-1] in headings(app)
    app.button(key="story_end").click().run()
    assert "present" not in app.query_params
    assert not is_story(app)


def test_a_link_to_another_page_ends_the_story():
    app = opened(dataset="digits", present="0")
    del app.query_params["present"]
    app.query_params["model"] = "pca-d2"
    app.switch_page("explore/page.py").run()
    assert not app.exception
    assert not is_story(app)
    assert shown_page(app) == "explore"
    assert "present" not in app.query_params


OWN_KEYS = {
    "overview": "pick_images",
    "explore": "go_to",
    "interpolate": "pick_path",
    "sample": "pick_n",
    "compare": "pick_by",
}
"""Of each page, a widget that no other has."""


def opened(view: str = "overview", **query: str) -> AppTest:
    """Open a page's address."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    open_address(app, view)
    assert not app.exception
    return app


def shown_page(app: AppTest) -> str:
    keys = {
        widget.key
        for kind in ("number_input", "selectbox", "segmented_control", "pills", "slider", "toggle")
        for widget in app.get(kind)
    }
    (view,) = (view for view, key in OWN_KEYS.items() if key in keys)
    return view


def is_story(app: AppTest) -> bool:
    return any(button.key == "story_next" for button in app.button)


def assert_tells(app: AppTest, number: int) -> None:
    """The words of the step stand over its own page, in its own state."""
    step = story_of(catalogue(), app.query_params["dataset"])[number]
    assert f"## {step.title}" in [element.value for element in app.markdown]
    assert step.sentence in headings(app)
    assert shown_page(app) == Path(step.view).parent.name
    assert {name: app.query_params.get(name) for name in step.query} == step.query
    assert app.query_params["present"] == str(number)


@pytest.mark.parametrize(
    ("view", "dataset", "number"),
    [
        *(("overview", "digits", number) for number in range(7)),
        *(("compare", "digits", number) for number in (0, 1, 6)),
        *(("explore", "digits", number) for number in (0, 3, 6)),
        ("explore", "mnist", 7),
    ],
)
def test_an_address_of_the_story_leads_to_the_page_of_its_step(view, dataset, number):
    app = opened(view, dataset=dataset, present=str(number))
    assert_tells(app, number)
    assert not app.warning


def test_a_step_keeps_its_models_and_what_else_its_address_says():
    assert_tells(opened("explore", dataset="digits", model="vae-d8", present="5"), 5)
    app = opened("explore", dataset="digits", model="pca-d2", point="42", present="1")
    assert_tells(app, 1)
    assert "Test image 42" in headings(app)


@pytest.mark.parametrize(
    ("now", "view", "then"), [(6, "explore", 5), (1, "overview", 0), (5, "interpolate", 6)]
)
def test_back_and_forward_go_on_with_the_step_of_the_page(now, view, then):
    """The browser brings the page with the query of the former one."""
    app = opened(dataset="digits", present=str(now))
    app.switch_page(SCRIPTS[view]).run()
    assert not app.exception
    assert_tells(app, then)


def test_shading_of_one_step_does_not_stay_for_the_next():
    app = opened("explore", dataset="digits", present="3")
    assert app.query_params["shade"] == "on"
    app.query_params.clear()
    app.query_params["dataset"], app.query_params["present"] = "digits", "2"
    app.run()
    assert_tells(app, 2)
    assert "shade" not in app.query_params


@pytest.mark.parametrize(
    ("step", "number"), [("99", 6), ("9" * 5000, 6), ("-1", 0), ("x", 0), ("", 0), ("1.5", 0), ("nan", 0)]
)
def test_a_story_step_out_of_range_is_brought_into_it_with_a_notice(step, number):
    app = opened(dataset="digits", present=step)
    assert_tells(app, number)
    at_the_end = "story_next" if number else "story_back"
    assert app.button(key=at_the_end).disabled
    assert any("step of the story" in warning.value for warning in app.warning)
    app.button(key="story_next" if at_the_end == "story_back" else "story_back").click().run()
    assert not app.warning


def test_without_the_dataset_decodes_stand_in_and_a_button_fetches_it(no_data):
    app = explore(dataset="mnist", model="pca-d2", point="3")
    assert any("shown as stand-ins: decodes by Autoencoder, 16-D" in one.value for one in app.caption)
    assert "**Nearest train images** in code space (stand-ins: decodes by Autoencoder, 16-D)" in headings(app)
    app.button(key="fetch_dataset").click().run()
    deadline = time.monotonic() + 20
    while not fetching.fetching_of("mnist").finished and time.monotonic() < deadline:
        time.sleep(0.05)
    app.run()
    assert any("Check the network" in warning.value for warning in app.warning)
    assert "Test image 3" in headings(app)
    assert not list(no_data.glob("*/raw/*"))


def test_a_damaged_dataset_is_named_and_the_page_works(no_data):
    folder = no_data / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for name in MNIST_SOURCE.sha256:
        (folder / name).write_bytes(b"half")
    app = explore(dataset="mnist", model="pca-d2")
    assert any("wrong checksum" in warning.value for warning in app.warning)
    assert "Test image 0" in headings(app)


def test_a_code_of_a_gan_can_be_refined():
    app = explore(dataset="digits", model="gan-d8", point="4")
    app.button(key="refine_code").click().run()
    assert not app.exception
    text = next(element.value for element in app.markdown if "after refining" in element.value)
    before, after = (float(number) for number in re.findall(r"0\.\d+", text))
    assert after < before
    app.number_input(key="go_to").set_value(5).run()
    assert "after refining" not in headings(app)
    assert not any(b.key == "refine_code" for b in explore(dataset="digits", model="vae-d8").button)


def test_no_page_imports_umap():
    code = (
        "import sys\nfrom streamlit.testing.v1 import AppTest\n"
        f"app = AppTest.from_file({str(APP)!r}, default_timeout=60).run()\n"
        "app.query_params['model'] = 'ae-d8'\n"
        "app.switch_page('explore/page.py').run()\n"
        "assert not app.exception\nassert 'umap' not in sys.modules, 'umap was imported'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("explore", {"model": "vae-d8"}),
        ("interpolate", {}),
        ("sample", {}),
        ("edit", {}),
        ("compression", {}),
        ("denoise", {}),
        ("compare", {"view": "image"}),
        ("compare", {"view": "maps"}),
        ("compare", {"view": "neighbours"}),
        ("compare", {"view": "inside"}),
        ("compare", {"view": "geometry"}),
    ],
)
def test_a_session_keeps_no_bundle(page, query):
    """Streamlit keeps what callbacks of all widgets ever drawn refer to until the session ends."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    for name, value in ({"dataset": "digits"} | query).items():
        app.query_params[name] = value
    app.switch_page(SCRIPTS[page]).run()
    assert not app.exception
    st.cache_resource.clear()
    st.cache_data.clear()
    gc.collect()
    assert not [found.spec.id for found in gc.get_objects() if isinstance(found, Bundle)]
