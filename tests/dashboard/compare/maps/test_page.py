"""Linked maps section, run without a browser."""

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


def test_alignment_is_in_the_address():
    app = compare("maps", "vae-d2", "pca-d2", "ae-d8")
    assert "540 of 540 test images" in texts(app)
    assert "align" not in app.query_params
    app.toggle(key="pick_align").set_value(False).run()
    assert not app.exception
    assert app.query_params["align"] == "off"
    assert app.query_params["models"] == ["vae-d2", "pca-d2", "ae-d8"]


def test_an_unknown_alignment_is_named():
    app = compare("maps", "vae-d2", "pca-d2", align="sideways")
    assert any("no alignment “sideways”" in note.value for note in app.warning)
    assert app.toggle(key="pick_align").value
