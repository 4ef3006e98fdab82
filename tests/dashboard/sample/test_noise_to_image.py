"""The strip from noise to image, for models that sample by a flow."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.data.catalogue import catalogue, open_bundle
from dashboard.sample.services import (
    MAX_COLUMNS,
    against_autoencoder,
    milliseconds,
    noise_to_image,
    usual_steps,
)
from latentcore.exceptions import UnsupportedOperation
from tests.dashboard.pages import open_page, text_of

FLOW = "digits/flow-d2"


def html_of(app) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("n_steps", [1, 10, 20])
def test_the_strip_begins_with_noise_and_ends_with_the_samples(n_steps):
    bundle = open_bundle(FLOW)
    found = noise_to_image(bundle, 3, 5, n_steps)
    codes = bundle.model.sample_codes(3, seed=5)
    assert found.images.shape == (3, min(n_steps + 1, MAX_COLUMNS), 1, 8, 8)
    assert (found.steps[0], found.steps[-1]) == (0, n_steps)
    assert list(found.steps) == sorted(set(found.steps))
    assert np.allclose(found.images[:, -1], bundle.model.decode_in_steps(codes, n_steps), atol=1e-6)
    assert np.allclose(found.images[:, 0], bundle.model.decode_autoencoder_codes(codes), atol=1e-6)


def test_more_steps_follow_the_flow_more_closely():
    bundle = open_bundle(FLOW)
    assert usual_steps(bundle) == 10
    differences = [noise_to_image(bundle, 1, 0, n).difference for n in (1, 5, 20)]
    assert differences == sorted(differences, reverse=True)
    assert differences[0] > 10 * differences[-1]
    assert milliseconds(bundle, 2) > 0


def test_the_page_shows_the_strip_of_a_flow_and_of_no_other_model():
    app = open_page("sample", models=["vae-d2", "flow-d2"])
    assert not app.exception
    assert html_of(app).count("after 10 of 10 steps") == 4
    app.slider(key="solver_steps").set_value(2).run()
    assert html_of(app).count("after 2 of 2 steps") == 4
    assert "From noise to image" not in text_of(open_page("sample", models=["vae-d2"]))


def test_a_model_without_a_flow_is_refused():
    with pytest.raises(UnsupportedOperation, match="has no flow"):
        noise_to_image(open_bundle("digits/vae-d8"), 1, 0, 5)


def test_the_gain_over_an_autoencoder_is_that_of_the_scores(monkeypatch):
    bundle = open_bundle(FLOW)
    assert against_autoencoder(bundle) is None  # digits have no feature network
    plain = catalogue().specs["digits/ae-d2"]
    monkeypatch.setitem(plain.metrics, "fd_percent", {"value": 12.0})
    monkeypatch.setitem(bundle.spec.metrics, "fd_percent", {"value": 1.5})
    found = against_autoencoder(bundle)
    assert found is not None
    assert (found.title, found.flow, found.autoencoder) == ("Autoencoder, 2-D", 1.5, 12.0)
