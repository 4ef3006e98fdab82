"""Images to compress as people have them: litter of systems, names, 16 bits, JPEGs stored turned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from latentcore.codec import compress, pack, unpack
from latentcore.codec.commands import compress_path, decompress_path
from latentcore.codec.image_files import check_output_path, read_images, write_images
from latentcore.codec.image_names import (
    attach_names,
    find_name_fault,
    natural_sort_key,
    pack_names,
    unpack_names,
)
from latentcore.codec.lat_format import LatFile
from latentcore.exceptions import CodecError
from latentcore.store import load_bundle

GREY = (1, 8, 8)
OLD = bytes.fromhex(
    "4c4154430100b200030000007b226d6f64656c223a226469676974732f61652d6432222c22736861323536223a2230303030"
    "3030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030"
    "30303030303030303030222c227461626c6573223a2231313131313131313131313131313131222c227368617065223a5b31"
    "2c382c385d2c226e223a332c2273746570223a302e352c22736861726573223a5b31362c31375d7d616263d950ac23d2b0a1"
    "67"
)
"""What the first version of the format was written as."""


def fill(folder: Path, *names: str) -> Path:
    """Write a grey picture a name, each of a brightness of its own: 0, 10, 20, ... of 255."""
    folder.mkdir(parents=True, exist_ok=True)
    for k, name in enumerate(names):
        Image.new("L", (8, 8), 10 * k).save(folder / name)
    return folder


def brightness(images: np.ndarray) -> list[int]:
    return [round(255 * float(image.mean()) / 10) for image in images]


# -- what is in a folder -------------------------------------------------------------------

LITTER = {
    ".DS_Store": lambda path: path.write_bytes(b"\0\0\0\1Bud1"),
    "._0.png": lambda path: path.write_bytes(b"\0\5\26\7\0\2\0\0Mac OS X"),
    "Thumbs.db": lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0"),
    "desktop.ini": lambda path: path.write_text("[.ShellClassInfo]"),
    "DESKTOP.INI": lambda path: path.write_text("[.ShellClassInfo]"),
    "__MACOSX": lambda path: fill(path, "0.png"),
    ".git": lambda path: fill(path, "0.png"),
    ".hidden.png": lambda path: path.write_bytes(b""),
    ".png": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("name", list(LITTER))
def test_what_systems_leave_in_a_folder_is_passed_over(tmp_path, name):
    folder = fill(tmp_path, "0.png", "1.png")
    LITTER[name](folder / name)
    assert read_images(folder, GREY).names == ("0", "1")


@pytest.mark.parametrize("other", ["notes.txt", "data", "Thumbs.txt", "DS_Store", "0.gif"])
def test_beside_litter_anything_else_is_named(tmp_path, other):
    folder = fill(tmp_path, "0.png")
    for name, make in LITTER.items():
        make(folder / name)
    (folder / other).mkdir() if other == "data" else (folder / other).write_text("x")
    with pytest.raises(CodecError, match=f"other things than PNG, JPEG and WebP files: {other}\\."):
        read_images(folder, GREY)


def test_a_broken_picture_is_named_and_a_folder_of_litter_holds_none(tmp_path):
    folder = fill(tmp_path / "a", "0.png")
    (folder / "broken.png").write_bytes((folder / "0.png").read_bytes()[:40])
    with pytest.raises(CodecError, match=r"broken\.png cannot be read"):
        read_images(folder, GREY)
    empty = fill(tmp_path / "b")
    for name, make in LITTER.items():
        make(empty / name)
    with pytest.raises(CodecError, match="holds no picture"):
        read_images(empty, GREY)


@pytest.mark.parametrize(
    ("name", "goes"),
    [
        *((".DS_Store", True), ("._0.png", True), ("Thumbs.db", True), ("desktop.ini", True)),
        *((".git", False), ("__MACOSX", False), (".env", False), ("notes.txt", False)),
    ],
)
def test_only_what_systems_make_themselves_goes_when_a_folder_is_replaced(tmp_path, name, goes):
    folder = fill(tmp_path / "a", "0.png")
    LITTER.get(name, lambda path: path.write_text("x"))(folder / name)
    if goes:
        write_images(folder, np.zeros((1, *GREY), np.float32), force=True)
        assert [path.name for path in folder.iterdir()] == ["0.png"]
    else:
        with pytest.raises(CodecError, match="holds more than pictures"):
            check_output_path(folder, force=True)


def test_pictures_are_taken_in_natural_order(tmp_path):
    names = [f"{k}.png" for k in range(1, 13)]
    found = read_images(fill(tmp_path, *names), GREY)
    assert found.names == tuple(map(str, range(1, 13)))
    assert brightness(found.images) == list(range(12))


def test_the_natural_order_of_names():
    expected = ["a.png", "A1.png", "a2.png", "a2b3.png", "a2b11.png", "a10.png", "img.png", "img1.png"]
    assert sorted(sorted(expected), key=natural_sort_key) == expected
    assert sorted(["img1.png", "img01.png"], key=natural_sort_key) == ["img01.png", "img1.png"]
    assert sorted(
        ["1", "٢.png", "x" * 200 + "9" * 55, "²", ""], key=natural_sort_key
    )  # whatever a folder may hold


# -- names are kept and given back ------------------------------------------------------------


@pytest.fixture(scope="module")
def bundle():
    return load_bundle("digits/pca-d8")


def test_names_come_back_from_a_folder_over_every_kind_of_file(tmp_path, bundle):
    names = [
        *(f"{k}.png" for k in (1, 2, 10)),
        "Käse — 3.JPG",
        "Screenshot 10.00.00\u202fAM.png",
        "第一.webp",
    ]
    kept = {"1", "2", "10", "Käse — 3", "Screenshot 10.00.00\u202fAM", "第一"}
    source = fill(tmp_path / "source", *names)
    compress_path(source, tmp_path / "a.lat", bundle, step=0.01, force=False)
    decompress_path(tmp_path / "a.lat", tmp_path / "pictures", force=False)
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == {f"{name}.png" for name in kept}
    decoded = unpack((tmp_path / "a.lat").read_bytes(), "a")
    assert decoded.names is not None
    decompress_path(tmp_path / "a.lat", tmp_path / "b.npz", force=False)
    with np.load(tmp_path / "b.npz", allow_pickle=False) as arrays:
        assert tuple(arrays["names"]) == decoded.names
        images = dict(zip(arrays["names"], arrays["images"], strict=True))
    for name in kept:
        pixels = np.asarray(Image.open(tmp_path / "pictures" / f"{name}.png"), np.float32) / 255
        assert np.abs(pixels - images[name][0]).max() <= 0.5 / 255 + 1e-6
    again = compress_path(tmp_path / "b.npz", tmp_path / "c.lat", bundle, step=0.01, force=False)
    assert again.notes == ()
    assert unpack((tmp_path / "c.lat").read_bytes(), "c").names == decoded.names


def test_an_image_keeps_its_own_name(tmp_path, bundle):
    """Two kinds of picture that the model tells apart, under numbers whose order is not that of the texts."""
    images = bundle.model.decode(bundle.test.codes[:12])
    source = tmp_path / "source"
    write_images(source, images, tuple(map(str, range(1, 13))), force=False)
    compress_path(source, tmp_path / "a.lat", bundle, step=0.1, force=False)
    decompress_path(tmp_path / "a.lat", tmp_path / "back", force=False)
    for name in range(1, 13):
        pairs = [np.asarray(Image.open(tmp_path / f / f"{name}.png"), float) for f in ("source", "back")]
        others = np.asarray(Image.open(tmp_path / "back" / f"{name % 12 + 1}.png"), float)
        assert np.abs(pairs[0] - pairs[1]).mean() < np.abs(pairs[0] - others).mean()


def test_endings_stay_where_nothing_else_tells_two_pictures_apart(tmp_path):
    folder = fill(tmp_path, "a.png", "a.jpg", "b.png")
    assert read_images(folder, GREY).names == ("a.jpg", "a.png", "b.png")


UNUSABLE = {
    "separator": ["a/b"],
    "way up": ["../../a"],
    "absolute": ["/etc/passwd"],
    "backslash": ["..\\a"],
    "drive": ["C:a"],
    "up": [".."],
    "hidden": [".bashrc"],
    "nothing": [""],
    "blank": ["  "],
    "wide blank": ["\u3000"],
    "zero": ["a\0b"],
    "escape": ["\x1b[2J"],
    "turned": ["gnp.\u202eexe"],
    "half a character": ["\ud800"],
    "device": ["CON"],
    "device with ending": ["nul.txt"],
    "device with blank": ["Com1 .x"],
    "long": ["x" * 251],
    "long in bytes": ["第" * 84],
    "case": ["Photo", "photo"],
    "accents": ["caf\u00e9", "cafe\u0301"],
    "sharp s": ["stra\u00dfe", "STRASSE"],
    "twice": ["a", "a"],
    "question": ["what?"],
}
"""Names that no file of ours may get, whoever asks."""


@pytest.mark.parametrize("names", UNUSABLE.values(), ids=UNUSABLE)
def test_names_that_cannot_be_given_back_are_not_kept_and_the_note_says_so(names):
    found = attach_names(np.zeros((len(names), *GREY), np.float32), names, ("First.",))
    assert found.names is None
    assert found.notes[0] == "First."
    assert "Names are not kept" in found.notes[1]
    assert found.notes[1].isprintable()


def test_more_names_than_a_file_reads_are_not_written():
    assert find_name_fault([f"{k:06}{'第' * 80}" for k in range(1000)]) is None
    assert find_name_fault([f"{k:06}{'第' * 80}" for k in range(70_000)]) == "they are too long together"


def test_pictures_whose_names_are_not_kept_come_back_numbered(tmp_path, bundle):
    source = fill(tmp_path / "source", "a:1.png", "a:2.png", "a:10.png")
    said = compress_path(source, tmp_path / "a.lat", bundle, step=0.5, force=False)
    assert "'a:1' is no name for a file on every system" in said.notes[0]
    decompress_path(tmp_path / "a.lat", tmp_path / "back", force=False)
    assert sorted(path.name for path in (tmp_path / "back").iterdir()) == ["0.png", "1.png", "2.png"]


letters = st.text(st.characters(), max_size=12)
known = st.sampled_from(["a", "A", "a.png", "a.jpg", "con", "é", "e\u0301"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(letters, known), min_size=1, max_size=5))
def test_names_are_kept_or_not_but_never_others(names):
    found = attach_names(np.zeros((len(names), *GREY), np.float32), names, ())
    if found.names is None:
        assert found.notes
        return
    assert find_name_fault(found.names) is None
    assert unpack_names(pack_names(found.names), len(names)) == found.names
    assert all(name.startswith(kept) for kept, name in zip(found.names, names, strict=True))


@settings(max_examples=60, deadline=None)
@given(st.lists(letters, min_size=1, max_size=5))
def test_names_without_fault_make_as_many_files_in_one_folder(tmp_path_factory, names):
    if find_name_fault(names) is not None:
        return
    folder = tmp_path_factory.mktemp("x") / "out"
    write_images(folder, np.zeros((len(names), *GREY), np.float32), tuple(names), force=False)
    assert {path.name for path in folder.rglob("*")} == {f"{name}.png" for name in names}
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


# -- the format ------------------------------------------------------------------------------


def test_the_first_version_is_read_and_written_as_ever():
    content = unpack(OLD, "old.lat")
    assert content == LatFile(
        model="digits/ae-d2",
        sha256="0" * 64,
        tables="1" * 16,
        shape=(1, 8, 8),
        n=3,
        step=0.5,
        shares=(16, 17),
        payload=b"abc",
    )
    assert pack(content) == OLD


def test_names_make_a_second_version_and_cost_little(bundle):
    images = bundle.model.decode(bundle.test.codes[:100])
    names = tuple(f"IMG_{k:04d}" for k in range(100))
    bare, with_names = compress(images, bundle), compress(images, bundle, names=names)
    assert (bare[4], with_names[4]) == (1, 2)
    assert unpack(bare, "x").names is None
    assert unpack(with_names, "x").names == names
    assert unpack(with_names, "x").payload == unpack(bare, "x").payload
    assert len(with_names) - len(bare) < 4 * 100


@pytest.mark.parametrize("names", [("a",), ("a", "b", "c"), ("a", "A"), ("a", "../b"), ()])
def test_a_file_is_not_written_with_names_that_could_not_be_read(bundle, names):
    images = bundle.model.decode(bundle.test.codes[:2])
    with pytest.raises(CodecError, match="names cannot be stored"):
        compress(images, bundle, names=names)


# -- arrays ----------------------------------------------------------------------------------


def archive(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("shape", [(3, 1, 8, 8), (3, 8, 8, 1), (3, 8, 8)])
def test_arrays_of_16_bits_go_from_black_to_white(tmp_path, shape, order):
    values = np.linspace(0, 65_535, 192).reshape(shape).astype(f"{order}u2")
    found = read_images(archive(tmp_path / "a.npz", images=values), GREY)
    expected = (values.astype(np.float64) / 65_535).reshape(3, 1, 8, 8)
    assert found.images.dtype == np.float32
    assert found.images.flags.c_contiguous
    assert np.abs(found.images - expected).max() < 1e-6
    assert "16-bit values, 0 to 65,535, were divided by 65,535." in found.notes


def test_the_range_of_16_bits_is_said_and_that_of_8_is_refused(tmp_path):
    values = np.full((2, 8, 8), 300, np.uint16)
    found = read_images(archive(tmp_path / "a.npz", images=values), GREY)
    assert found.notes == ("16-bit values, 300 to 300, were divided by 65,535.",)
    assert found.images.max() == pytest.approx(300 / 65_535)
    assert read_images(archive(tmp_path / "b.npz", images=0 * values), GREY).images.max() == 0
    with pytest.raises(CodecError, match="16-bit values go up to 255 only"):
        read_images(archive(tmp_path / "c.npz", images=values - 45), GREY)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 8, 8), (3, 5, 7)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_channels_may_come_last(tmp_path, shape, dtype):
    images = np.random.default_rng(0).random((4, *shape))
    images = np.rint(images * 255).astype(dtype) if dtype == np.uint8 else images.astype(dtype)
    first = read_images(archive(tmp_path / "a.npz", images=images), shape)
    last = read_images(archive(tmp_path / "b.npz", images=images.transpose(0, 2, 3, 1)), shape)
    assert np.array_equal(first.images, last.images)
    assert first.notes == ()
    assert last.notes == (f"The last axis, of {shape[0]}, was taken for the channels.",)


def test_where_both_readings_fit_channels_come_first(tmp_path):
    images = np.random.default_rng(0).random((2, 3, 3, 3)).astype(np.float32)
    found = read_images(archive(tmp_path / "a.npz", images=images), (3, 3, 3))
    assert np.array_equal(found.images, images)
    assert found.notes == ()


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 8, 8, 2), np.float32), "expected"),
        (np.zeros((2, 9, 8, 1), np.uint16), "expected"),
        (np.full((2, 8, 8, 1), -1, np.int16), "int16"),
        (np.zeros((2, 8, 8, 1), np.uint32), "uint32"),
        (np.zeros((0, 8, 8, 1), np.uint16), "at least one"),
        (np.full((2, 8, 8, 1), 7.0), "range"),
    ],
)
def test_other_arrays_are_refused_as_ever(tmp_path, array, message):
    with pytest.raises(CodecError, match=message):
        read_images(archive(tmp_path / "a.npz", images=array), GREY)


WRONG_NAMES = {
    "too few": np.array(["a"]),
    "numbers": np.arange(2),
    "a table": np.array([["a", "b"]]),
    "bytes": np.array([b"a", b"b"]),
}


@pytest.mark.parametrize("names", WRONG_NAMES.values(), ids=WRONG_NAMES)
def test_names_that_are_not_one_text_an_image_are_refused(tmp_path, names):
    with pytest.raises(CodecError, match="should hold 2 texts"):
        read_images(archive(tmp_path / "a.npz", images=np.zeros((2, 8, 8), np.uint8), names=names), GREY)


def test_names_of_files_in_an_array_are_kept_without_their_endings(tmp_path):
    arrays = {"images": np.zeros((2, 8, 8), np.uint8), "names": np.array(["x.PNG", "y.v2"])}
    assert read_images(archive(tmp_path / "a.npz", **arrays), GREY).names == ("x", "y.v2")


# -- pictures --------------------------------------------------------------------------------


def test_pictures_of_16_bits_are_told_apart(tmp_path):
    for k, value in enumerate((20_000, 33_000, 46_000, 60_000)):
        Image.fromarray(np.full((8, 8), value, np.uint16)).save(tmp_path / f"{k}.png")
    Image.new("L", (8, 8), 255).save(tmp_path / "4.png")
    found = read_images(tmp_path, GREY)
    means = found.images.mean(axis=(1, 2, 3))
    assert np.allclose(means, [20_000 / 65_535, 33_000 / 65_535, 46_000 / 65_535, 60_000 / 65_535, 1])
    assert found.notes == ("4 of 5 pictures: 16-bit values, 20,000 to 60,000, were divided by 65,535.",)
    assert read_images(tmp_path, (3, 8, 8)).images.shape == (5, 3, 8, 8)


def test_pictures_of_16_bits_that_hold_8_are_refused(tmp_path):
    Image.fromarray(np.full((8, 8), 200, np.uint16)).save(tmp_path / "0.png")
    with pytest.raises(CodecError, match="16-bit values go up to 200 only"):
        read_images(tmp_path, GREY)


def turn(image: Image.Image, orientation: int) -> Image.Image:
    """Store an image as a camera does that was held so."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return image if orientation == 1 else image.transpose(undo[orientation])


