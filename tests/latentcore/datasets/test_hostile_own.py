"""Damaged sources of own images: a dataset or one sentence, nothing half-written, memory within limits."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import struct
import tarfile
import tracemalloc
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from latentcore.datasets.own.add import Added, add_dataset
from latentcore.datasets.own.options import AddOptions
from latentcore.datasets.own.stored import find_own, list_own
from latentcore.exceptions import DatasetError
from tests.fuzzing import FUZZ, spoilt_bytes, spoilt_json

MAX_BYTES = 8 * 2**20
GENERATOR = np.random.default_rng(0)
IMAGES = GENERATOR.integers(0, 256, (12, 10, 10)).astype(np.uint8)
LABELS = np.arange(12) % 3


def picture(kind: str, mode: str = "RGB", seed: int = 0) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (12, 14, 3)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, kind)
    return buffer.getvalue()


PICTURES = {
    "png": [picture("PNG"), picture("PNG", "P"), picture("PNG", "RGBA"), picture("PNG", "1")],
    "jpg": [picture("JPEG"), picture("JPEG", "CMYK"), picture("JPEG", "L")],
    "webp": [picture("WEBP"), picture("WEBP", "RGBA")],
    "gif": [picture("GIF")],
    "bmp": [picture("BMP")],
    "tif": [picture("TIFF"), picture("TIFF", "I;16")],
}


def zipped(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for k in range(8):
            archive.writestr(f"{'ab'[k % 2]}/{k}.png", picture("PNG", seed=k))
        archive.writestr("metadata.csv", "file_name,label\na/0.png,x\nb/1.png,y\n")
    return buffer.getvalue()


def tarred(mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for k in range(8):
            data = picture("PNG", seed=k)
            info = tarfile.TarInfo(f"{'ab'[k % 2]}/{k}.png")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def npz() -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, images=IMAGES, labels=LABELS, classes=["a", "b", "c"])
    return buffer.getvalue()


def npy(images: np.ndarray = IMAGES) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, images)
    return buffer.getvalue()


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.astype(np.uint8).tobytes()


def table(compression: str) -> bytes:
    cells = [{"bytes": picture("PNG", seed=k), "path": f"{k}.png"} for k in range(8)]
    buffer = io.BytesIO()
    pq.write_table(pa.table({"image": cells, "label": list("abababab")}), buffer, compression=compression)
    return buffer.getvalue()


SOURCES = {
    "a.zip": [zipped(), zipped(zipfile.ZIP_STORED)],
    "a.tar": [tarred("w"), tarred("w:gz"), tarred("w:xz")],
    "a.npz": [npz()],
    "a.npy": [npy(), npy(IMAGES / 255), npy(IMAGES.astype(np.uint16))],
    "train-images-idx3-ubyte": [idx(IMAGES)],
    "images-idx3-ubyte.gz": [gzip.compress(idx(IMAGES), mtime=0)],
    "a.parquet": [table("snappy"), table("zstd")],
}


def added_or_line(folder: Path, source: Path, **options: object) -> Added | None:
    """Add a source; return what was added, or None where one line said why not. Nothing else may be left."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy and Pillow warn of what they can read nevertheless
            added = add_dataset(
                "mine", source, folder, options=AddOptions(**options), max_array_bytes=MAX_BYTES
            )
    except DatasetError as error:
        line = str(error)
    else:
        return checked(folder, added)
    assert "\n" not in line
    assert len(line) < 700
    assert not (folder / "own").exists() or list((folder / "own").iterdir()) == []
    return None


def checked(folder: Path, added: Added) -> Added:
    """Return what was added, once its files were found whole."""
    own = find_own(folder, "mine")
    assert own is not None
    own.verify()
    assert [path.name for path in (folder / "own").iterdir()] == ["mine"]
    assert own.size("train") + own.size("test") == added.n_train + added.n_test > 0
    return added


@pytest.fixture
def fresh(tmp_path_factory) -> Iterator[object]:
    """Return a function that makes an empty folder for each try."""
    base, count = tmp_path_factory.mktemp("tries"), iter(range(10**9))

    def make() -> Path:
        folder = base / str(next(count))
        folder.mkdir()
        return folder

    return make


@FUZZ
@given(data=st.data())
@pytest.mark.parametrize("name", list(SOURCES))
def test_damaged_sources(fresh, name, data):
    folder = fresh()
    (folder / name).write_bytes(data.draw(spoilt_bytes(SOURCES[name])))
    added_or_line(folder / "data", folder / name, size=8)


