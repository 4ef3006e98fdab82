"""New images for colour and own datasets: treated as the dataset's images were when it was added."""

from __future__ import annotations

import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from dashboard.data.images.matching import (
    can_draw,
    fit_of,
    match_dataset,
    on_ground,
    takes_images_as_they_are,
)
from dashboard.data.images.uploads import LONGEST_SIDE, PlainImage, UnreadableImage, read_plain_image
from latentcore.datasets import load_dataset
from latentcore.datasets.own.add import add_dataset
from latentcore.datasets.own.options import AddOptions
from latentcore.datasets.rooms import ROOMS
from latentcore.store import load_bundle

RNG = np.random.default_rng(0)
WIDE = Image.fromarray(RNG.integers(0, 255, (5, 8, 3), dtype=np.uint8)).resize((160, 100))


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def bundle_of(dataset: str, shape: tuple[int, int, int], ground: float = 0.0) -> SimpleNamespace:
    """What preprocessing asks of a bundle: its dataset, the shape of its images, and some of them."""
    golden = np.full((4, *shape), ground, np.float32)
    return SimpleNamespace(spec=SimpleNamespace(dataset=dataset), image_shape=shape, golden_images=golden)


@pytest.fixture
def folder(tmp_path):
    """A folder of wide pictures: colours, transparency, camera orientation, black on white."""
    camera = Image.Exif()
    camera[0x0112] = 6
    alpha = WIDE.convert("RGBA")
    alpha.putalpha(Image.linear_gradient("L").resize(WIDE.size))
    ink = Image.new("L", WIDE.size, 255)
    ink.paste(0, (60, 20, 80, 90))
    for k, data in enumerate(
        (
            encoded(WIDE),
            encoded(alpha),
            encoded(WIDE, "JPEG", quality=95, exif=camera),
            encoded(ink),
            encoded(WIDE.convert("P")),
            encoded(WIDE.rotate(90, expand=True), "WEBP", lossless=True),
        )
    ):
        (tmp_path / f"{k}.png").write_bytes(data)
    return tmp_path


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("colour", ["grey", "rgb"])
def test_a_file_of_the_dataset_uploaded_again_gives_the_same_pixels(
    folder, tmp_path_factory, monkeypatch, fit, colour
):
    data = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("LATENTCORE_DATA", str(data))
    add_dataset("wide", folder, data, options=AddOptions(size=24, fit=fit, colour=colour))
    stored = np.concatenate([load_dataset("wide", split).images for split in ("train", "test")])
    bundle = bundle_of("wide", stored.shape[1:])
    assert fit_of(bundle) == fit
    assert takes_images_as_they_are(bundle)
    for path in sorted(folder.iterdir()):
        found = match_dataset(bundle, read_plain_image(path.read_bytes()))
        assert found.image.shape == stored.shape[1:]
        assert found.image.dtype == np.float32
        nearest = np.abs(stored - found.image).mean(axis=(1, 2, 3)).min()
        most = 4 if path.read_bytes().startswith(b"\xff\xd8") else 1  # JPEG was decoded at a reduced size
        assert nearest < most / 255, path.name
        assert any("24 by 24" in note for note in found.notes)


def test_a_train_image_uploaded_as_png_is_the_same_image():
    images = ROOMS.scale(ROOMS.read("train", np.arange(8))[0])
    bundle = bundle_of("rooms", (3, 32, 32))
    for image in images:
        pixels = np.rint(image * 255).astype(np.uint8).transpose(1, 2, 0)
        found = match_dataset(bundle, read_plain_image(encoded(Image.fromarray(pixels))))
        assert np.abs(found.image - image).max() < 1e-6
        assert found.notes == ("taken as it is, 32 by 32 pixels",)


def test_the_notes_say_what_was_done():
    bundle = bundle_of("gone", (1, 20, 20))
    found = match_dataset(bundle, read_plain_image(encoded(WIDE)))
    assert found.notes == (
        "colours turned to grey",
        "cropped to the central square and resized to 20 by 20 pixels, as the dataset's images were",
    )
    clear = WIDE.convert("RGBA")
    clear.putalpha(9)
    assert "transparent parts laid over white" in read_plain_image(encoded(clear)).notes


@pytest.mark.parametrize("paper", [0, 255])
def test_brightness_is_left_alone(paper):
    sheet = Image.new("L", (40, 40), paper)
    sheet.paste(255 - paper, (15, 15, 25, 25))
    for ground in (0.0, 1.0):
        found = match_dataset(bundle_of("mine", (3, 20, 20), ground), read_plain_image(encoded(sheet)))
        assert found.image[:, 0, 0] == pytest.approx(paper / 255)
        assert found.image[:, 10, 10] == pytest.approx(1 - paper / 255)


def test_a_blank_image_is_taken():
    found = match_dataset(
        bundle_of("mine", (3, 20, 20)), read_plain_image(encoded(Image.new("RGB", (9, 9), "red")))
    )
    assert found.image[0] == pytest.approx(1)
    assert found.image[1:] == pytest.approx(0)


def test_other_shapes_than_squares_are_filled():
    found = match_dataset(bundle_of("mine", (3, 20, 30)), read_plain_image(encoded(WIDE)))
    assert found.image.shape == (3, 20, 30)


@pytest.mark.parametrize(
    ("dataset", "shape", "ground", "drawn"),
    [
        ("mnist", (1, 28, 28), 0.0, True),
        ("fashion_mnist", (1, 28, 28), 0.4, True),
        ("rooms", (3, 32, 32), 0.0, False),
        ("mine", (1, 28, 28), 0.0, True),
        ("mine", (1, 28, 28), 1.0, True),
        ("mine", (1, 28, 28), 0.5, False),
        ("mine", (3, 28, 28), 0.0, False),
    ],
)
def test_drawing_is_offered_for_grey_images_on_an_empty_ground(dataset, shape, ground, drawn):
    assert can_draw(bundle_of(dataset, shape, ground)) is drawn


def test_a_drawing_is_turned_to_the_ground_of_the_dataset():
    pixels = np.zeros((9, 9), np.uint8)
    pixels[4] = 255
    drawing = PlainImage(pixels, (), has_colours=False)
    assert on_ground(bundle_of("mine", (1, 28, 28), 0.0), drawing) is drawing
    turned = on_ground(bundle_of("mine", (1, 28, 28), 1.0), drawing)
    assert turned.pixels[0, 0] == 255
    assert turned.pixels[4, 4] == 0
    assert "black and white exchanged" in turned.notes


def test_grey_datasets_of_the_library_keep_their_own_preprocessing():
    assert not takes_images_as_they_are(load_bundle("digits/pca-d2"))


def test_sixteen_bits_and_large_images():
    deep = (np.mgrid[:40, :60][1] * 1000).astype(np.uint16)
    found = read_plain_image(encoded(Image.fromarray(deep)))
    assert found.pixels.max() == round(59_000 / 65_535 * 255)
    assert not found.has_colours
    assert max(read_plain_image(encoded(WIDE.resize((3000, 2000)))).pixels.shape) == LONGEST_SIDE
    with pytest.raises(UnreadableImage, match="damaged or cut off"):
        read_plain_image(encoded(Image.effect_noise((90, 90), 90))[:2000])
