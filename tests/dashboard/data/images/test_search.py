"""Searching train images: exact with originals, estimated without, and absent without an index."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import streamlit as st

from dashboard.data.catalogue import open_bundle
from dashboard.data.endpoints import ImageEndpoint
from dashboard.data.images import search as image_search
from dashboard.data.images.originals import train_originals
from dashboard.data.images.search import can_search, nearest_train_images, usual_image_distance
from dashboard.data.sampling import SamplingSettings, nearest_images, sample_images
from dashboard.interpolate.services import make_strip
from latentcore.datasets import load_dataset
from latentcore.exceptions import DatasetMissing

ID = "digits/vae-d8"
DRAW = SamplingSettings(n=9, seed=0, temperature=1.0, truncation=None, density="gaussian")


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    clear()
    yield
    clear()


def clear() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def no_originals(monkeypatch):
    def missing(*_: object) -> None:
        raise DatasetMissing("not here")

    monkeypatch.setattr(image_search, "held_pixels", missing)
    monkeypatch.setattr(image_search, "original_images", lambda *_: None)


@pytest.fixture
def no_index(monkeypatch):
    monkeypatch.setattr(image_search, "load_index", lambda _: None)


def test_originals_are_searched_exactly():
    train = load_dataset("digits", "train").images
    found = nearest_train_images(open_bundle(ID), train[[40, 900]], k=2)
    assert found is not None
    assert not found.estimated
    assert open_bundle(ID).train.indices[found.rows[:, 0]].tolist() == [40, 900]
    assert found.distances[:, 0].tolist() == [0, 0]


def test_without_originals_distances_are_estimated(no_originals):
    images = load_dataset("digits", "test").images[:50]
    found = nearest_train_images(open_bundle(ID), images, k=1)
    assert found is not None
    assert found.estimated
    usual = usual_image_distance(open_bundle(ID), estimated=True)
    assert float(np.median(found.distances)) == pytest.approx(usual, rel=0.2)


def test_of_a_rendered_dataset_the_index_is_searched(monkeypatch):
    bundle = open_bundle("shapes/pca-d2")
    images = train_originals(bundle, np.arange(3))
    assert images is not None
    monkeypatch.setattr(image_search, "held_pixels", None)
    found = nearest_train_images(bundle, images, k=1)
    assert found is not None
    assert found.estimated
    assert found.rows[:, 0].tolist() == [0, 1, 2]


def test_an_index_of_other_images_is_not_used(monkeypatch, no_originals):
    monkeypatch.setattr(image_search, "load_index", lambda _: image_search_index("shapes"))
    assert nearest_train_images(open_bundle(ID), load_dataset("digits", "test").images[:1], k=1) is None


def image_search_index(dataset: str) -> object:
    from latentcore.image_index import load_index  # noqa: PLC0415 - the module's own is replaced

    return load_index(dataset)


def test_without_an_index_the_usual_distance_is_measured(no_index):
    shipped = image_search_index("digits")
    assert can_search(open_bundle(ID))
    assert usual_image_distance(open_bundle(ID), estimated=False) == pytest.approx(
        shipped.median_distance, rel=1e-3
    )


def test_without_images_and_index_what_needs_them_is_absent(no_originals, no_index):
    assert not can_search(open_bundle(ID))
    strip = make_strip(open_bundle(ID), ImageEndpoint(index=3), ImageEndpoint(index=9), 5, "straight")
    assert strip.image_distance is None
    assert not strip.estimated
    samples = sample_images(open_bundle(ID), DRAW)
    assert samples.classifier == "the nearest train code"
    assert nearest_images(open_bundle(ID), samples.images[0]) == []
