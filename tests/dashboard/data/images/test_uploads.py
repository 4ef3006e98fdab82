"""Images from elsewhere: what is read, what is refused, and how they come to look like a dataset's."""

from __future__ import annotations

import base64
import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from dashboard.data.images import uploads
from dashboard.data.images.preparing import BlankImage, layout_of, looks_inverted, prepare_image
from dashboard.data.images.uploads import UnreadableImage, bytes_of_data_url, read_image
from latentcore.store import load_bundle
from tests.splits import split_or_skip

DISC = np.hypot(*np.mgrid[-20:20, -30:30]) < 12
"""A bright disc left of nothing: 40 rows, 60 columns."""
GREY = (DISC * 200).astype(np.uint8)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixel."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 10_000) + b"IDAT"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["L", "RGB", "1"])
def test_common_modes_are_read_as_grey(kind, mode):
    image = Image.fromarray(DISC) if mode == "1" else Image.fromarray(GREY).convert(mode)
    found = read_image(encoded(image, kind))
    assert found.pixels.shape == (40, 60)
    assert found.pixels.dtype == np.float32
    assert found.notes == ()
    expected = (DISC * 1.0) if mode == "1" else GREY / 255
    assert np.abs(found.pixels - expected).mean() < 0.02


@pytest.mark.parametrize("mode", ["P", "CMYK", "YCbCr"])
def test_colours_are_turned_to_grey_and_named(mode):
    kind = "PNG" if mode == "P" else "JPEG"
    red = Image.new("RGB", (9, 9), (255, 0, 0)).convert(mode)
    found = read_image(encoded(red, kind))
    assert found.pixels == pytest.approx(0.299, abs=0.02)
    assert "colours turned to grey" in found.notes


def test_sixteen_bits_keep_their_scale():
    deep = (DISC * 30_000).astype(np.uint16)
    found = read_image(encoded(Image.fromarray(deep)))
    assert found.pixels.max() == pytest.approx(30_000 / 65_535, abs=1e-4)
    assert "16-bit" in found.notes[0]


@pytest.mark.parametrize("ink", [0, 255])
def test_what_is_opaque_stays_visible(ink):
    alpha = (DISC * 255).astype(np.uint8)
    layers = np.dstack([np.full_like(alpha, ink)] * 3 + [alpha])
    found = read_image(encoded(Image.fromarray(layers, "RGBA")))
    assert np.ptp(found.pixels) == pytest.approx(1)
    assert found.pixels[20, 30] == pytest.approx(ink / 255)
    assert "transparent parts" in found.notes[0]


