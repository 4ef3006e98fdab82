"""Sheets and animations of several images."""

from __future__ import annotations

import io

from PIL import Image

from dashboard.data.images.grids import grid_png, morph_gif, morph_webp
from latentcore.datasets import load_dataset


def test_sheets_and_animations_hold_their_images():
    images = load_dataset("digits", "test").images[:6]
    assert Image.open(io.BytesIO(grid_png(images, 3, factor=2))).size == (48, 32)
    for make in (morph_gif, morph_webp):
        moving = Image.open(io.BytesIO(make(images, factor=4)))
        assert moving.size == (32, 32)
        assert moving.n_frames > 6
