"""Adding uploads of every kind; errors are one sentence without the server's folders, and nothing is left."""

from __future__ import annotations

import errno
import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dashboard.data import ownership
from dashboard.data.jobs import Job
from dashboard.data.upload_rules import UploadRules
from dashboard.server.sessions import acting_for
from dashboard.your_data.services import adding
from dashboard.your_data.services.adding import Outcome, Request, add_upload, name_problem, suggested_name
from latentcore.datasets.own.stored import find_own
from latentcore.exceptions import TrainingCancelled
from tests.latentcore.datasets.test_own import idx

OWN, HOSTED = UploadRules(True, False, 500), UploadRules(True, True, 50)


class File(io.BytesIO):
    """A file as the browser sends it."""

    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(data)
        self.name, self.size = name, len(data)


def picture(k: int) -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(k).integers(0, 256, (20, 20, 3)).astype(np.uint8)
    Image.fromarray(noise).save(buffer, "PNG")
    return buffer.getvalue()


def thumbnail(k: int) -> np.ndarray:
    """A picture as it is stored, int64 (3, 32, 32)."""
    image = Image.open(io.BytesIO(picture(k))).resize((32, 32), Image.Resampling.BICUBIC)
    return np.asarray(image, np.int64).transpose(2, 0, 1)


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def npz(**arrays: object) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


GREY = np.random.default_rng(0).integers(0, 256, (20, 20, 20)).astype(np.uint8)


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch) -> Path:
    """The folder of own datasets, for a session of this test's own."""
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    monkeypatch.setattr(ownership, "_owners", {})
    with acting_for("one"):
        yield tmp_path / "own"


def add(files: list[File], rules: UploadRules = OWN, name: str = "mine", **options: object) -> Outcome:
    return add_upload(files, Request(name, options, rules), Job())


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_pictures_of_a_folder_keep_their_classes(own):
    outcome = add([File(f"fruit/{'ab'[k % 2]}/{k}.png", picture(k)) for k in range(10)])
    assert outcome.added is not None
    found = find_own(ownership.data_folder(), "mine")
    assert found is not None
    for split in ("train", "test"):
        for pixels, label in zip(*found.read(split), strict=True):
            k = int(np.argmin([np.abs(pixels - thumbnail(k)).sum() for k in range(10)]))
            assert label == k % 2
    assert outcome.added.classes == ("a", "b")
    assert outcome.added.image_shape == (3, 32, 32)
    assert left(own) == ["mine"]


def test_several_pictures_of_one_name_are_all_taken():
    outcome = add([File("photo.png", picture(k)) for k in range(5)] + [File("notes.txt", b"x")])
    assert outcome.added is not None
    assert outcome.added.n_train + outcome.added.n_test == 5
    assert outcome.problems == ["notes.txt is no picture."]
    found = find_own(ownership.data_folder(), "mine")
    assert found is not None
    assert found.config["source"] == "6 uploaded files"


@pytest.mark.parametrize(
    "file",
    [
        File("My Images.NPZ", npz(images=GREY, labels=np.arange(20) % 4)),
        File("../../x.zip", zipped({f"{'ab'[k % 2]}/{k}.png": picture(k) for k in range(20)})),
        File("train-images-idx3-ubyte.gz", gzip.compress(idx(GREY))),
    ],
    ids=lambda file: file.name,
)
def test_one_file(own, file):
    outcome = add([file])
    assert outcome.added is not None, outcome.problem
    assert outcome.added.n_train + outcome.added.n_test == 20
    assert left(own) == ["mine"]
    assert left(own.parent) == ["own"]


def test_a_pair_of_idx_files():
    files = [
        File("a/train-images-idx3-ubyte", idx(GREY)),
        File("train-labels-idx1-ubyte", idx(np.arange(20) % 2)),
    ]
    outcome = add(files)
    assert outcome.added is not None, outcome.problem
    assert outcome.added.classes == ("0", "1")


