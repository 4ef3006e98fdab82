"""Samples, their nearest train images, and variations."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
import streamlit as st

from dashboard.data.catalogue import open_bundle
from dashboard.data.sampling import SamplingSettings, nearest_images, sample_images, samples_npz, variations
from latentcore.datasets import load_dataset
from latentcore.exceptions import BundleError
from latentcore.store import load_bundle
from tests.dashboard.bundles import partial_bundle

DRAW = SamplingSettings(n=16, seed=3, temperature=1.0, truncation=None, density="gaussian")


@pytest.fixture(autouse=True)
def empty_caches() -> Iterator[None]:
    for cache in (st.cache_data, st.cache_resource):
        cache.clear()
    yield
    for cache in (st.cache_data, st.cache_resource):
        cache.clear()


def test_the_same_seed_gives_the_same_samples_and_the_file_holds_them():
    samples = sample_images(open_bundle("digits/vae-d8"), DRAW)
    st.cache_data.clear()
    assert np.array_equal(samples.codes, sample_images(open_bundle("digits/vae-d8"), DRAW).codes)
    with np.load(io.BytesIO(samples_npz(samples, DRAW)), allow_pickle=False) as archive:
        assert np.array_equal(archive["codes"], samples.codes)
        assert int(archive["seed"]) == 3
        decoded = load_bundle("digits/vae-d8").model.decode(archive["codes"])
        assert np.allclose(decoded, archive["images"], atol=1e-4)


def test_samples_are_classified_again_once_originals_are_there(absent_digits):
    bundle = open_bundle("digits/vae-d8")
    samples = sample_images(bundle, DRAW)
    assert nearest_images(bundle, samples.images[0])[0].made_by == "digits/transformer-d8"
    absent_digits()
    samples = sample_images(bundle, DRAW)
    assert samples.classifier == "the nearest train image"
    assert nearest_images(bundle, samples.images[0])[0].made_by is None


def test_the_train_image_nearest_to_a_train_image_is_itself():
    train = load_dataset("digits", "train")
    found = nearest_images(open_bundle("digits/pca-d2"), train.images[17])
    assert found[0].index == 17
    assert found[0].distance == pytest.approx(0, abs=1e-4)


def test_variations_begin_with_the_reconstruction_and_equal_it_at_radius_zero():
    images = variations(open_bundle("digits/vae-d2"), 5, 0.0, 6, 0)
    bundle = load_bundle("digits/vae-d2")
    assert np.allclose(images, bundle.model.decode(bundle.test.codes[5:6]), atol=1e-6)
    assert np.ptp(variations(open_bundle("digits/vae-d2"), 5, 0.5, 6, 0), axis=0).max() > 0.1


def test_variations_of_a_part_of_the_test_split_find_the_image_by_its_index():
    part, whole = partial_bundle("digits/vae-d2", np.arange(0, 540, 3)), load_bundle("digits/vae-d2")
    assert np.array_equal(variations(part, 9, 0.5, 6, 0), variations(whole, 9, 0.5, 6, 0))
    with pytest.raises(BundleError, match="has no code of test image"):
        variations(part, 4, 0.5, 6, 0)
