"""Own images whose files, arrays and tables deviate from the conventions as people's files do."""

from __future__ import annotations

import gzip
import io
import json
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from latentcore.datasets.own.add import Added, add_dataset
from latentcore.datasets.own.options import AddOptions
from latentcore.datasets.own.stored import find_own
from latentcore.exceptions import DatasetError

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 20, 20), dtype=np.uint8)
LABELS = np.arange(40) % 4
NAMES = np.array(["cat", "dog", "eel", "fox"])


@pytest.fixture
def add(tmp_path) -> Callable[..., Added]:
    return lambda source, name="mine", **options: add_dataset(
        name, source, tmp_path / "data", options=AddOptions(**options)
    )


def picture(seed: int, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (24, 30), dtype=np.uint8)).save(buffer, kind)
    return buffer.getvalue()


def pictures(
    classes: tuple[str, ...] = ("a", "b"), ending: str = ".png", kind: str = "PNG"
) -> dict[str, bytes]:
    pairs = [(name, k) for name in classes for k in range(5)]
    return {f"{name}/{k}{ending}": picture(seed, kind) for seed, (name, k) in enumerate(pairs)}


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo()
            info.filename = name
            archive.writestr(info, data)
    return path


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.astype(np.uint8).tobytes()


def pixels_of(tmp_path: Path) -> np.ndarray:
    found = find_own(tmp_path / "data", "mine")
    assert found is not None
    return np.concatenate([found.read(split)[0] for split in ("train", "test")])


def test_backslashes_in_an_archive_are_folders(tmp_path, add):
    files = {f"top\\{name}".replace("/", "\\"): data for name, data in pictures().items()}
    assert add(zipped(tmp_path / "windows.zip", files | {"top\\a\\": b""})).classes == ("a", "b")


def test_accents_of_macs_and_blanks_make_no_classes_of_their_own(tmp_path, add):
    forms = [unicodedata.normalize(form, "é") for form in ("NFC", "NFD")]
    added = add(zipped(tmp_path / "a.zip", pictures((*forms, "b", " b "))))
    assert added.classes == ("b", forms[0])
    assert added.n_train + added.n_test == 20


def test_class_names_that_differ_by_case_have_one_order(tmp_path, add):
    assert add(zipped(tmp_path / "a.zip", pictures(("cat", "Cat")))).classes == ("Cat", "cat")


@pytest.mark.parametrize(("ending", "kind"), [("", "PNG"), ("", "JPEG"), (".jfif", "JPEG"), (".PNG", "PNG")])
def test_endings_of_pictures(tmp_path, add, ending, kind):
    files = pictures(ending=ending, kind=kind) | {"a/LICENSE": b"these are the terms"}
    added = add(zipped(tmp_path / "a.zip", files))
    assert (added.n_train, added.n_test) == (8, 2)
    assert [str(problem) for problem in added.problems] == ["a/LICENSE is no picture."]


def test_what_is_left_out_has_its_reason(tmp_path, add):
    added = add(zipped(tmp_path / "a.zip", pictures() | {"inner.zip": b"PK", "a/photo.heic": b"...."}))
    assert sorted(str(problem) for problem in added.problems) == [
        "a/photo.heic is a picture of a kind that is not read (HEIC): convert it to PNG or JPEG.",
        "inner.zip is an archive inside the source: unpack it first.",
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.png", "is a single picture"),
        ("a.csv", "is a table without pictures"),
        ("a.doc", "is damaged, or no"),
    ],
)
def test_a_file_that_is_no_source_is_named(tmp_path, add, name, message):
    (tmp_path / name).write_bytes(picture(0))
    with pytest.raises(DatasetError, match=message):
        add(tmp_path / name)


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("metadata.csv", "file_name,label\r\n" + "\r\n".join(f"x\\y\\{k}.png,{k % 2}" for k in range(8))),
        ("Metadata.CSV", "File_Name;Label\n" + "\n".join(f"x/y/{k}.png;{k % 2}" for k in range(8))),
        ("labels.csv", "filename,class\n" + "\n".join(f"./x/y/{k}.png,{k % 2}" for k in range(8))),
        ("x/metadata.jsonl", "\n".join(f'{{"file_name": "y/{k}.png", "label": {k % 2}}}' for k in range(8))),
        ("metadata.tsv", "file_name\tlabel\n" + "\n".join(f"x/y/{k}.png\t{k % 2}" for k in range(9))),
    ],
)
def test_tables_of_labels(tmp_path, add, table, text):
    added = add(
        zipped(tmp_path / "a.zip", {f"x/y/{k}.png": picture(k) for k in range(8)} | {table: text.encode()})
    )
    assert added.classes == ("0", "1")
    assert added.n_train + added.n_test == 8
    missing = ["metadata.tsv names 'x/y/8.png' in row 9, which is not there."]
    assert [str(problem) for problem in added.problems] == (missing if "8.png" in text else [])


