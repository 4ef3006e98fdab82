"""The gallery of test images."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from dashboard.data.catalogue import open_bundle
from dashboard.data.images.gallery import random_gallery
from latentcore.datasets import load_dataset


@pytest.mark.parametrize("label", [-1, 3])
@pytest.mark.parametrize("seed", [0, 7])
def test_a_gallery_gives_the_index_of_each_image(label, seed):
    wall = random_gallery(open_bundle("digits/pca-d2"), label, seed, 20)
    test = load_dataset("digits", "test")
    assert len(set(wall.indices)) == 20
    for uri, index in zip(wall.uris, wall.indices, strict=True):
        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))), float) / 255
        assert np.abs(pixels - test.images[index, 0]).max() <= 1 / 255
        assert label < 0 or test.labels[index] == label