def test_an_animation_gives_its_first_frame():
    frames = [Image.fromarray(GREY), Image.fromarray(255 - GREY)]
    data = encoded(frames[0].convert("RGB"), "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    found = read_image(data)
    assert found.pixels[20, 30] == pytest.approx(200 / 255, abs=0.02)
    assert "first is used" in found.notes[0]


def test_an_image_is_turned_as_its_camera_noted():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    found = read_image(encoded(Image.fromarray(GREY), "JPEG", exif=exif))
    assert found.pixels.shape == (60, 40)
    assert "upright" in found.notes[0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"GIF89a" + bytes(40), "no PNG, JPEG or WebP"),
        (b"%PDF-1.7 not an image", "no PNG, JPEG or WebP"),
        (encoded(Image.effect_noise((300, 300), 90), "JPEG")[:9000], "damaged or cut off"),
        (encoded(Image.effect_noise((90, 90), 90))[:2000], "damaged or cut off"),
        (png_header(5000, 4000), "too many pixels: 20 million"),
        (png_header(12_000, 10_000), "too many pixels: far more"),
        (png_header(60_000, 60_000), "too many pixels: far more"),
        (bytes(uploads.MOST_BYTES + 1), "at most 20 MB"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(data, message):
    with pytest.raises(UnreadableImage, match=message):
        read_image(data)


def test_too_many_pixels_are_refused_before_any_is_decoded(monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("pixels were decoded"))
    with pytest.raises(UnreadableImage, match="too many pixels"):
        read_image(png_header(5000, 4000))


def test_reading_leaves_the_filters_of_warnings_alone():
    before = list(warnings.filters)
    read_image(encoded(Image.fromarray(GREY)))
    assert warnings.filters == before


def test_a_large_image_is_reduced_at_once():
    found = read_image(encoded(Image.fromarray(GREY).resize((3000, 2000))))
    assert max(found.pixels.shape) == uploads.LONGEST_SIDE


def test_a_drawing_arrives_as_a_data_url():
    text = "data:image/png;base64," + base64.b64encode(encoded(Image.fromarray(GREY))).decode()
    assert read_image(bytes_of_data_url(text)).pixels.shape == (40, 60)
    with pytest.raises(UnreadableImage, match="did not arrive whole"):
        bytes_of_data_url("data:image/png;base64,@@@")


@pytest.mark.parametrize(("dataset", "most"), [("mnist", 0.01), ("digits", 0.05), ("fashion_mnist", 0.03)])
def test_a_large_dark_copy_on_white_comes_back_as_the_test_image(dataset, most):
    bundle = load_bundle(f"{dataset}/pca-d2")
    errors = []
    for image in split_or_skip(dataset).images[:40]:
        ink = np.rint(255 * (1 - image[0])).astype(np.uint8)
        sheet = Image.new("L", (400, 360), 255)
        sheet.paste(Image.fromarray(ink).resize((308, 308), Image.Resampling.BICUBIC), (10, 40))
        grey = read_image(encoded(sheet))
        assert looks_inverted(bundle, grey)
        prepared = prepare_image(bundle, grey, invert=True, layout=layout_of(dataset))
        assert prepared.image.shape == image.shape
        assert prepared.image.dtype == np.float32
        assert 0 <= prepared.image.min() <= prepared.image.max() <= 1
        errors.append(float(((prepared.image - image) ** 2).mean()))
    assert np.mean(errors) < most


def test_a_digit_is_placed_as_mnist_places_them():
    bundle = load_bundle("mnist/pca-d2")
    stroke = np.zeros((100, 100), np.uint8)
    stroke[5:65, 70:78] = 255
    stroke[5:15, 60:78] = 255
    found = prepare_image(
        bundle, read_image(encoded(Image.fromarray(stroke))), invert=False, layout=layout_of("mnist")
    )
    image = found.image[0]
    rows = np.flatnonzero((image > 0.2).any(axis=1))
    assert rows[-1] - rows[0] + 1 == 20
    middle = [float(image.sum(axis=axis) @ np.arange(28)) / image.sum() for axis in (1, 0)]
    assert middle == pytest.approx([14, 14], abs=0.6)


def test_where_the_place_is_free_the_whole_image_is_kept():
    bundle = load_bundle("shapes/pca-d2")
    found = prepare_image(
        bundle, read_image(encoded(Image.fromarray(GREY))), invert=False, layout=layout_of("shapes")
    )
    image = found.image[0]
    assert image.shape == (28, 28)
    assert image[:4].max() == 0  # a wide image leaves room above
    assert image[14, 14] == pytest.approx(200 / 255, abs=0.05)
    assert any("fitted into 28 by 28" in note for note in found.notes)


def test_a_blank_image_and_one_without_ink_are_refused():
    bundle = load_bundle("mnist/pca-d2")
    blank = read_image(encoded(Image.new("L", (50, 50), 255)))
    with pytest.raises(BlankImage, match="blank"):
        prepare_image(bundle, blank, invert=True, layout=None)
    dark = read_image(encoded(Image.fromarray(255 - GREY)))
    with pytest.raises(BlankImage, match="brighter than its border"):
        prepare_image(bundle, dark, invert=False, layout=layout_of("mnist"))