@pytest.mark.parametrize(
    ("images", "labels", "classes"),
    [("Images", "Labels", "Classes"), ("x", "y", "class_names"), ("DATA", "target", "target_names"),
     ("arr_0", "arr_1", "names")],
)  # fmt: skip
def test_usual_names_of_arrays(tmp_path, add, images, labels, classes):
    np.savez(tmp_path / "a.npz", **{images: IMAGES, labels: LABELS, classes: NAMES})
    added = add(tmp_path / "a.npz")
    assert added.classes == tuple(NAMES)
    assert f"The array {images!r} is taken as images." in added.notes


@pytest.mark.parametrize("pattern", ["{kind}_{split}", "{split}_{kind}"])
def test_splits_in_the_names_of_arrays(tmp_path, add, pattern):
    arrays = {}
    for split, n in (("train", 30), ("val", 4), ("test", 9)):
        arrays[pattern.format(kind="images", split=split)] = IMAGES[:n]
        arrays[pattern.format(kind="labels", split=split)] = LABELS[:n, None]
    np.savez(tmp_path / "A.NPZ", **arrays)
    (tmp_path / "A.NPZ.npz").rename(tmp_path / "A.NPZ")
    added = add(tmp_path / "A.NPZ")
    assert (added.n_train, added.n_test, len(added.classes)) == (34, 9, 4)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [(NAMES[LABELS], tuple(NAMES)), (NAMES[LABELS].astype("S"), tuple(NAMES)), (LABELS[None], tuple("0123")),
     (LABELS.astype(float), tuple("0123")), (np.eye(4)[LABELS], tuple("0123")),
     (LABELS > 1, ("False", "True"))],
)  # fmt: skip
def test_labels_of_every_kind(tmp_path, add, labels, classes):
    np.savez(tmp_path / "a.npz", images=IMAGES, labels=labels)
    assert add(tmp_path / "a.npz").classes == classes


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (NAMES[LABELS].astype(object), "the array 'labels' holds Python objects"),
        (np.where(LABELS == 1, np.nan, LABELS), "that of image 1 is nan"),
        (np.ones((40, 4)), "labels have the shape"),
    ],
)
def test_labels_that_cannot_be_used_are_named(tmp_path, add, labels, message):
    np.savez(tmp_path / "a.npz", images=IMAGES, labels=labels)
    with pytest.raises(DatasetError, match=message):
        add(tmp_path / "a.npz")


def test_python_objects_that_are_not_needed_are_left_out(tmp_path, add):
    np.savez(tmp_path / "a.npz", images=IMAGES, remarks=np.array([{"by": "me"}], object))
    assert add(tmp_path / "a.npz").n_train == 32