def test_files_are_let_go_once_they_are_on_disk():
    files = [File("a.npz", npz(images=GREY))]
    add(files)
    assert files == []


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (File("a.zip", b"PK\x03\x04 nothing"), "a.zip is damaged"),
        (File("a.npz", npz(pictures=GREY)), "a.npz has no array named images; it has pictures."),
        (
            File("a.zip", zipped({"a/x.txt": b"x"})),
            "a.zip holds no pictures. The first problem: a/x.txt is no",
        ),
        (File("a.npy", b""), "a.npy cannot be read"),
        (File("", b"x"), "upload is damaged"),
        (File("<b>!.zip", b"x"), "_b__.zip is damaged"),
    ],
)
def test_an_error_is_one_sentence_and_nothing_is_left(own, file, sentence):
    for rules in (OWN, HOSTED):
        outcome = add([File(file.name, file.getvalue())], rules)
        assert outcome.added is None
        assert outcome.problem.startswith(sentence)
        assert str(own.parent) not in outcome.problem
        assert "draft" not in outcome.problem
        assert left(own) == []


def test_a_full_disk_is_one_sentence(own, monkeypatch):
    def full(path: Path, data: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    outcome = add([File("a.npz", npz(images=GREY))])
    assert outcome.problem == "The upload cannot be stored: No space left on device."
    assert left(own) == []


def test_an_upload_that_is_cancelled_leaves_nothing(own):
    job = Job()
    job.cancelled.set()
    with pytest.raises(TrainingCancelled):
        add_upload([File("a.npz", npz(images=GREY))], Request("mine", {}, OWN), job)
    job = Job()
    announced = job.announce

    def cancel_at_images(stage: str, share: float) -> None:
        if "images" in stage:
            job.cancelled.set()
        announced(stage, share)

    job.announce = cancel_at_images  # type: ignore[method-assign]
    with pytest.raises(TrainingCancelled):
        add_upload([File("a.npz", npz(images=GREY))], Request("mine", {}, OWN), job)
    assert left(own) == []


def test_what_a_visitor_uploads_is_the_visitors(own, monkeypatch):
    monkeypatch.setattr("dashboard.data.upload_rules.MAX_IMAGES", 12)
    outcome = add([File("a.npz", npz(images=GREY))], HOSTED)
    assert outcome.added is not None
    assert left(own) == [f"mine-{ownership.session_token()}"]
    assert outcome.title == "Mine"
    assert outcome.added.n_train + outcome.added.n_test == 12
    assert "12 of 20 images are taken, at random." in outcome.added.notes
    assert name_problem("mine", HOSTED) is not None
    with acting_for("two"):
        assert name_problem("mine", HOSTED) is None


def test_a_visitors_array_may_not_unpack_to_far_more_than_an_upload():
    rules = UploadRules(True, True, 1)
    images = np.zeros((6, 1000, 1000), np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, images=images)
    outcome = add([File("a.npz", buffer.getvalue())], rules)
    assert outcome.problem == "a.npz cannot be read: an array has 6 MB; at most 5 MB are read."


@pytest.mark.parametrize(
    ("files", "name"),
    [
        (["fruit.zip"], "fruit"),
        (["My Fruit (2).tar.gz"], "my-fruit-2"),
        (["train-images-idx3-ubyte.gz"], "train-images"),
        (["2024 photos.zip"], "photos"),
        (["画像.zip"], "pictures"),
        (["a.png", "b.png"], "pictures"),
        (["holiday/a/1.png", "holiday/b/2.png"], "holiday"),
        (["mnist.npz"], "mnist-2"),
        (["x" * 90 + ".zip"], "x" * 40),
        ([".zip"], "zip"),
        (["../..\\evil.zip"], "evil"),
    ],
)
def test_names_are_suggested(files, name):
    assert suggested_name(files, OWN) == name
    assert name_problem(name, OWN) is None


def test_a_name_that_is_taken_is_counted_on():
    add([File("fruit.npz", npz(images=GREY))], name="fruit")
    assert suggested_name(["fruit.zip"], OWN) == "fruit-2"
    assert "already" in str(name_problem("fruit", OWN))


def test_options_reach_the_dataset(monkeypatch):
    seen = []
    monkeypatch.setattr(adding, "add_dataset", lambda *_, **given: seen.append(given["options"]))
    add([File("a.npz", npz(images=GREY))], size=16, colour="rgb", limit=10)
    assert (seen[0].size, seen[0].colour, seen[0].limit) == (16, "rgb", 10)