@FUZZ
@given(data=st.data())
@pytest.mark.parametrize("ending", list(PICTURES))
def test_damaged_pictures_are_left_out_and_named(fresh, ending, data):
    folder = fresh()
    source = folder / "in"
    source.mkdir()
    for k in range(3):
        (source / f"good{k}.png").write_bytes(picture("PNG", seed=k))
    (source / f"spoilt.{ending}").write_bytes(data.draw(spoilt_bytes(PICTURES[ending])))
    added = added_or_line(folder / "data", source, size=8)
    assert added is not None
    n_left_out = len(added.problems)
    assert [problem.name for problem in added.problems] == [f"spoilt.{ending}"] * n_left_out
    assert added.n_train + added.n_test == 4 - n_left_out


def spoilt_rows() -> st.SearchStrategy[str]:
    """Lines of JSON in which something was replaced or left out."""
    rows = spoilt_json([[{"file_name": "1.png", "label": "b"}, {"file_name": "2.png", "label": "\ud800"}]])
    return rows.map(lambda lines: "\n".join(map(json.dumps, lines)) if isinstance(lines, list) else "")


@FUZZ
@given(
    text=st.text(max_size=80) | st.binary(max_size=80) | spoilt_rows(), kind=st.sampled_from(["csv", "jsonl"])
)
def test_hostile_tables_of_labels(fresh, text, kind):
    folder = fresh()
    source = folder / "in"
    source.mkdir()
    for k in range(4):
        (source / f"{k}.png").write_bytes(picture("PNG", seed=k))
    head = b"file_name,label\n0.png,a\n1.png," if kind == "csv" else b'{"file_name": "0.png", "label": "a"}\n'
    text = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    (source / f"metadata.{kind}").write_bytes(head + text)
    added_or_line(folder / "data", source, size=8)


@FUZZ
@given(data=st.data())
def test_a_damaged_config_hides_its_dataset(fresh, data):
    folder = fresh()
    np.save(folder / "a.npy", IMAGES)
    add_dataset("mine", folder / "a.npy", folder / "data", options=AddOptions(size=8))
    path = folder / "data" / "own" / "mine" / "config.json"
    path.write_text(json.dumps(data.draw(spoilt_json([json.loads(path.read_text())]))))
    for own in list_own(folder / "data"):
        assert own.spec().image_shape == own.image_shape
        assert isinstance(own.version, str)
        for read in (own.verify, lambda own=own: own.read("train"), lambda own=own: own.labels("test")):
            try:
                read()
            except DatasetError as error:
                line = str(error)
            else:
                continue
            assert "\n" not in line


@FUZZ
@given(data=st.data())
def test_damaged_labels_are_one_sentence(fresh, data):
    folder = fresh()
    np.savez(folder / "a.npz", images=IMAGES, labels=LABELS)
    add_dataset("mine", folder / "a.npz", folder / "data", options=AddOptions(size=8))
    path = folder / "data" / "own" / "mine" / "labels.npz"
    path.write_bytes(data.draw(spoilt_bytes([path.read_bytes()])))
    own = find_own(folder / "data", "mine")
    assert own is not None
    for read in (own.verify, lambda: own.read("train"), lambda: own.labels("test")):
        try:
            read()
        except DatasetError as error:
            line = str(error)
        else:
            continue
        assert "\n" not in line


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of few bytes whose header claims a size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(width + 1) * min(height, 2000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [9_000, 60_000])
def test_a_decompression_bomb_is_left_out_before_it_is_unpacked(tmp_path, side):
    source = tmp_path / "in"
    source.mkdir()
    for k in range(3):
        (source / f"{k}.png").write_bytes(picture("PNG", seed=k))
    (source / "bomb.png").write_bytes(png_that_claims(side, side))
    tracemalloc.start()
    try:
        added = added_or_line(tmp_path / "data", source)
        assert tracemalloc.get_traced_memory()[1] < 30e6
    finally:
        tracemalloc.stop()
    (problem,) = map(str, added.problems)
    assert problem.startswith("bomb.png has ")
    assert "million pixels" in problem or "too many pixels" in problem


