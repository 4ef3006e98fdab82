"""How the space formed, in the place of the map, run without a browser."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from dashboard.data.catalogue import catalogue, open_bundle
from dashboard.explore.services.formation import UNIT, player_data
from dashboard.ui.presentation import story_of
from latentcore.store import read_formation
from tests.dashboard.pages import notices_of, open_page

ID = "digits/vae-d2"


def test_the_address_opens_the_player_and_a_button_leads_back_to_the_map():
    app = open_page("explore", dataset="digits", model="vae-d2", formed="on")
    assert not app.exception
    assert not app.error
    assert any("The same test images throughout, at their codes" in one.value for one in app.caption)
    assert "latent_map" not in {chart.key for chart in app.get("vega_lite_chart")}
    app.button(key="close_formation").click().run()
    assert "formed" not in app.query_params
    app.button(key="open_formation").click().run()
    assert app.query_params["formed"] == "on"


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"model": "pca-d2", "formed": "on"}, "It was not recorded how PCA, 2-D formed; showing its map."),
        ({"model": "vae-d2", "formed": "maybe"}, "There is no view “maybe” here"),
    ],
)
def test_without_a_record_the_map_is_shown_with_a_notice(query, notice):
    app = open_page("explore", dataset="digits", **query)
    assert any(notice in one for one in notices_of(app))
    assert not app.exception
    app = open_page("explore", dataset="digits", model="pca-d2")
    assert "open_formation" not in {button.key for button in app.button}


def test_the_player_is_sent_what_was_recorded():
    bundle = open_bundle(ID)
    data = player_data(bundle, tuple("abcdefghij"), "#fff", names_shown=True)
    formation = read_formation(bundle.spec, bundle.image_shape, len(bundle.test))
    assert formation is not None
    places = np.frombuffer(base64.b64decode(data["places"]), np.int16).reshape(formation.places.shape)
    inside = (np.abs(places) <= UNIT).all(axis=2).mean()
    assert 0.95 < inside <= 1
    for axis in (0, 1):
        sent, recorded = places[:, :, axis].ravel(), formation.places[:, :, axis].ravel()
        assert np.corrcoef(sent[np.abs(sent) <= UNIT], recorded[np.abs(sent) <= UNIT])[0, 1] > 0.999
    assert data["labels"] == bundle.test.labels[formation.rows].tolist()
    assert [loss["name"] for loss in data["losses"]] == ["cross entropy", "KL divergence"]
    assert data["losses"][0]["values"] == [one["losses"]["cross_entropy"] for one in formation.history]
    assert data["strips"][0][0] == "8 test images"
    assert data["is_second_run"] == formation.is_second_run


@pytest.mark.usefixtures("absent_digits")
def test_without_originals_no_strip_claims_to_be_them():
    data = player_data(open_bundle(ID), tuple("abcdefghij"), "#fff", names_shown=True)
    assert [title for title, _, _ in data["strips"]] == [
        "Reconstructions of 8 test images",
        "Samples: decodes of 8 fixed codes",
    ]


def test_the_story_has_the_step_where_there_is_a_record():
    steps = [step for step in story_of(catalogue(), "digits") if step.recorded]
    assert [step.title for step in steps] == ["How the map formed"]
    assert not [step for step in story_of(catalogue(), "shapes") if step.recorded]
    app = open_page("explore", dataset="digits", present="5")
    assert not app.exception
    assert any("How the map formed" in one.value for one in app.markdown)
    assert "close_formation" not in {button.key for button in app.button}
