"""The Compare page: sections, models and state in the address, run without a browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard import pages

SECTIONS = {
    "scores": "Scoreboard",
    "image": "One image",
    "maps": "Linked maps",
    "neighbours": "Neighbours",
    "spaces": "Similarity",
    "inside": "Internals",
    "geometry": "Decoder geometry",
}
"""Titles by the names in shared links, which must keep working."""


def open_compare(**query: object) -> AppTest:
    return pages.open_page("compare", **query)


@pytest.mark.parametrize("view", list(SECTIONS))
def test_a_link_opens_its_section(view):
    app = open_compare(view=view, models=["vae-d2", "pca-d2"])
    picker = app.segmented_control(key="pick_view")
    assert picker.value == view
    assert picker.options == list(SECTIONS.values())
    assert app.query_params["view"] == view
    assert not app.warning


def test_the_address_restores_the_page():
    app = open_compare(view="spaces", likeness="mutual_knn", models=["vae-d2", "pca-d2"])
    assert app.query_params["likeness"] == "mutual_knn"
    assert app.segmented_control(key="pick_similarity").value == "mutual_knn"


def test_an_unknown_choice_falls_back_with_a_notice():
    app = open_compare(view="nonsense", group="nothing", match="vae-d77", x="nope", models=["vae-d77"])
    warned = " ".join(element.value for element in app.warning)
    for word in ("nonsense", "vae-d77"):
        assert word in warned


def test_models_of_another_dataset_are_left_out_with_a_notice():
    app = open_compare(models=["vae-d2", "vae-d16"])
    assert "vae-d16" in " ".join(element.value for element in app.warning)
    assert app.dataframe[0].value["Model"].tolist() == ["VAE, 2-D"]
