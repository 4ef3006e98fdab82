"""Compressed files, arrays and pictures from nobody knows where: one sentence, nothing written outside."""

from __future__ import annotations

import hashlib
import io
import json
import os
import struct
import zlib
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from latentcore.codec import compress, read_codes, unpack
from latentcore.codec.commands import decompress_path, read_lat
from latentcore.codec.image_files import read_images
from latentcore.codec.image_names import MAX_NAMES_BYTES
from latentcore.exceptions import CodecError
from latentcore.store import load_bundle
from tests.fuzzing import FUZZ, spoilt_bytes, spoilt_json
from tests.latentcore.codec.test_image_folder import UNUSABLE
from tests.latentcore.store.test_hostile_files import at_most, header, npz

GREY = (1, 8, 8)
BUNDLE = load_bundle("digits/pca-d2")
IMAGES = BUNDLE.model.decode(BUNDLE.test.codes[:3])
NAMES = ("one", "zwei", "trois")
NAMED = compress(IMAGES, BUNDLE, names=NAMES)
BARE = compress(IMAGES, BUNDLE)


def sealed(body: bytes) -> bytes:
    """A file whose checksum is right."""
    return body + hashlib.blake2b(body, digest_size=8).digest()


def blocks(data: bytes) -> list[bytes]:
    lengths = struct.unpack_from("<HII", data, 6)
    ends = np.cumsum([16, *lengths])
    return [data[start:end] for start, end in pairwise(ends)]


def joined(head: bytes, payload: bytes, names: bytes) -> bytes:
    """A file of version 2 of these blocks, as somebody of ill will would write it."""
    lengths = struct.pack("<HII", len(head), len(payload), len(names))
    return sealed(b"LATC" + struct.pack("<H", 2) + lengths + head + payload + names)


def with_block(block: bytes) -> bytes:
    head, payload, _ = blocks(NAMED)
    return joined(head, payload, block)


def with_names(*names: str) -> bytes:
    head, payload, _ = blocks(compress(IMAGES[[0] * len(names)], BUNDLE, names=tuple("abcdef"[: len(names)])))
    return joined(head, payload, zlib.compress("\n".join(names).encode("utf-8", "surrogatepass")))


def value_or_line(read):
    """Return what `read` returns, or None where it raises an error that is one short line."""
    try:
        return read()
    except CodecError as error:
        line = str(error)
    assert "\n" not in line
    assert len(line) < 1000
    return None


def test_the_forgery_of_what_is_true_is_read():
    assert with_block(blocks(NAMED)[2]) == NAMED
    assert unpack(with_names("x", "y"), "x").names == ("x", "y")


def seen(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


@pytest.mark.parametrize("names", UNUSABLE.values(), ids=UNUSABLE)
def test_unusable_names_in_a_file_are_refused_and_nothing_is_written(tmp_path, names):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "x.lat").write_bytes(with_names(*names))
    before = seen(tmp_path)
    for out in ("pictures", "all.npz"):
        with pytest.raises(CodecError, match=r"x\.lat: the names in it are invalid"):
            decompress_path(inner / "x.lat", inner / out, force=True)
    assert seen(tmp_path) == before


def deflated(text: bytes) -> bytes:
    return zlib.compress(text, 9)


