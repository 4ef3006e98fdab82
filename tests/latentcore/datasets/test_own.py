"""Own images from folders, archives, arrays and tables, as people have them."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from latentcore.datasets.own.add import Added, add_dataset
from latentcore.datasets.own.names import owner_of
from latentcore.datasets.own.options import AddOptions
from latentcore.datasets.own.stored import find_own, list_own, remove_own
from latentcore.exceptions import DatasetError


def picture(
    value: int, size: tuple[int, int] = (28, 28), mode: str = "L", kind: str = "PNG", seed: int = 0
) -> bytes:
    """A picture of about one brightness or colour, with noise, so that no two are equal."""
    noise = np.random.default_rng([value, seed]).integers(0, 9, (size[1], size[0]))
    grey = np.clip(value + noise, 0, 255).astype(np.uint8)
    pixels = np.stack([grey, grey // 3, 255 - grey], axis=2) if mode == "RGB" else grey
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def image_folder(names: tuple[str, ...], n: int = 5, **kwargs: object) -> dict[str, bytes]:
    return {
        f"{name}/{k}.png": picture(20 * number + 10, seed=k, **kwargs)
        for number, name in enumerate(names)
        for k in range(n)
    }


@pytest.fixture
def add(tmp_path) -> Callable[..., Added]:
    def run(source: Path, name: str = "mine", **options: object) -> Added:
        return add_dataset(
            name,
            source,
            tmp_path / "data",
            reserved={"mnist": "a dataset that comes with the library"},
            options=AddOptions(**options),
        )

    return run


def stored(tmp_path: Path, split: str = "train", name: str = "mine") -> tuple[np.ndarray, np.ndarray]:
    found = find_own(tmp_path / "data", name)
    assert found is not None
    found.verify()
    return found.read(split)


def test_a_folder_with_one_folder_per_class(tmp_path, add):
    added = add(write(tmp_path / "in", image_folder(("11", "2", "1", "100", "10"))))
    assert added.classes == ("1", "2", "10", "11", "100")
    assert (added.n_train, added.n_test, added.image_shape) == (20, 5, (1, 28, 28))
    pixels, labels = stored(tmp_path)
    assert pixels.shape == (20, 1, 28, 28)
    assert sorted(np.bincount(labels).tolist()) == [4] * 5
    order = {"11": 0, "2": 1, "1": 2, "100": 3, "10": 4}
    for number, name in enumerate(added.classes):
        assert abs(pixels[labels == number].mean() - (20 * order[name] + 14)) < 3


def test_splits_of_the_source_are_kept(tmp_path, add):
    files = {
        f"{split}/{name}": data
        for split in ("train", "test")
        for name, data in image_folder(("a", "b")).items()
    }
    added = add(write(tmp_path / "in", files))
    assert (added.n_train, added.n_test, added.classes) == (10, 10, ("a", "b"))
    assert any("10 of 10 test images are in train, too" in note for note in added.notes)


def test_validation_images_are_the_test_split_where_there_is_no_other(tmp_path, add):
    files = {
        f"{split}/{name}": data
        for split in ("train", "val")
        for name, data in image_folder(("a", "b")).items()
    }
    assert add(write(tmp_path / "in", files)).n_test == 10
    assert any("validation split is the test split" in note for note in add(tmp_path / "in", "other").notes)


def test_a_flat_folder_has_no_labels(tmp_path, add):
    added = add(write(tmp_path / "in", {f"{k}.png": picture(9 * k) for k in range(12)}))
    assert added.classes == ()
    assert added.n_train + added.n_test == 12
    assert set(stored(tmp_path)[1].tolist()) == {-1}


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_labels_from_a_table(tmp_path, add, kind):
    files = {f"images/{k}.png": picture(9 * k) for k in range(10)}
    rows = [{"file_name": f"images/{k}.png", "label": "none" if k % 2 else "ünï, code"} for k in range(10)]
    table = (
        "\n".join(json.dumps(row) for row in rows)
        if kind == "jsonl"
        else "file_name,label\n" + "\n".join(f'{row["file_name"]},"{row["label"]}"' for row in rows)
    )
    added = add(write(tmp_path / "in", files | {f"metadata.{kind}": table.encode()}))
    assert added.classes == ("none", "ünï, code")
    with pytest.raises(DatasetError, match="which is not there"):
        add(write(tmp_path / "in2", files | {"metadata.csv": b"file_name,label\nx.png,a\n"}), "other")


def make_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_an_archive_with_what_a_mac_leaves_there(tmp_path, add):
    files = {f"data/{name}": data for name, data in image_folder(("a", "b", "c")).items()}
    rest = ["__MACOSX/data/a/._0.png", "data/.DS_Store", "data/a/._1.png", "data/Thumbs.db"]
    bad = {"data/notes.txt": b"hello", "data/a/broken.png": b"\x89PNG....", "data/a/empty.png": b""}
    added = add(make_zip(tmp_path / "mac.zip", files | dict.fromkeys(rest, b"x") | bad))
    assert added.classes == ("a", "b", "c")
    assert added.n_train + added.n_test == 15
    assert sorted(problem.name for problem in added.problems) == sorted(bad)


def test_nothing_is_read_from_outside_an_archive(tmp_path, add):
    names = ["../out.png", "/abs.png", "a/../../up.png", "C:\\win.png"]
    files = image_folder(("a", "b")) | dict.fromkeys(names, picture(3))
    added = add(make_zip(tmp_path / "evil.zip", files))
    assert added.n_train + added.n_test == 10
    assert len(added.problems) == 4
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("a/link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    added = add(tmp_path / "evil.tar.gz", "tarred")
    assert added.n_train + added.n_test == 10
    assert any("link" in problem.reason for problem in added.problems)


def test_a_link_out_of_a_folder_is_not_followed(tmp_path, add):
    source = write(tmp_path / "in", image_folder(("a", "b")))
    (tmp_path / "secret.png").write_bytes(picture(200))
    (source / "a" / "secret.png").symlink_to(tmp_path / "secret.png")
    assert [problem.name for problem in add(source).problems] == ["a/secret.png"]


@pytest.mark.parametrize(("highest", "white"), [(250, 255), (4000, 4095), (4096, 16383), (60_000, 65_535)])
def test_values_of_fewer_bits_than_16_are_not_dark(tmp_path, add, highest, white):
    files = {}
    for k in range(10):
        buffer = io.BytesIO()
        values = np.linspace(0, highest, 400).reshape(20, 20).astype(np.uint16)
        Image.fromarray(np.roll(values, k, axis=0)).save(buffer, "PNG")
        files[f"{k}.png"] = buffer.getvalue()
    added = add(write(tmp_path / "in", files), size=20)
    assert any(note.endswith(f"are scaled from 0 to {white:,}.") for note in added.notes)
    assert stored(tmp_path)[0].max() == pytest.approx(255 * highest / white, abs=1)


def test_pictures_brighter_than_the_sample_are_named(tmp_path, add, monkeypatch):
    monkeypatch.setattr("latentcore.datasets.own.target.N_COLOUR_SAMPLE", 0)
    monkeypatch.setattr("latentcore.datasets.own.target._max_deep", lambda *_: 4095)
    files = {}
    for k in range(10):
        buffer = io.BytesIO()
        Image.fromarray(np.full((20, 20), 9000 if k == 7 else 100 + k, np.uint16)).save(buffer, "PNG")
        files[f"{k}.png"] = buffer.getvalue()
    notes = add(write(tmp_path / "in", files), size=20).notes
    assert "1 picture has values above 4,095, which became white: 7.png." in notes


def test_values_of_16_bits_keep_their_differences(tmp_path, add):
    files = {}
    for number in range(3):
        for k in range(4):
            buffer = io.BytesIO()
            Image.fromarray(np.full((20, 20), 20_000 + 15_000 * number + k, np.uint16)).save(buffer, "PNG")
            files[f"{number}/{k}.png"] = buffer.getvalue()
    added = add(write(tmp_path / "in", files))
    pixels, labels = stored(tmp_path)
    means = [pixels[labels == number].mean() for number in range(3)]
    assert means == pytest.approx([20_000 / 257, 35_000 / 257, 50_000 / 257], abs=1)
    assert any("20,000 to 50,003" in note for note in added.notes)


def test_pictures_are_upright(tmp_path, add):
    files = {}
    for k in range(6):
        pixels = np.zeros((40, 40, 3), np.uint8)
        pixels[:20, :20] = (255, 40, 0)
        image = Image.fromarray(pixels)
        exif = Image.Exif()
        if k % 2:
            image, exif[0x0112] = image.rotate(90, expand=True), 6
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", exif=exif, quality=90 + k)
        files[f"{k}.jpg"] = buffer.getvalue()
    assert add(write(tmp_path / "in", files)).image_shape == (3, 32, 32)
    pixels = stored(tmp_path)[0]
    assert pixels[:, 0, :14, :14].mean(axis=(1, 2)).min() > 200
    assert pixels[:, 0, 18:, 18:].mean(axis=(1, 2)).max() < 50


@pytest.mark.parametrize(("fit", "corner"), [("crop", 200), ("pad", 40), ("stretch", 40)])
def test_other_shapes_are_cropped_padded_or_stretched(tmp_path, add, fit, corner):
    pixels = np.full((20, 60), 40, np.uint8)
    pixels[:, 20:40] = 200
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "BMP")
    add(write(tmp_path / "in", {f"{k}.bmp": buffer.getvalue() for k in range(3)}), fit=fit, size=24)
    image = stored(tmp_path)[0][0, 0]
    assert image.shape == (24, 24)
    assert image[0, 0] == corner
    assert image[12, 12] == 200


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_format_is_read(tmp_path, add, kind):
    files = {f"{k}.{kind.lower()}": picture(100, seed=k, kind=kind) for k in range(4)}
    assert add(write(tmp_path / "in", files)).problems == []
    assert abs(stored(tmp_path)[0].mean() - 104) < 4


def test_transparent_parts_lie_over_white(tmp_path, add):
    pixels = np.zeros((16, 16, 4), np.uint8)
    pixels[:8] = (0, 0, 0, 255)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    add(write(tmp_path / "in", {f"{k}.png": buffer.getvalue() for k in range(3)}), size=16)
    image = stored(tmp_path)[0][0, 0]
    assert (image[:8] == 0).all()
    assert (image[8:] == 255).all()


@pytest.mark.parametrize(
    ("images", "shape"),
    [
        (np.zeros((8, 20, 24), np.uint8), (1, 16, 16)),
        (np.random.default_rng(0).integers(0, 255, (8, 20, 24, 3)).astype(np.uint8), (3, 16, 16)),
        (np.random.default_rng(0).integers(0, 255, (8, 3, 20, 24)).astype(np.uint8), (3, 16, 16)),
        (np.zeros((8, 20, 24, 1), np.uint8), (1, 16, 16)),
    ],
)
def test_arrays_of_every_shape(tmp_path, add, images, shape):
    np.savez(tmp_path / "a.npz", images=images, labels=np.arange(8)[:, None] % 2, classes=["x", "y"])
    added = add(tmp_path / "a.npz", size=16)
    assert (added.image_shape, added.classes) == (shape, ("x", "y"))
    np.save(tmp_path / "b.npy", images)
    assert add(tmp_path / "b.npy", "other", size=16).classes == ()


def test_an_array_that_can_be_read_in_two_ways_is_asked_about(tmp_path, add):
    np.save(tmp_path / "a.npy", np.zeros((4, 3, 20, 1), np.uint8))
    with pytest.raises(DatasetError, match="--channels first or last"):
        add(tmp_path / "a.npy")
    assert add(tmp_path / "a.npy", channels="first").image_shape[0] in (1, 3)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0), (0.0, 255.0)])
def test_ranges_of_floats_are_told_apart_and_said(tmp_path, add, low, high):
    images = np.linspace(low, high, 8 * 16 * 16).reshape(8, 16, 16)
    np.save(tmp_path / "a.npy", images)
    added = add(tmp_path / "a.npy", size=16)
    assert f"are taken as {low:g} to {high:g}." in " ".join(added.notes)
    pixels = np.concatenate([stored(tmp_path, split)[0] for split in ("train", "test")])
    assert (pixels.min(), pixels.max()) == (0, 255)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": np.full((4, 8, 8), np.nan)}, "image 0 has NaN"),
        ({"images": np.full((4, 8, 8), 1e6)}, "values go from"),
        ({"images": np.zeros((4, 8, 8), np.uint8), "labels": np.zeros(3, int)}, "there are 4 images"),
        ({"images": np.zeros((4, 8, 8), np.uint8), "labels": [0, 1, 2, 3], "classes": ["a"]}, "has no name"),
        ({"images": np.zeros((4, 8, 8), np.uint8), "labels": [0.5, 1, 2, 3]}, "no whole numbers"),
        ({"pictures": np.zeros((4, 8, 8), np.uint8)}, "no array named images"),
        ({"images": np.zeros((0, 8, 8), np.uint8)}, "holds no images"),
        ({"images": np.zeros((4, 8), np.uint8)}, "expected"),
    ],
)
def test_arrays_that_cannot_be_used_are_refused(tmp_path, add, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DatasetError, match=message):
        add(tmp_path / "a.npz")
    assert list_own(tmp_path / "data") == []


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.mark.parametrize("zipped", [False, True])
def test_idx_files_with_their_splits(tmp_path, add, zipped):
    files, generator = {}, np.random.default_rng(0)
    for split, n in (("train", 12), ("t10k", 6)):
        files[f"{split}-images-idx3-ubyte"] = idx(generator.integers(0, 255, (n, 28, 28)))
        files[f"{split}-labels-idx1-ubyte"] = idx(np.arange(n) % 3)
    if zipped:
        files = {f"{name}.gz": gzip.compress(data) for name, data in files.items()}
    added = add(write(tmp_path / "in", files))
    assert (added.n_train, added.n_test, added.classes) == (12, 6, ("0", "1", "2"))


@pytest.mark.parametrize("struct", [False, True])
def test_a_table_with_pictures(tmp_path, add, struct):
    cells = [picture(20 * k, mode="RGB") for k in range(10)]
    column = [{"bytes": cell, "path": f"{k}.png"} for k, cell in enumerate(cells)] if struct else cells
    pq.write_table(pa.table({"image": column, "label": [k % 2 for k in range(10)]}), tmp_path / "a.parquet")
    added = add(tmp_path / "a.parquet")
    assert (added.classes, added.image_shape) == (("0", "1"), (3, 32, 32))
    pq.write_table(pa.table({"x": [1.0]}), tmp_path / "b.parquet")
    with pytest.raises(DatasetError, match="no column of pictures"):
        add(tmp_path / "b.parquet", "other")


def test_a_class_with_one_image_is_trained_on(tmp_path, add):
    files = image_folder(("a", "b")) | {"c/only.png": picture(90)}
    add(write(tmp_path / "in", files))
    assert 2 in stored(tmp_path)[1]
    assert 2 not in stored(tmp_path, "test")[1]


def test_one_class_only_is_no_label(tmp_path, add):
    added = add(write(tmp_path / "in", image_folder(("a",))))
    assert added.classes == ()
    assert any("only one class" in note for note in added.notes)


def test_the_same_seed_gives_the_same_split(tmp_path, add):
    source = write(tmp_path / "in", image_folder(("a", "b"), 20))
    for name in ("one", "two"):
        assert add(source, name, limit=24).n_train + add(source, f"{name}-b", seed=1).n_train > 0
    one, two = (stored(tmp_path, "test", name)[0] for name in ("one", "two"))
    assert np.array_equal(one, two)


@pytest.mark.parametrize("name", ["mnist", "Mine", "../x", "", "a b", "1a", "x" * 41])
def test_unusable_and_taken_names_are_refused(tmp_path, add, name):
    source = write(tmp_path / "in", image_folder(("a", "b")))
    with pytest.raises(DatasetError, match="name"):
        add(source, name)
    add(source, "taken")
    with pytest.raises(DatasetError, match="already"):
        add(source, "taken")


def test_strict_stops_at_the_first_problem_and_stores_nothing(tmp_path, add):
    source = write(tmp_path / "in", image_folder(("a", "b")) | {"a/broken.png": b"x"})
    with pytest.raises(DatasetError, match="a/broken.png is damaged"):
        add(source, strict=True)
    assert list((tmp_path / "data" / "own").iterdir()) == []


def test_an_interrupt_leaves_nothing_behind(tmp_path):
    source = write(tmp_path / "in", image_folder(("a", "b")))

    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_dataset("mine", source, tmp_path / "data", on_progress=interrupt)
    assert list((tmp_path / "data" / "own").iterdir()) == []


@pytest.mark.parametrize("source", ["nothing", "notes.txt", "empty"])
def test_a_source_without_pictures_is_one_sentence(tmp_path, add, source):
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError):
        add(tmp_path / source)


def test_rows_are_read_and_damage_is_found(tmp_path, add):
    add(write(tmp_path / "in", image_folder(("a", "b"), 10)))
    found = find_own(tmp_path / "data", "mine")
    pixels, labels = found.read("train")
    some, own = found.read("train", np.array([3, 1]))
    assert np.array_equal(some, pixels[[3, 1]])
    assert np.array_equal(own, labels[[3, 1]])
    with pytest.raises(DatasetError, match="no train image 99"):
        found.read("train", np.array([99]))
    path = found.folder / "train.u8"
    data = bytearray(path.read_bytes())
    data[5] ^= 1
    path.write_bytes(data)
    with pytest.raises(DatasetError, match="was changed or damaged"):
        found.verify()
    path.write_bytes(data[:-1])
    with pytest.raises(DatasetError, match="another size"):
        found.read("train")


def test_a_dataset_can_be_removed(tmp_path, add):
    add(write(tmp_path / "in", image_folder(("a", "b"))))
    remove_own(tmp_path / "data", "mine")
    assert list_own(tmp_path / "data") == []
    with pytest.raises(DatasetError, match="no own dataset"):
        remove_own(tmp_path / "data", "mine")


@pytest.mark.parametrize(
    "options",
    [
        {"size": 7},
        {"size": 65},
        {"test_share": 0.0},
        {"test_share": 1.0},
        {"limit": 1},
        {"fit": "x"},
        {"colour": "x"},
    ],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ValueError, match="size|test_share|limit|fit|colour"):
        AddOptions(**options)


TOKEN = "0123456789abcdef"


def test_a_dataset_that_belongs_to_a_session_is_listed_only_when_asked(tmp_path):
    source, data = write(tmp_path / "in", image_folder(("a", "b"))), tmp_path / "data"
    added = add_dataset("mine", source, data, owner=TOKEN)
    assert added.name == f"mine-{TOKEN}"
    add_dataset("mine", source, data)
    assert [one.name for one in list_own(data)] == ["mine"]
    assert [one.name for one in list_own(data, owned=True)] == [added.name]
    assert find_own(data, added.name).spec().title == "Mine"
    assert owner_of(added.name) == TOKEN
    with pytest.raises(DatasetError, match="cannot be named"):
        add_dataset(f"other-{TOKEN}", source, data)
    with pytest.raises(DatasetError, match="a dataset 'mine' already"):
        add_dataset("mine", source, data, owner=TOKEN)


@pytest.mark.parametrize("kind", ["npy", "npz", "idx", "parquet"])
def test_what_unpacks_to_more_than_is_allowed_is_refused_before_it_is_read(tmp_path, kind):
    path = tmp_path / {"idx": "images-idx3-ubyte.gz"}.get(kind, f"a.{kind}")
    images = np.zeros((2000, 28, 28), np.uint8)
    if kind == "npy":
        np.save(path, images)
    elif kind == "npz":
        np.savez_compressed(path, images=images)
    elif kind == "idx":
        path.write_bytes(gzip.compress(idx(images)))
    else:
        pq.write_table(pa.table({"image": [bytes(100_000)] * 400}), path, compression="zstd")
    assert path.stat().st_size < 1_000_000 or kind == "npy"
    with pytest.raises(DatasetError, match="MB"):
        add_dataset("mine", path, tmp_path / "data", max_array_bytes=1_000_000)
    assert list_own(tmp_path / "data") == []


def test_progress_is_reported_often_enough_to_be_cancelled(tmp_path):
    seen: list[int] = []
    source = write(tmp_path / "in", {f"{k}.png": picture(k) for k in range(100)})
    add_dataset("mine", source, tmp_path / "data", on_progress=lambda done, _total: seen.append(done))
    assert seen == [32, 64, 96, 100]
