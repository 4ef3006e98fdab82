"""Strips and the corner grid of Interpolate."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import streamlit as st

from dashboard.data.catalogue import open_bundle
from dashboard.data.endpoints import ImageEndpoint, endpoint_code
from dashboard.interpolate.services import autoencoder_line, corner_images, make_strip
from latentcore.store import load_bundle
from tests.dashboard.bundles import partial_bundle


@pytest.fixture(autouse=True)
def empty_caches() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def test_a_strip_begins_and_ends_with_its_images():
    strip = make_strip(open_bundle("digits/ae-d8"), ImageEndpoint(3), ImageEndpoint(9), 9, "straight")
    bundle = load_bundle("digits/ae-d8")
    assert np.allclose(strip.codes[[0, -1]], bundle.test.codes[[3, 9]])
    assert np.allclose(strip.images[0], bundle.model.decode(bundle.test.codes[3:4])[0], atol=1e-6)
    assert strip.length >= strip.chord > 0
    assert strip.confidence is None


def test_a_strip_is_computed_again_once_originals_are_there(absent_digits):
    path = (open_bundle("digits/vae-d8"), ImageEndpoint(3), ImageEndpoint(9), 7, "straight")
    before = make_strip(*path)
    assert before.estimated
    absent_digits()
    after = make_strip(*path)
    assert not after.estimated
    assert np.abs(after.image_distance - before.image_distance).max() > 1e-5


def test_the_corners_of_a_grid_are_its_images():
    images = corner_images(open_bundle("digits/vae-d8"), (1, 2, 3, 4), 5).reshape(5, 5, 1, 8, 8)
    bundle = load_bundle("digits/vae-d8")
    expected = bundle.model.decode(bundle.test.codes[[1, 2, 3, 4]])
    assert np.allclose(images[[0, 0, -1, -1], [0, -1, 0, -1]], expected, atol=1e-5)


def test_a_grid_of_a_part_of_the_test_split_finds_its_images_by_index():
    part = partial_bundle("digits/vae-d8", np.arange(100, 540))
    whole = load_bundle("digits/vae-d8")
    corners = (100, 200, 300, 539)
    assert np.array_equal(corner_images(part, corners, 5), corner_images(whole, corners, 5))


def test_the_line_between_codes_of_an_autoencoder_has_the_endpoints_of_the_flow():
    flow, start, end = open_bundle("digits/flow-d2"), ImageEndpoint(3), ImageEndpoint(40)
    images = autoencoder_line(flow, start, end, 5)
    ends = flow.model.decode(np.stack([endpoint_code(flow, start), endpoint_code(flow, end)]))
    assert images.shape == (5, 1, 8, 8)
    assert np.allclose(images[[0, -1]], ends, atol=1e-4)
    assert autoencoder_line(open_bundle("digits/vae-d2"), start, end, 5) is None
