"""Shapes, and the files of torchvision's datasets: read, damaged, absent and fetched."""

from __future__ import annotations

import errno
import gzip
import hashlib
import http.server
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from latentcore.datasets import idx, load_dataset, torchvision_download
from latentcore.datasets.digits import read_digits
from latentcore.datasets.shapes import CLASSES, FACTORS, RANGES, RENDERED, render_shapes
from latentcore.datasets.torchvision_download import fetch
from latentcore.datasets.torchvision_files import TorchvisionSource, is_present, read_split
from latentcore.datasets.torchvision_import import torchvision_datasets
from latentcore.datasets.torchvision_sets import MNIST_SOURCE
from latentcore.exceptions import DatasetError, DatasetMissing
from tests.splits import split_or_skip

N_IMAGES = {"train": 12, "t10k": 5}


def idx_files() -> dict[str, bytes]:
    """Return four small files in the layout of MNIST."""
    generator = np.random.default_rng(0)
    files = {}
    for prefix, n in N_IMAGES.items():
        pixels = generator.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        header = b"".join(value.to_bytes(4, "big") for value in (0x803, n, 28, 28))
        files[f"{prefix}-images-idx3-ubyte"] = header + pixels.tobytes()
        labels = (np.arange(n) % 10).astype(np.uint8)
        files[f"{prefix}-labels-idx1-ubyte"] = b"".join(
            [(0x801).to_bytes(4, "big"), n.to_bytes(4, "big"), labels.tobytes()]
        )
    return files