@pytest.mark.parametrize(
    ("images", "note"),
    [
        (IMAGES / 255 * 1.03 - 0.01, "are taken as 0 to 1; those beyond are cut off"),
        (IMAGES // 128, "Values from 0 to 1 are taken as 0 to 1."),
        ((IMAGES // 16).astype(float), "Values from 0 to 15 are taken as 0 to 15."),
        (IMAGES.reshape(40, 400), "Rows of 400 values are images of 20x20."),
    ],
)
def test_pixels_become_neither_black_nor_white(tmp_path, add, images, note):
    np.savez(tmp_path / "a.npz", images=images)
    added = add(tmp_path / "a.npz", size=20)
    assert note in " ".join(added.notes)
    pixels = pixels_of(tmp_path)
    assert (pixels.min(), pixels.max()) == (0, 255)
    assert 90 < pixels.mean() < 160


@pytest.mark.parametrize("outlier", [1.5, 200.0, 3000.0])
def test_an_image_beyond_the_range_of_the_others_is_named(tmp_path, add, outlier):
    images = IMAGES / 255
    images[7, 3, 3] = outlier
    np.save(tmp_path / "a.npy", images)
    with pytest.raises(DatasetError, match=f"image 7 has values up to {outlier:g}"):
        add(tmp_path / "a.npy")


def test_transparent_pixels_of_arrays_are_laid_over_white(tmp_path, add):
    images = np.zeros((12, 16, 16, 4), np.uint8)
    images[..., :8, 3] = 255
    images[..., 0] = 200
    np.save(tmp_path / "a.npy", images)
    assert add(tmp_path / "a.npy", size=16).image_shape == (3, 16, 16)
    pixels = pixels_of(tmp_path)
    assert (pixels[:, :, :, :8] == np.array([200, 0, 0])[:, None, None]).all()
    assert (pixels[:, :, :, 8:] == 255).all()


def test_flat_rows_of_three_channels_are_asked_about(tmp_path, add):
    images = np.random.default_rng(1).integers(0, 256, (12, 3, 16, 16), dtype=np.uint8)
    np.save(tmp_path / "a.npy", images.reshape(12, -1))
    with pytest.raises(DatasetError, match="--channels first or last"):
        add(tmp_path / "a.npy")
    assert add(tmp_path / "a.npy", channels="first", size=16).image_shape == (3, 16, 16)
    assert {image.tobytes() for image in pixels_of(tmp_path)} == {image.tobytes() for image in images}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("names", "sizes"),
    [
        ({"pics.idx3.gz": 40, "labs.idx1.gz": 40}, (32, 8)),
        ({"MY-IMAGES.IDX": 40, "MY-LABELS.IDX": 40}, (32, 8)),
        ({"x-train-images-idx3-ubyte": 40, "x-train-labels-idx1-ubyte": 40, "x-test-images-idx3-ubyte": 8,
          "x-test-labels-idx1-ubyte": 8}, (40, 8)),
    ],
)  # fmt: skip
def test_idx_files_of_odd_names(tmp_path, add, names, sizes, packed):
    files = {}
    for name, n in names.items():
        array = LABELS[:n] if "lab" in name.lower() else IMAGES[-n:]
        files[name] = gzip.compress(idx(array)) if name.endswith(".gz") else idx(array)
    source = zipped(tmp_path / "a.zip", {f"raw/{name}": data for name, data in files.items()})
    if not packed:
        source = tmp_path / "in"
        source.mkdir()
        for name, data in files.items():
            (source / name).write_bytes(data)
    added = add(source)
    assert (added.n_train, added.n_test, added.classes) == (*sizes, tuple("0123"))


def test_a_file_of_labels_alone_is_named(tmp_path, add):
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(LABELS))
    with pytest.raises(DatasetError, match="holds labels; give the file of the images"):
        add(tmp_path / "train-labels-idx1-ubyte")


def test_arrays_in_an_archive(tmp_path, add):
    buffer = io.BytesIO()
    np.savez(buffer, x=IMAGES, y=LABELS)
    assert len(add(zipped(tmp_path / "a.zip", {"made/data.npz": buffer.getvalue()})).classes) == 4
    with pytest.raises(DatasetError, match=r"^made/bad.npz cannot be read"):
        add(zipped(tmp_path / "b.zip", {"made/bad.npz": b"PK"}), "other")


def test_only_a_test_split_is_split_at_random(tmp_path, add):
    added = add(zipped(tmp_path / "a.zip", {f"test/{name}": data for name, data in pictures().items()}))
    assert (added.n_train, added.n_test, added.classes) == (8, 2, ("a", "b"))


def parquet(path: Path, **columns: list[object]) -> Path:
    features = {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}
    table = pa.table(columns)
    if "label" in columns:
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    pq.write_table(table, path)
    return path


def test_tables_of_pictures(tmp_path, add):
    cells = [{"bytes": picture(k), "path": None} for k in range(20)]
    named = parquet(tmp_path / "A.PARQUET", image=[None, *cells[1:]], label=[k % 2 for k in range(20)])
    added = add(named)
    assert added.classes == ("cat", "dog")
    assert [str(problem) for problem in added.problems] == ["A.PARQUET, row 0 holds no picture."]
    data = [cell["bytes"] for cell in cells]
    other = parquet(tmp_path / "b.parquet", id=[b"abc"] * 20, picture=data, fine_label=[0.0, 1.0] * 10)
    assert add(other, "other").classes == ("0", "1")


def test_a_folder_of_tables_with_their_splits(tmp_path, add):
    source = tmp_path / "data"
    source.mkdir()
    for split, n in (("train", 12), ("test", 6)):
        cells = [{"bytes": picture(n + k), "path": None} for k in range(n)]
        parquet(source / f"{split}-00000-of-00001.parquet", image=cells, label=[k % 2 for k in range(n)])
    added = add(source)
    assert (added.n_train, added.n_test, added.classes) == (12, 6, ("cat", "dog"))
