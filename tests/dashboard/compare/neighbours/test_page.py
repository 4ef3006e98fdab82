"""Neighbours section, run without a browser."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[4] / "dashboard" / "app.py"


def compare(view: str, *models: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    for key, value in {"dataset": "digits", "view": view, "models": list(models), **query}.items():
        app.query_params[key] = value
    app.switch_page("compare/page.py").run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.caption, *app.info])


def test_neighbours_are_counted_and_listed():
    app = compare("neighbours", "vae-d2", "ae-d8", "pca-d2")
    assert "among all 540 test images" in texts(app)
    assert "Largest change" in texts(app)
