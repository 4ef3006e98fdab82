"""Neighbours section, run without a browser."""

from __future__ import annotations

from tests.dashboard.pages import open_section, section_text


def test_neighbours_are_counted_and_listed():
    app = open_section("neighbours", "vae-d2", "ae-d8", "pca-d2")
    assert "among all 540 test images" in section_text(app)
    assert "Largest change" in section_text(app)