FILES = idx_files()
PACKED = {f"{name}.gz": gzip.compress(content) for name, content in FILES.items()}
SOURCE: TorchvisionSource = replace(
    MNIST_SOURCE,
    sha256={name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()},
    download_bytes=sum(map(len, PACKED.values())),
)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The data folder of this test, empty."""
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "data"))
    return tmp_path / "data" / "MNIST" / "raw"


@pytest.fixture
def filled(folder) -> Path:
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


def test_splits_are_read_as_they_were_written(filled):
    for split, prefix in (("train", "train"), ("test", "t10k")):
        images, labels = read_split(SOURCE, split)
        assert images.shape == (N_IMAGES[prefix], 1, 28, 28)
        assert images.tobytes() == FILES[f"{prefix}-images-idx3-ubyte"][16:]
        assert labels.dtype == np.int64
        assert labels.tolist() == list(range(N_IMAGES[prefix]))[:10] + [0, 1][: N_IMAGES[prefix] - 10]


def test_some_rows_are_those_of_the_whole(filled):
    for read in (partial(read_split, SOURCE), read_digits, RENDERED.read):
        images, labels = read("test", None)
        rows = np.array([3, 0, 4])
        some, their_labels = read("test", rows)
        assert (some == images[rows]).all()
        assert (their_labels == labels[rows]).all()
        for wrong in (len(images), -1):
            with pytest.raises(DatasetError, match="has no test image"):
                read("test", np.array([wrong]))


def test_a_file_is_read_in_pieces(filled, monkeypatch):
    whole = read_split(SOURCE, "test")[0]
    monkeypatch.setattr(idx, "ITEMS_PER_READ", 2)
    assert (read_split(SOURCE, "test")[0] == whole).all()
    assert (read_split(SOURCE, "test", np.array([1, 4]))[0] == whole[[1, 4]]).all()


@pytest.mark.parametrize("damage", ["truncated", "empty", "another file", "one bit"])
def test_a_damaged_file_is_named(filled, damage):
    path = filled / "t10k-images-idx3-ubyte"
    content = path.read_bytes()
    changed = {
        "truncated": content[:-100],
        "empty": b"",
        "another file": b"\x80\x04cos\nsystem\n",
        "one bit": content[:-1] + bytes([content[-1] ^ 1]),
    }
    path.write_bytes(changed[damage])
    with pytest.raises(DatasetError, match="t10k-images-idx3-ubyte.*wrong checksum.*latentcore fetch mnist"):
        read_split(SOURCE, "test")


def test_an_absent_dataset_says_how_to_get_it(folder):
    assert not is_present(SOURCE)
    with pytest.raises(DatasetMissing, match="latentcore fetch mnist"):
        load_dataset("mnist")


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the packed files; cuts off what `cut` names."""

    cut = ""

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        content = PACKED.get(self.path.strip("/"))
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_body:
            self.wfile.write(content[: len(content) // 2] if self.cut in self.path and self.cut else content)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def mirror(monkeypatch) -> Iterator[type[Handler]]:
    """A local server that torchvision takes for its only mirror."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    official = torchvision_datasets().MNIST
    monkeypatch.setattr(official, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
    sums = [(name, hashlib.md5(content).hexdigest()) for name, content in PACKED.items()]
    monkeypatch.setattr(official, "resources", sums)
    yield Handler
    Handler.cut = ""
    server.shutdown()
    server.server_close()


def test_fetching_puts_the_files_in_place_and_reports(folder, mirror, capfd):
    heard: list[tuple[int, int]] = []
    assert fetch(SOURCE, lambda done, total: heard.append((done, total))) == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES
    assert heard[-1] == (SOURCE.download_bytes, SOURCE.download_bytes)
    assert is_present(SOURCE)
    assert "B/s" not in capfd.readouterr().err
    assert [path.name for path in folder.parent.iterdir()] == ["raw"]


def test_a_truncated_download_leaves_nothing_behind(folder, mirror):
    mirror.cut = "train-images"
    with pytest.raises(DatasetError, match="cannot be downloaded"):
        fetch(SOURCE)
    assert not list(folder.iterdir())
    assert [path.name for path in folder.parent.iterdir()] == ["raw"]


def test_a_failed_download_keeps_what_was_there(filled, mirror):
    mirror.cut = "t10k"
    with pytest.raises(DatasetError):
        fetch(SOURCE)
    assert read_split(SOURCE, "test")[0].shape == (5, 1, 28, 28)


def test_without_a_network_one_sentence_says_so(folder, monkeypatch):
    monkeypatch.setattr(torchvision_datasets().MNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(DatasetError, match="cannot be downloaded.*Check the network"):
        fetch(SOURCE)
    assert not list(folder.iterdir())


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path / "file"))
    with pytest.raises(DatasetError, match="cannot be written.*LATENTCORE_DATA"):
        fetch(SOURCE)


def test_a_full_disk_is_named_and_nothing_is_left(folder, mirror, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "train-images-idx3-ubyte")

    monkeypatch.setattr(torchvision_download.shutil, "copyfileobj", full)
    with pytest.raises(DatasetError, match="No space left on device"):
        fetch(SOURCE)
    assert not list(folder.iterdir())
    assert [path.name for path in folder.parent.iterdir()] == ["raw"]


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_the_real_files_are_the_real_dataset(name):
    train, test = split_or_skip(name, "train"), split_or_skip(name)
    assert train.images.shape == (60_000, 1, 28, 28)
    assert test.images.shape == (10_000, 1, 28, 28)
    assert np.bincount(test.labels).min() > 800
    assert test.images.max() == 1


def test_shapes_are_the_same_each_time_and_differ_between_splits():
    train, test = load_dataset("shapes", "train"), load_dataset("shapes", "test")
    assert (len(train), len(test)) == (20_000, 5_000)
    assert np.array_equal(test.images, load_dataset("shapes", "test").images)
    assert not {image.tobytes() for image in train.images} & {image.tobytes() for image in test.images}
    assert test.factors is not None
    assert np.array_equal(test.take(np.array([3])).factors, test.factors[3:4])


def test_factors_are_uniform_and_independent():
    labels, factors = RENDERED.sample_factors("train")
    together = np.column_stack([labels, factors])
    correlations = np.corrcoef(together, rowvar=False)
    assert np.abs(correlations - np.eye(len(FACTORS) + 1)).max() < 0.03
    for column, name in zip(factors.T, FACTORS, strict=True):
        low, high = RANGES[name]
        counts = np.histogram(column, bins=10, range=(low, high))[0]
        assert counts.sum() == len(column)
        assert np.abs(counts / len(column) - 0.1).max() < 0.01


@pytest.mark.parametrize("kind", range(len(CLASSES)))
def test_a_shape_repeats_after_its_period_and_not_before(kind):
    def at(angle: float) -> np.ndarray:
        return render_shapes(np.array([kind]), np.array([[7, angle, 14, 14]], np.float32))[0, 0]

    assert np.abs(at(0.1) - at(1.1)).max() < 1e-3
    assert np.abs(at(0.1) - at(0.6)).max() > 0.5


@pytest.mark.parametrize("kind", range(len(CLASSES)))
def test_a_shape_is_antialiased_and_moves_with_its_place(kind):
    one = render_shapes(np.array([kind]), np.array([[6, 0.3, 12, 13]], np.float32))[0, 0]
    other = render_shapes(np.array([kind]), np.array([[6, 0.3, 15, 11]], np.float32))[0, 0]
    assert ((one > 0.05) & (one < 0.95)).sum() > 8
    assert np.allclose(one[4:24, 4:22], other[2:22, 7:25], atol=1e-6)
    assert one[0].max() == one[:, 0].max() == 0


def test_no_shape_touches_the_edge():
    images = load_dataset("shapes", "test").images
    edges = np.concatenate([images[:, 0, 0], images[:, 0, -1], images[:, 0, :, 0], images[:, 0, :, -1]])
    assert edges.max() == 0


def test_drafts_of_a_killed_download_are_removed_a_day_later(folder, mirror):
    old, young = (folder.parent / f"_draft-mnist-{name}" for name in ("old", "young"))
    for draft in (old, young):
        draft.mkdir(parents=True)
        (draft / "half.gz").write_bytes(b"half")
    os.utime(old, (0, 0))
    fetch(SOURCE)
    assert not old.exists()
    assert young.exists()


def test_digits_are_those_of_scikit_learn_split_by_it():
    pixels, digits = load_digits(return_X_y=True)
    rows = train_test_split(np.arange(len(digits)), test_size=0.3, stratify=digits, random_state=0)
    for split, chosen in zip(("train", "test"), rows, strict=True):
        images, labels = read_digits(split)
        assert np.array_equal(images.reshape(len(images), -1), pixels[chosen])
        assert np.array_equal(labels, digits[chosen])


def test_pixels_become_floats_only_where_they_are_read():
    shapes, digits = load_dataset("shapes", "train"), load_dataset("digits", "train")
    some = shapes.take(np.arange(0, 9000, 3))
    assert shapes.train_images is shapes.pixels
    assert "images" not in vars(shapes)
    assert np.array_equal(np.concatenate(list(some.blocks())), some.images)
    assert np.array_equal(some.images, np.float32(some.pixels) / np.float32(255))
    assert digits.pixels.max() == digits.white == 16  # fits take 255 as white: they get floats
    assert digits.train_images.dtype == np.float32
    assert digits.train_images.max() == 1
