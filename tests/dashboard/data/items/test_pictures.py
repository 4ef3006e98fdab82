"""Pictures in the table of a collection, as pages show them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import ExifTags, Image

from dashboard.data.items.pictures import N_TILES, NO_PICTURE, THUMBNAIL, item_images, item_strips
from dashboard.data.items.spaces import open_space, scanned_spaces
from latentcore.spaces.building import NewSpace
from latentcore.spaces.table.items_table import items_table
from latentcore.spaces.writing import NewCollection, save_collection
from tests.dashboard.spaces import N_ITEMS, made_codes

RED, BLUE = (255, 0, 0), (0, 0, 255)
SIZE = THUMBNAIL.size


def encoded(image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


def red_over_blue(*, turned: bool) -> bytes:
    """Return a picture that is red above and blue below, stored on its side if `turned`."""
    image = Image.new("RGB", (40, 40), RED)
    image.paste(BLUE, (0, 20, 40, 40))
    exif = Image.Exif()
    if turned:
        exif[ExifTags.Base.Orientation] = 6
        image = image.rotate(90)
    return encoded(image, exif=exif)


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    scanned_spaces.clear()
    wide = Image.new("RGB", (60, 20), RED)
    wide.paste(BLUE, (20, 5, 40, 15))
    clear = Image.new("RGBA", (30, 30), (0, 0, 0, 0))
    pictures = [encoded(wide), red_over_blue(turned=False), red_over_blue(turned=True), encoded(clear)]
    pictures += [b"no picture", None] + [encoded(wide)] * (N_ITEMS - 6)
    items = items_table({"thumb": pictures})
    collection = NewCollection(name="cards", items=items, n_items=N_ITEMS)
    save_collection(collection, [(NewSpace(name="one", title="One", plane="pca"), made_codes(0))])
    yield open_space("cards/one")
    scanned_spaces.clear()


def test_pictures_are_upright_in_the_middle_of_squares(space):
    wide, upright, turned, clear, *without = item_images(space, np.arange(6))
    assert wide.shape == (3, SIZE, SIZE)
    assert wide[2, SIZE // 2, SIZE // 2] > 0.9  # blue in the middle, the border's red around it
    assert wide[0, [0, -1], SIZE // 2].min() > 0.9
    assert np.array_equal(upright, turned)
    assert upright[0, 2].min() > 0.9
    assert upright[2, -3].min() > 0.9
    assert clear.min() == 1
    assert all((one == NO_PICTURE).all() for one in without)


def test_the_map_has_one_tile_per_item(space):
    strips = item_strips(space, np.arange(N_ITEMS), stacked=False)
    assert strips.tile_shape == (SIZE, SIZE)
    assert len(strips.uris) == -(-N_ITEMS // N_TILES)
