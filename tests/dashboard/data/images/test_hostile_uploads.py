"""Images that somebody spoilt: refused in a sentence or read as they should be, within a bound of memory."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dashboard.data.images.matching import match_dataset
from dashboard.data.images.preparing import BlankImage, layout_of, prepare_image
from dashboard.data.images.uploads import LONGEST_SIDE, UnreadableImage, read_image, read_plain_image
from latentcore.store import Bundle, load_bundle
from tests.fuzzing import FUZZ, spoilt_bytes

MOST_MEMORY = 200
"""MB above what the program holds anyway, for the largest image that is read."""


def sources() -> list[bytes]:
    """One file of every kind and mode that is read, and some with notes of a camera."""
    colours = Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8))
    deep = Image.fromarray(np.arange(2400, dtype=np.uint16).reshape(40, 60) * 27)
    camera = Image.Exif()
    camera[0x0112], camera[0x010E] = 6, "upright"
    frames = {"save_all": True, "append_images": [colours.rotate(9), colours.rotate(20)]}
    files = []
    for image, kind, options in (
        *((colours.convert(mode), "PNG", {}) for mode in ("1", "L", "LA", "P", "RGB", "RGBA")),
        *((colours.convert(mode), "JPEG", {}) for mode in ("L", "RGB", "CMYK")),
        *((colours.convert(mode), "WEBP", {"lossless": True}) for mode in ("RGB", "RGBA")),
        *((colours.convert("P"), "PNG", {"transparency": bytes([0, 128, 255])}), (deep, "PNG", {})),
        *((colours, kind, {"exif": camera}) for kind in ("PNG", "JPEG", "WEBP")),
        *((colours, kind, frames) for kind in ("PNG", "WEBP")),
    ):
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        files.append(buffer.getvalue())
    return files


def with_checksums(data: bytes) -> bytes:
    """A PNG whose chunks have their checksums repaired, so that the readers of the chunks are reached."""
    if data[:4] != b"\x89PNG":
        return data
    mended, at = bytearray(data[:8]), 8
    while at + 12 <= len(data):
        end = at + 8 + struct.unpack(">I", data[at : at + 4])[0]
        if end + 4 > len(data):
            break
        mended += data[at:end] + struct.pack(">I", zlib.crc32(data[at + 4 : end]))
        at = end + 4
    return bytes(mended) + data[at:]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle("digits/pca-d2")


def read_or_refuse(data: bytes, bundle: Bundle) -> None:
    before = list(warnings.filters)
    try:
        found = read_image(data)
    except UnreadableImage as error:
        line = str(error)
        assert line.endswith(".")
        assert "\n" not in line
        return
    finally:
        assert warnings.filters == before
    pixels = found.pixels
    assert pixels.dtype == np.float32
    assert 1 <= min(pixels.shape) <= max(pixels.shape) <= LONGEST_SIDE
    assert 0 <= pixels.min() <= pixels.max() <= 1
    plain = read_plain_image(data)
    assert plain.pixels.dtype == np.uint8
    assert plain.pixels.shape[:2] == pixels.shape
    assert match_dataset(bundle, plain).image.shape == bundle.image_shape
    for layout in (None, layout_of("digits")):
        try:
            prepared = prepare_image(bundle, found, invert=False, layout=layout)
        except BlankImage:
            continue
        assert np.isfinite(bundle.model.encode(prepared.image[None])).all()


@FUZZ
@given(spoilt_bytes(sources()), st.booleans())
def test_spoilt_images(bundle, data, mend):
    read_or_refuse(with_checksums(data) if mend else data, bundle)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    *, mode: int = 0, depth: int = 8, side: int = 8, data: bytes | None = None, before: bytes = b""
) -> bytes:
    head = struct.pack(">IIBBBBB", side, side, depth, mode, 0, 0, 0)
    rows = zlib.compress(bytes(side * (side + 1))) if data is None else data
    end = chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before + end


BOMB = zlib.compress(bytes(100 * 2**20), 9)


@pytest.mark.parametrize(
    "data",
    [
        png(mode=3),  # indices into a palette that is not there
        png(mode=3, before=chunk(b"PLTE", b"\x00")),
        png(mode=3, before=chunk(b"PLTE", bytes(9)) + chunk(b"tRNS", bytes(900))),
        png(depth=7),
        png(side=0),
        png(data=BOMB),
        png(before=chunk(b"zTXt", b"comment\x00\x00" + BOMB)),
        png(before=chunk(b"iCCP", b"profile\x00\x00" + BOMB)),
        png(before=chunk(b"iTXt", b"comment\x00\x01\x00\x00\x00" + BOMB)),
        png(before=chunk(b"acTL", struct.pack(">II", 2**31, 0))),
        png(before=chunk(b"eXIf", b"MM\x00*\x00\x00\x00\x08" + b"\xff" * 40)),
        *(source[:cut] for source in sources() for cut in (1, 12, 40, len(source) - 3)),
    ],
)
def test_images_that_are_made_to_harm(bundle, data):
    read_or_refuse(data, bundle)


@pytest.mark.skipif(sys.platform == "win32", reason="the measure is of Unix")
def test_the_largest_images_need_no_more_memory_than_stated(tmp_path):
    grey = np.tile(np.arange(4000, dtype=np.uint16) * 16, (4000, 1))
    for name, image in (
        ("deep", Image.fromarray(grey)),
        ("clear", Image.fromarray((grey >> 8).astype(np.uint8)).convert("RGBA")),
    ):
        image.save(tmp_path / name, "PNG", compress_level=1)
    code = (
        "import resource, sys\n"
        "from dashboard.data.images.uploads import read_image, read_plain_image\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "files = [open(name, 'rb').read() for name in sys.argv[1:]]\nbefore = peak()\n"
        "for data in files: read_image(data), read_plain_image(data)\nprint(peak() - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "deep"), str(tmp_path / "clear")],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[4],
    )
    assert int(done.stdout) < MOST_MEMORY
