"""The Interpolate page, run without a browser."""

from __future__ import annotations

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.bundles import open_partially
from tests.dashboard.pages import notices_of, open_page, text_of

STRIP_ALT = re.compile(r'alt="([^"]*): \d+ decodes along')


def strips_of(app) -> list[str]:
    """Return the titles of the models whose strips are shown."""
    html = " ".join(element.proto.body for element in app.get("html"))
    return STRIP_ALT.findall(html)


def test_it_opens_with_one_model_of_each_family():
    app = open_page("interpolate")
    assert app.query_params["models"] == ["pca-d8", "ae-d8", "vae-d8", "gan-d8"]
    assert strips_of(app) == ["PCA, 8-D", "Autoencoder, 8-D", "VAE, 8-D", "GAN, 8-D"]


def test_chosen_models_are_in_the_url():
    app = open_page("interpolate", models=["lda-d2", "vae-d2"])
    app.multiselect(key="pick_models").set_value(["vae-d2", "gan-d2"]).run()
    assert not app.exception
    assert app.query_params["models"] == ["vae-d2", "gan-d2"]


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"models": ["vae-d77"]}, "no model “vae-d77”"),
        ({"start": "99999"}, "no test image “99999”"),
        ({"end": "class:eleven"}, "no class “eleven”"),
        ({"steps": "1000"}, "number of steps goes from 5 to 25, not “1000”"),
        ({"steps": "-3"}, "goes from 5 to 25"),
        ({"path": "crooked"}, "no path “crooked”"),
        ({"steps": "--5"}, "number of steps “--5” is no whole number"),
        ({"steps": "²"}, "number of steps “²” is no whole number"),
        ({"start": "9" * 5000}, "no test image “9999"),
        ({"dataset": "cats", "models": ["vae-d16"]}, "no dataset “cats”"),
        ({"models": ["vae-d16"]}, "no model “vae-d16” of Handwritten digits"),
    ],
)
def test_an_invalid_value_in_the_url_gives_a_notice_and_the_page_works(query, notice):
    app = open_page("interpolate", **query)
    assert any(notice in text for text in notices_of(app))
    assert re.search(r"VAE, (8|16)-D", text_of(app))


def test_the_controls_of_a_path_change_the_strips():
    app = open_page("interpolate", models=["vae-d2"], start="3", end="class:two")
    assert "spherical path" in text_of(app)
    assert "Mean code of two" in text_of(app)
    app.slider(key="pick_steps").set_value(7).run()
    app.segmented_control(key="pick_path").set_value("straight").run()
    assert not app.exception
    assert "straight path" in text_of(app)
    assert app.query_params["steps"] == "7"
    next(button for button in app.button if button.label == "Random pair").click().run()
    assert app.query_params["start"] != "3"


def test_a_flow_also_shows_the_straight_line_between_its_autoencoders_codes():
    app = open_page("interpolate", models=["vae-d2", "flow-d2"], steps="7")
    assert not app.exception
    html = " ".join(element.proto.body for element in app.get("html"))
    assert "Latent flow, 2-D: 7 decodes along a spherical path" in html
    assert html.count("straight line between codes of its autoencoder") == 1
    assert "{AXIS_SPACE}" not in html


def test_without_the_dataset_stand_ins_are_shown_and_distances_estimated(no_data):
    app = open_page("interpolate", dataset="mnist", models=["pca-d16", "ae-d16", "vae-d16", "gan-d16"])
    assert any("shown as stand-ins: decodes by Autoencoder, 16-D" in one.value for one in app.caption)
    assert app.button(key="fetch_dataset").label == "Download MNIST"
    assert "nearest train image (estimated)" in " ".join(
        re.sub("<[^>]+>", "", element.proto.body) for element in app.get("html")
    )
    assert not app.warning
    assert not app.error


def test_a_model_without_the_code_of_an_endpoint_is_left_out(monkeypatch):
    open_partially(monkeypatch, "digits/vae-d8", np.arange(0, 540, 3))
    app = open_page("interpolate", models=["ae-d8", "vae-d8"], start="4", end="class:two")
    assert "VAE, 8-D has no code of test image 4 and is left out." in text_of(app)
    assert strips_of(app) == ["Autoencoder, 8-D"]
    app = open_page("interpolate", models=["ae-d8", "vae-d8"], start="3", end="6")
    assert strips_of(app) == ["Autoencoder, 8-D", "VAE, 8-D"]


def test_an_endpoint_that_the_first_model_has_no_code_of_gives_a_notice(monkeypatch):
    open_partially(monkeypatch, "digits/vae-d8", np.arange(0, 540, 3))
    app = open_page("interpolate", models=["vae-d8", "ae-d8"], start="4")
    assert any("no test image “4”" in text for text in notices_of(app))
    assert app.query_params["start"] == "0"


def test_corners_accept_only_images_that_the_model_has_codes_of(monkeypatch):
    open_partially(monkeypatch, "digits/vae-d8", np.arange(0, 540, 3))
    app = open_page("interpolate", models=["ae-d8", "vae-d8"])
    app.session_state["corners"] = True
    app.run()
    app.number_input(key="corner_0").set_value(4).run()
    assert app.number_input(key="corner_0").value == 4
    app.selectbox(key="grid_of").set_value("digits/vae-d8").run()
    assert app.number_input(key="corner_0").value == 6
    app.number_input(key="corner_0").set_value(5).run()
    assert app.number_input(key="corner_0").value == 3
    app.number_input(key="corner_0").set_value(4).run()
    assert app.number_input(key="corner_0").value == 6
    app.button(key="random_corners").click().run()
    assert not app.exception
    assert all(app.number_input(key=f"corner_{k}").value % 3 == 0 for k in range(4))


def corners_of(app: AppTest) -> list[int]:
    """Return the indices of the four corners that are shown."""
    return [app.number_input(key=f"corner_{k}").value for k in range(4)]


def test_corners_and_model_of_the_grid_are_in_the_address():
    app = open_page("interpolate", models=["ae-d8", "vae-d8"])
    assert "corners" not in app.query_params
    app.session_state["corners"] = True
    app.run()
    app.number_input(key="corner_2").set_value(77).run()
    app.selectbox(key="grid_of").set_value("digits/vae-d8").run()
    link = {"corners": app.query_params["corners"], "grid": app.query_params["grid"]}
    assert link["corners"].split(",")[2] == "77"
    assert link["grid"] == "vae-d8"
    shared = open_page("interpolate", models=["ae-d8", "vae-d8"], **link)
    assert corners_of(shared) == corners_of(app)
    assert shared.selectbox(key="grid_of").value == "digits/vae-d8"
    app.session_state["corners"] = False
    app.run()
    assert not {"corners", "grid"} & set(app.query_params)


def test_another_address_moves_the_corners():
    app = open_page("interpolate", models=["vae-d8"], corners="1,2,3,4")
    assert corners_of(app) == [1, 2, 3, 4]
    app.query_params["corners"] = "5,6,7,8"
    app.run()
    assert corners_of(app) == [5, 6, 7, 8]


@pytest.mark.parametrize("corners", ["1,2,3", "1,2,3,x", "1,2,3,-4", "", "9" * 40])
def test_corners_that_are_no_four_images_are_refused(corners):
    app = open_page("interpolate", models=["vae-d8"], corners=corners)
    assert any("four test images" in notice for notice in notices_of(app))
    assert "corners" not in app.query_params


def test_corners_beyond_the_test_split_are_its_last_image():
    app = open_page("interpolate", models=["vae-d8"], corners="0,1,2,999999999")
    assert corners_of(app) == [0, 1, 2, 539]
