"""Linked maps section, run without a browser."""

from __future__ import annotations

from tests.dashboard.pages import open_section, section_text


def test_alignment_is_in_the_address():
    app = open_section("maps", "vae-d2", "pca-d2", "ae-d8")
    assert "540 of 540 test images" in section_text(app)
    assert "align" not in app.query_params
    app.toggle(key="pick_align").set_value(False).run()
    assert not app.exception
    assert app.query_params["align"] == "off"
    assert app.query_params["models"] == ["vae-d2", "pca-d2", "ae-d8"]


def test_an_unknown_alignment_is_named():
    app = open_section("maps", "vae-d2", "pca-d2", align="sideways")
    assert any("no alignment “sideways”" in note.value for note in app.warning)
    assert app.toggle(key="pick_align").value
