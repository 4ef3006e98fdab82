"""Codes and titles of endpoints."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.data.catalogue import open_bundle
from dashboard.data.endpoints import (
    ClassMeanEndpoint,
    ImageEndpoint,
    endpoint_code,
    endpoint_title,
    image_code,
)
from latentcore.exceptions import BundleError
from latentcore.store import load_bundle
from tests.dashboard.bundles import partial_bundle


def test_a_class_mean_is_the_mean_of_its_train_codes():
    bundle = load_bundle("digits/pca-d2")
    mean = bundle.train.codes[bundle.train.labels == 4].mean(axis=0)
    assert np.allclose(endpoint_code(open_bundle("digits/pca-d2"), ClassMeanEndpoint(4)), mean, atol=1e-5)
    assert endpoint_title(bundle, ClassMeanEndpoint(4)) == "Mean code of four"


def test_an_image_is_found_by_its_index_and_not_by_its_row():
    whole, part = load_bundle("digits/pca-d2"), partial_bundle("digits/pca-d2", np.arange(0, 540, 3))
    assert np.array_equal(endpoint_code(part, ImageEndpoint(9)), whole.test.codes[9])
    assert endpoint_title(part, ImageEndpoint(9)) == endpoint_title(whole, ImageEndpoint(9))
    with pytest.raises(BundleError, match="has no code of test image"):
        image_code(part, 4)