@pytest.mark.parametrize(
    ("shape", "kind"), [((3, 28, 40), "jpg"), ((3, 32, 32), "jpg"), ((1, 28, 40), "png")]
)
def test_pictures_stored_turned_are_turned_upright(tmp_path, shape, kind):
    pixels = np.zeros((*shape[1:], 3), np.uint8)
    pixels[2:10, 24:32] = 255  # a lit place in one quarter, not on an axis
    upright = Image.fromarray(pixels)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        turn(upright, orientation).save(tmp_path / f"{orientation}.{kind}", exif=exif, quality=95)
    found = read_images(tmp_path, shape)
    assert np.abs(found.images - found.images[0]).max() < 0.1
    assert found.images[:, :, 3:9, 25:31].min() > 0.8
    assert found.notes == ("7 of 8 pictures were turned upright, as their EXIF says.",)


def test_a_turned_picture_has_to_fit_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 28)).save(tmp_path / "a.jpg", exif=exif)
    with pytest.raises(CodecError, match=r"a\.jpg has 28x40 pixels, the model takes 40x28"):
        read_images(tmp_path, (3, 28, 40))
    Image.new("RGB", (28, 40)).save(tmp_path / "a.jpg")
    with pytest.raises(CodecError, match=r"a\.jpg has 28x40 pixels, the model takes 40x28"):
        read_images(tmp_path, (3, 28, 40))


def test_of_several_sizes_the_first_that_does_not_fit_is_named(tmp_path):
    for k, size in enumerate([(28, 28), (45, 31), (100, 75)]):
        Image.new("L", size).save(tmp_path / f"{k}.png")
    with pytest.raises(CodecError, match=r"1\.png has 45x31 pixels, the model takes 28x28"):
        read_images(tmp_path, (1, 28, 28))
