"""The guided story, run without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data.catalogue import catalogue
from dashboard.ui.presentation import story_of
from tests.dashboard.pages import APP, SCRIPTS, open_address

OWN_KEYS = {
    "overview": "pick_images",
    "explore": "go_to",
    "interpolate": "pick_path",
    "sample": "pick_n",
    "compare": "pick_by",
}
"""A widget of each page that no other page has."""


def headings(app: AppTest) -> str:
    return " ".join(element.value for element in app.markdown)


def opened(view: str = "overview", **query: str) -> AppTest:
    """Open a page with names and values in its URL."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    open_address(app, view)
    assert not app.exception
    return app


def shown_page(app: AppTest) -> str:
    if any(caption.value.startswith("The same test images throughout") for caption in app.caption):
        return "explore"  # the player of how a space formed has no widget
    keys = {
        widget.key
        for kind in ("number_input", "selectbox", "segmented_control", "pills", "slider", "toggle")
        for widget in app.get(kind)
    }
    (view,) = (view for view, key in OWN_KEYS.items() if key in keys)
    return view


def is_story(app: AppTest) -> bool:
    return any(button.key == "story_next" for button in app.button)


def assert_shows_step(app: AppTest, number: int) -> None:
    """Assert that title and sentence of a step are shown above its page, and the page is in its state."""
    step = story_of(catalogue(), app.query_params["dataset"])[number]
    assert f"## {step.title}" in [element.value for element in app.markdown]
    assert step.sentence in headings(app)
    assert shown_page(app) == Path(step.view).parent.name
    assert {name: app.query_params.get(name) for name in step.query} == step.query
    assert app.query_params["present"] == str(number)


def test_the_story_is_shown_page_by_page_and_ends():
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["dataset"] = "digits"
    app.run()
    next(button for button in app.button if button.label == "Present").click().run()
    titles = []
    for _ in range(9):
        assert not app.exception
        titles.append(next(e.value for e in app.markdown if e.value.startswith("## ")))
        pickers = {widget.key for widget in [*app.selectbox, *app.multiselect]}
        assert not pickers & {"pick_dataset", "pick_models", "pick_plane"}
        app.button(key="story_next").click().run()
    assert len(set(titles)) == 9
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


@pytest.mark.parametrize(
    ("view", "dataset", "number"),
    [
        *(("overview", "digits", number) for number in range(10)),
        *(("compare", "digits", number) for number in (0, 1, 9)),
        *(("explore", "digits", number) for number in (0, 3, 5, 9)),
        ("explore", "mnist", 10),
    ],
)
def test_the_url_of_a_step_opens_its_page(view, dataset, number):
    app = opened(view, dataset=dataset, present=str(number))
    assert_shows_step(app, number)
    assert not app.warning


def test_a_step_sets_its_models_and_keeps_other_values_of_the_url():
    assert_shows_step(opened("explore", dataset="digits", model="vae-d8", present="6"), 6)
    app = opened("explore", dataset="digits", model="pca-d2", point="42", present="1")
    assert_shows_step(app, 1)
    assert "Test image 42" in headings(app)


@pytest.mark.parametrize(
    ("now", "view", "then"), [(9, "explore", 8), (1, "overview", 0), (8, "interpolate", 9)]
)
def test_back_and_forward_show_the_step_of_the_page(now, view, then):
    """The browser opens the page with the query of the former one."""
    app = opened(dataset="digits", present=str(now))
    app.switch_page(SCRIPTS[view]).run()
    assert not app.exception
    assert_shows_step(app, then)


def test_shading_of_one_step_does_not_stay_for_the_next():
    app = opened("explore", dataset="digits", present="3")
    assert app.query_params["shade"] == "on"
    app.query_params.clear()
    app.query_params["dataset"], app.query_params["present"] = "digits", "2"
    app.run()
    assert_shows_step(app, 2)
    assert "shade" not in app.query_params


@pytest.mark.parametrize(
    ("step", "number"), [("99", 9), ("9" * 5000, 9), ("-1", 0), ("x", 0), ("", 0), ("1.5", 0), ("nan", 0)]
)
def test_a_step_out_of_range_is_clipped_with_a_notice(step, number):
    app = opened(dataset="digits", present=step)
    assert_shows_step(app, number)
    at_the_end = "story_next" if number else "story_back"
    assert app.button(key=at_the_end).disabled
    assert any("step of the story" in warning.value for warning in app.warning)
    app.button(key="story_next" if at_the_end == "story_back" else "story_back").click().run()
    assert not app.warning