def test_an_array_that_unpacks_to_far_more_than_its_file_takes_no_memory(tmp_path):
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("images.npy", "w") as file,
    ):
        np.lib.format.write_array_header_1_0(
            file, {"descr": "|u1", "fortran_order": False, "shape": (100_000, 64, 64)}
        )
        for _ in range(100):
            file.write(bytes(4_096_000))
    (tmp_path / "a.npz").write_bytes(buffer.getvalue())
    tracemalloc.start()
    try:
        assert added_or_line(tmp_path / "data", tmp_path / "a.npz") is None
        assert tracemalloc.get_traced_memory()[1] < 10e6
    finally:
        tracemalloc.stop()


def test_a_text_named_png_and_other_files_are_named_and_the_rest_is_taken(tmp_path):
    files = {
        "data/a/0.png": picture("PNG"),
        "data/a/1.png": picture("PNG", "1", 1),
        "data/a/2.jpg": picture("JPEG", "CMYK", 2),
        "data/b/deep/3.tif": picture("TIFF", "I;16", 3),
        "data/b/4.webp": picture("WEBP", "RGBA", 4),
        "data/b/5.GIF": picture("GIF", "P", 5),
        "data/b/text.png": b"this is no picture",
        "data/.hidden/6.png": picture("PNG", seed=6),
        "data/b/desktop.ini": b"x",
        "data/readme.md": b"# Read me",
    }
    for name, content in files.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    added = added_or_line(tmp_path / "data", tmp_path / "in")
    assert (added.n_train + added.n_test, added.classes, added.image_shape) == (6, ("a", "b"), (3, 32, 32))
    assert sorted(map(str, added.problems)) == [
        "data/b/text.png is damaged or no picture.",
        "data/readme.md is no picture.",
    ]


def test_names_that_differ_by_case_are_two_images_and_two_classes(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for k, name in enumerate(["Cat/x.png", "Cat/X.png", "cat/x.png", "cat/x.PNG"]):
            archive.writestr(name, picture("PNG", seed=k))
    added = added_or_line(tmp_path / "data", tmp_path / "a.zip")
    assert added.n_train + added.n_test == 4
    assert sorted(added.classes) == ["Cat", "cat"]
    assert any("differ by case" in note for note in added.notes)


@pytest.mark.parametrize("n_writes", [0, 1, 5])
def test_a_full_disk_is_one_sentence_and_nothing_is_left(tmp_path, monkeypatch, n_writes):
    np.save(tmp_path / "a.npy", np.repeat(IMAGES, 20, axis=0))
    left = [n_writes]
    before = Path.open

    class Full(io.FileIO):
        def write(self, data: object) -> int:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(data)

    def opened(path: Path, mode: str = "r", *args: object, **options: object) -> object:
        return Full(path, "w") if mode == "wb" else before(path, mode, *args, **options)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(DatasetError, match=r"own/mine cannot be written: No space left on device\.$"):
        add_dataset("mine", tmp_path / "a.npy", tmp_path / "data")
    assert list((tmp_path / "data" / "own").iterdir()) == []


def test_a_damaged_picture_in_an_archive_is_left_out_and_the_rest_is_taken(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for k in range(5):
            archive.writestr(f"{k}.png", picture("PNG", seed=k))
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[data.find(b"IDAT") + 20] ^= 255  # its checksum in the archive no longer fits
    (tmp_path / "a.zip").write_bytes(data)
    added = added_or_line(tmp_path / "data", tmp_path / "a.zip")
    assert added is not None
    assert added.n_train + added.n_test == 4
    assert [str(problem)[:30] for problem in added.problems] == ["0.png cannot be read: Bad CRC-"]


def test_names_that_are_no_text_are_shown_as_far_as_they_are(tmp_path):
    for k in range(6):
        folder = os.fsencode(tmp_path / "in") + b"/caf\xe9" + b"12"[k % 2 : k % 2 + 1]
        Path(os.fsdecode(folder)).mkdir(parents=True, exist_ok=True)
        Path(os.fsdecode(folder + b"/%d.png" % k)).write_bytes(picture("PNG", seed=k))
    (tmp_path / "in" / os.fsdecode(b"caf\xe91") / os.fsdecode(b"\xe9.png")).write_bytes(b"x")
    added = added_or_line(tmp_path / "data", tmp_path / "in")
    assert added is not None
    assert added.classes == ("caf?1", "caf?2")
    assert [str(problem) for problem in added.problems] == ["caf?1/?.png is damaged or no picture."]