BLOCKS = {
    "nothing": b"",
    "no deflate": b"one\nzwei\ntrois",
    "cut off": deflated(b"one\nzwei\ntrois")[:-3],
    "more behind": deflated(b"one\nzwei\ntrois") + b"x",
    "wrong sum": deflated(b"one\nzwei\ntrois")[:-1] + b"\0",
    "too few": deflated(b"one\nzwei"),
    "too many": deflated(b"one\nzwei\ntrois\nvier"),
    "no text": deflated(b"one\n\xff\xfe\ntrois"),
    "millions of lines": deflated(b"\n" * MAX_NAMES_BYTES),
    "bomb": deflated(b"x" * (64 * MAX_NAMES_BYTES)),
    "bomb within the limit": deflated(b"a\nb\n" + b"x" * (MAX_NAMES_BYTES - 4)),
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_blocks_of_names_that_lie_are_refused_in_little_memory(block):
    with (
        at_most(6 * MAX_NAMES_BYTES),
        pytest.raises(CodecError, match="the names in it are invalid"),
    ):
        unpack(with_block(block), "x.lat")


@pytest.mark.parametrize("place", range(0, len(NAMED), 3))
def test_a_file_with_names_altered_or_cut_off_is_refused(place):
    altered = bytearray(NAMED)
    altered[place] ^= 0x10
    for data in (bytes(altered), NAMED[:place]):
        with pytest.raises(CodecError, match=r"no file of compressed images|truncated or altered"):
            unpack(data, "x.lat")


def test_lengths_that_lie_are_refused():
    for lengths in ((0, 0, 0), (2**16 - 1, 2**32 - 1, 2**32 - 1), (0, 2**32 - 1, 1)):
        data = sealed(NAMED[:6] + struct.pack("<HII", *lengths) + NAMED[16:-8])
        with pytest.raises(CodecError, match="truncated or altered"):
            unpack(data, "x.lat")


def decoded(data: bytes):
    return value_or_line(lambda: BUNDLE.model.decode(read_codes(unpack(data, "x.lat"), BUNDLE)))


@FUZZ
@given(spoilt_bytes([NAMED, BARE]))
def test_spoilt_files(data):
    with at_most(64 * 2**20):
        images = decoded(sealed(data[:-8]))
    assert images is None or np.isfinite(images).all()


@FUZZ
@given(spoilt_json([json.loads(blocks(NAMED)[0])]))
def test_spoilt_headers(value):
    head = json.dumps(value).encode()
    if len(head) < 2**16:
        decoded(joined(head, *blocks(NAMED)[1:]))


unusable = st.sampled_from(list(chain(*UNUSABLE.values())))


@FUZZ
@given(st.lists(st.one_of(st.text(max_size=8), unusable), min_size=1, max_size=4))
def test_whatever_the_names_files_stay_in_their_folder(tmp_path_factory, names):
    inner = tmp_path_factory.mktemp("x") / "a"
    inner.mkdir()
    (inner / "x.lat").write_bytes(with_names(*names))
    n = value_or_line(lambda: decompress_path(inner / "x.lat", inner / "out", force=False))
    assert n in (None, len(names))
    made = seen(inner.parent) - {str(inner), str(inner / "x.lat")}
    folder = f"{inner}/out"
    assert made == (set() if n is None else {folder, *(f"{folder}/{name}.png" for name in names)})


# -- arrays and pictures ----------------------------------------------------------------------

SAVED = io.BytesIO()
np.savez(SAVED, images=np.arange(192, dtype=np.uint16).reshape(3, 8, 8, 1) * 300, names=np.array(NAMES))
ARCHIVES = {
    "claims terabytes": npz({"images.npy": header((10**6, 10**6)) + bytes(8)}),
    "overflows": npz({"images.npy": header((2**62, 2**62)) + bytes(8)}),
    "objects": npz({"images.npy": header((1,), "|O") + b"\x80\x04cos\nsystem\n(S'false'\ntR."}),
    "names of objects": npz(
        {"images.npy": header((2, 8, 8)) + bytes(512), "names.npy": header((2,), "|O") + b"N."}
    ),
    "names beyond all letters": npz(
        {"images.npy": header((1, 8, 8)) + bytes(256), "names.npy": header((1,), "<U1") + b"\xff" * 4}
    ),
    "too little": npz({"images.npy": (header((2, 8, 8)) + bytes(512))[:-1]}),
    "too much": npz({"images.npy": header((2, 8, 8)) + bytes(513)}),
    "not an array": npz({"images.npy": b"hello"}),
    "another name": npz({"../images.npy": header((2, 8, 8)) + bytes(512)}),
    "no zip": b"PK\x05\x06" + b"\xff" * 18,
    "nothing": b"",
}


@pytest.mark.parametrize("data", ARCHIVES.values(), ids=ARCHIVES)
def test_archives_that_lie_are_refused(tmp_path, data):
    (tmp_path / "a.npz").write_bytes(data)
    with at_most(32 * 2**20), pytest.raises(CodecError, match=r"a\.npz") as caught:
        read_images(tmp_path / "a.npz", GREY)
    assert "\n" not in str(caught.value)


@FUZZ
@given(spoilt_bytes([SAVED.getvalue()]))
def test_spoilt_archives(tmp_path, data):
    (tmp_path / "a.npz").write_bytes(data)
    with at_most(64 * 2**20):
        found = value_or_line(lambda: read_images(tmp_path / "a.npz", GREY))
    assert found is None or (
        found.images.shape[1:] == GREY and 0 <= found.images.min() <= found.images.max() <= 1
    )


def encoded(image: Image.Image, kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    image.save(buffer, kind, exif=exif)
    return buffer.getvalue()


PICTURES = [
    encoded(Image.new("L", (8, 8), 90), "PNG"),
    encoded(Image.fromarray(np.full((8, 8), 40_000, np.uint16)), "PNG"),
    encoded(Image.new("L", (8, 8), 90), "JPEG"),
    encoded(Image.new("RGB", (8, 8), (90, 90, 90)), "WEBP"),
]


@FUZZ
@given(spoilt_bytes(PICTURES))
def test_spoilt_pictures(tmp_path, data):
    (tmp_path / "0.png").write_bytes(data)
    with at_most(64 * 2**20):
        found = value_or_line(lambda: read_images(tmp_path, GREY))
    assert found is None or found.images.shape == (1, *GREY)


def test_a_picture_that_claims_to_be_huge_is_refused_unread(tmp_path):
    data = bytearray(PICTURES[0])
    data[16:24] = struct.pack(">II", 100_000, 100_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    (tmp_path / "0.png").write_bytes(bytes(data))
    with at_most(8 * 2**20), pytest.raises(CodecError, match=r"0\.png"):
        read_images(tmp_path, GREY)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_pipes_are_not_waited_for(tmp_path):
    for name in ("x.lat", "x.npz", "pictures/0.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        os.mkfifo(tmp_path / name)
    with pytest.raises(CodecError, match="not a file"):
        read_lat(tmp_path / "x.lat")
    with pytest.raises(CodecError, match="neither a folder nor an npz file"):
        read_images(tmp_path / "x.npz", GREY)
    with pytest.raises(CodecError, match=r"other things .*0\.png"):
        read_images(tmp_path / "pictures", GREY)
