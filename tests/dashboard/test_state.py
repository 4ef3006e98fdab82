"""What the URL and the state make of each other, on a page that publishes two names."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

PAGE = "http://localhost/page"


def page() -> None:
    from dashboard import state  # noqa: PLC0415 - AppTest runs this function's source

    state.begin()
    state.publish({"colour": "class"}, dataset="digits", colour=state.get("colour") or "class")


@pytest.fixture
def app(monkeypatch) -> AppTest:
    monkeypatch.setattr("dashboard.state.page_address", lambda: PAGE)
    return AppTest.from_function(page)


def query_after(app: AppTest, **query: str) -> dict[str, str]:
    """Return the names of the URL after a visit of an address."""
    app.query_params.clear()
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return {name: app.query_params[name] for name in app.query_params}


@pytest.mark.parametrize("query", [{}, {"colour": "class"}, {"colour": "error"}])
def test_an_address_that_says_as_much_as_the_page_stays_as_it_is(app, query):
    given = {"dataset": "digits", **query}
    assert query_after(app, **given) == given


def test_an_address_that_lacks_more_than_a_default_is_completed(app):
    assert query_after(app, colour="error") == {"dataset": "digits", "colour": "error"}
    assert query_after(app) == {"dataset": "digits", "colour": "error"}


def test_a_name_that_is_gone_from_the_address_of_the_same_page_is_at_its_default(app):
    query_after(app, dataset="digits", colour="error")
    assert query_after(app, dataset="digits") == {"dataset": "digits"}
    assert "colour" not in app.session_state["_values"]


def test_another_page_keeps_the_names_of_the_former_one(app, monkeypatch):
    query_after(app, dataset="digits", colour="error")
    monkeypatch.setattr("dashboard.state.page_address", lambda: "http://localhost/other")
    assert query_after(app, dataset="digits") == {"dataset": "digits", "colour": "error"}
