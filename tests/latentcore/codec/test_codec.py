"""Compression: the coder against closed forms, files against damage, the command line against bad input."""

from __future__ import annotations

import hashlib
import json
import math
import struct
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from latentcore import cli
from latentcore.codec import QuantisationGrid, compress, decompress, pack, read_codes, unpack
from latentcore.codec.codec import unit_grid
from latentcore.codec.entropy_coding import decode_symbols, encode_symbols, fingerprint, fit_tables
from latentcore.codec.image_files import read_images, write_images
from latentcore.codec.lat_format import MAX_PIXELS
from latentcore.codec.quantisation import equal_shares, step_shares, unit_step
from latentcore.datasets import load_dataset
from latentcore.exceptions import CodecError
from latentcore.metrics.reconstruction import image_mse
from latentcore.store import load_bundle

IDS = ("digits/pca-d8", "digits/ae-d8", "digits/vae-d8", "digits/gan-d8", "digits/lda-d9")


@pytest.fixture(scope="module")
def images():
    return load_dataset("digits", "test").images


@pytest.fixture(scope="module")
def bundle():
    return load_bundle("digits/ae-d8")


@pytest.fixture(scope="module")
def data(images, bundle):
    return compress(images[:100], bundle, step=0.5)


# -- the coder ---------------------------------------------------------------------------


@pytest.mark.parametrize("step", [0.05, 0.2, 0.5])
def test_a_gaussian_costs_its_entropy(step):
    generator = np.random.default_rng(0)
    grid = QuantisationGrid(step, equal_shares(4))
    tables = fit_tables(grid.quantise(generator.standard_normal((10_000, 4)).astype(np.float32)))
    symbols = grid.quantise(generator.standard_normal((100_000, 4)).astype(np.float32))
    edges = (np.arange(-400, 402) - 0.5) * step
    p = np.diff([0.5 * (1 + math.erf(edge / math.sqrt(2))) for edge in edges])
    entropy = -(p[p > 0] * np.log2(p[p > 0])).sum()
    assert entropy == pytest.approx(0.5 * math.log2(2 * math.pi * math.e) - math.log2(step), rel=0.02)
    bits = 8 * len(encode_symbols(symbols, tables)) / symbols.size
    assert entropy * 0.99 < bits < entropy * 1.02


def test_a_coin_costs_its_entropy():
    generator = np.random.default_rng(1)
    symbols = (generator.random((200_000, 1)) < 0.05).astype(np.int32)
    bits = 8 * len(encode_symbols(symbols, fit_tables(symbols[:10_000]))) / symbols.size
    assert bits == pytest.approx(-0.05 * math.log2(0.05) - 0.95 * math.log2(0.95), rel=0.02)


small = hnp.arrays(np.int32, st.tuples(st.integers(1, 30), st.just(3)), elements=st.integers(-40, 40))
any_size = hnp.arrays(
    np.int32, st.tuples(st.integers(1, 30), st.just(3)), elements=st.integers(-(2**31), 2**31 - 1)
)


@settings(max_examples=60, deadline=None)
@given(typical=small, symbols=st.one_of(small, any_size))
def test_every_symbol_comes_back(typical, symbols):
    tables = fit_tables(typical)
    assert np.array_equal(decode_symbols(encode_symbols(symbols, tables), tables, len(symbols)), symbols)


def test_the_bits_are_pinned():
    """What another machine or another release must write, too."""
    typical = (np.arange(3_000).reshape(-1, 3) ** 2 % 23 - 11).astype(np.int32)
    symbols = np.array([[-11, 0, 5], [3, -70_000, 11], [1, 2, 3], [2**30, -4, 0]], np.int32)
    tables = fit_tables(typical)
    assert fingerprint(tables) == "4a809e403eefd109"
    assert encode_symbols(symbols, tables).hex() == "13824e09a723f0c956ec77da6c7cedc3cf6f0c020020fcd400e68816"


def test_tables_differ_with_any_count():
    typical = np.arange(30, dtype=np.int32).reshape(-1, 3)
    other = typical.copy()
    other[0, 0] += 3
    assert fingerprint(fit_tables(typical)) != fingerprint(fit_tables(other))


# -- the grid ----------------------------------------------------------------------------


def test_a_grid_rounds_to_the_nearest(images, bundle):
    codes = bundle.model.encode(images)
    grid = unit_grid(bundle).scaled(0.3)
    error = np.abs(grid.dequantise(grid.quantise(codes)) - codes)
    assert (error <= grid.steps / 2 + 1e-5).all()
    assert (error.max(axis=0) > 0.4 * grid.steps).all()
    again = grid.quantise(grid.dequantise(grid.quantise(codes)))
    assert np.array_equal(again, grid.quantise(codes))


def test_dimensions_that_matter_get_finer_steps():
    weights = np.array([[1.0], [1.0], [4.0], [0.0]], np.float32)
    codes = np.random.default_rng(0).standard_normal((300, 4)).astype(np.float32)
    shares = step_shares(lambda z: z * weights.T, codes)
    assert shares == (16, 16, 4, 255)
    assert unit_step(codes, (16,) * 4) == pytest.approx(1, abs=0.1)
    with pytest.raises(CodecError, match="are equal"):
        unit_step(np.ones((5, 2), np.float32), (16, 16))


def test_equal_steps_are_right_for_pca():
    shares = unit_grid(load_bundle("digits/pca-d8")).shares
    assert max(shares) - min(shares) <= 3  # nearly a rotation: pixels are clipped to [0, 1]


@pytest.mark.parametrize("step", [0.0, -1.0, math.nan, math.inf])
def test_a_step_that_is_none_is_refused(images, bundle, step):
    with pytest.raises(CodecError, match="above 0"):
        compress(images, bundle, step=step)


@pytest.mark.parametrize("step", [1e-7, 1e-30, 1e-300])
def test_a_step_too_small_is_refused(images, bundle, step):
    with pytest.raises(CodecError, match="too small"):
        compress(images, bundle, step=step)


# -- images to bytes and back ------------------------------------------------------------


@pytest.mark.parametrize("bundle_id", IDS)
def test_codes_come_back_bit_for_bit(images, bundle_id):
    model = load_bundle(bundle_id)
    grid = unit_grid(model).scaled(0.4)
    codes = read_codes(unpack(compress(images, model, step=0.4), "x"), model)
    expected = grid.dequantise(grid.quantise(model.model.encode(images)))
    assert codes.tobytes() == expected.tobytes()
    assert np.array_equal(grid.quantise(codes), grid.quantise(expected))


@pytest.mark.parametrize("bundle_id", IDS)
def test_smaller_steps_cost_more_and_err_less(images, bundle_id):
    model = load_bundle(bundle_id)
    files = [compress(images, model, step=step) for step in (2.0, 1.0, 0.5, 0.25, 0.125)]
    sizes = [len(data) for data in files]
    assert all(small < large for small, large in pairwise(sizes))
    errors = [image_mse(images, decompress(data, model)) for data in files]
    for coarse, fine in pairwise(errors):
        noise = 2 * (fine - coarse).std() / math.sqrt(len(images))
        assert fine.mean() <= coarse.mean() + noise
    unquantised = image_mse(images, model.model.reconstruct(images)).mean()
    assert errors[-1].mean() == pytest.approx(unquantised, rel=0.1)


def test_one_image_works(images, bundle):
    data = compress(images[:1], bundle)
    assert decompress(data, bundle).shape == (1, 1, 8, 8)
    assert len(data) < 400


def test_images_that_do_not_fit_are_refused(bundle):
    with pytest.raises(CodecError, match=r"do not fit digits/ae-d8: .*expected \(n, 1, 8, 8\)"):
        compress(np.zeros((2, 1, 28, 28), np.float32), bundle)


# -- damage ------------------------------------------------------------------------------


def test_a_file_altered_anywhere_is_refused(data, bundle):
    for place in range(len(data)):
        altered = bytearray(data)
        altered[place] ^= 0x10
        with pytest.raises(CodecError, match=r"no file of compressed images|truncated or altered"):
            unpack(bytes(altered), "x.lat")


def test_a_file_cut_off_anywhere_is_refused(data):
    for length in range(len(data)):
        with pytest.raises(CodecError, match=r"no file of compressed images|truncated or altered"):
            unpack(data[:length], "x.lat")
    with pytest.raises(CodecError, match="truncated or altered"):
        unpack(data + b"\0", "x.lat")


def test_a_newer_version_is_named(data):
    body = data[:4] + struct.pack("<H", 3) + data[6:-8]
    with pytest.raises(CodecError, match="format version 3"):
        unpack(body + hashlib.blake2b(body, digest_size=8).digest(), "x.lat")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 0}, "“n”"),
        ({"step": -1.0}, "“step”"),
        ({"shares": (0,) * 8}, "“shares”"),
        ({"shape": (1, 8, 9999)}, "“shape”"),
        ({"model": ""}, "“model”"),
        ({"sha256": "short"}, "“sha256”"),
    ],
)
def test_a_header_out_of_bounds_is_refused(data, change, message):
    """A writer of ill will can make the checksum right."""
    content = replace(unpack(data, "x"), **change)
    with pytest.raises(CodecError, match=message):
        unpack(pack(content), "x.lat")


def test_a_header_that_asks_for_too_much_is_refused_before_anything_is_allocated(data):
    content = replace(unpack(data, "x"), n=MAX_PIXELS // 64 + 1)
    with pytest.raises(CodecError, match="more images than a file can hold"):
        pack(content)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sha256": "0" * 64}, "weights differ"),
        ({"model": "digits/vae-d8"}, "another digits/vae-d8"),
        ({"tables": "0" * 16}, "other train codes"),
        ({"shape": (1, 9, 9)}, "sizes"),
        ({"shares": (16,) * 3}, "sizes"),
        ({"payload": b"abc"}, "damaged"),
        ({"payload": b""}, "damaged"),
        ({"payload": bytes(40)}, "damaged"),
        ({"n": 700}, "damaged"),
        ({"n": 7}, "damaged"),
        ({"step": 1e-12}, "too small"),
        ({"step": 1e300}, "other train codes"),
    ],
)
def test_a_file_of_another_bundle_or_with_foreign_bits_is_refused(data, bundle, change, message):
    with pytest.raises(CodecError, match=message):
        read_codes(replace(unpack(data, "x"), **change), bundle)


# -- images on disk ----------------------------------------------------------------------


def test_images_come_back_from_both_kinds_of_place(tmp_path, images):
    write_images(tmp_path / "all.npz", images[:12], force=False)
    write_images(tmp_path / "all", images[:12], force=False)
    assert np.array_equal(read_images(tmp_path / "all.npz", (1, 8, 8)).images, images[:12])
    assert np.abs(read_images(tmp_path / "all", (1, 8, 8)).images - images[:12]).max() <= 0.5 / 255 + 1e-6
    assert [path.name for path in sorted((tmp_path / "all").iterdir())][:2] == ["00.png", "01.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all", "all.npz"]


def test_bytes_and_grey_arrays_without_channels_are_read(tmp_path, images):
    np.savez(tmp_path / "a.npz", images=np.rint(images[:3, 0] * 255).astype(np.uint8))
    assert np.abs(read_images(tmp_path / "a.npz", (1, 8, 8)).images - images[:3]).max() <= 0.5 / 255 + 1e-6


@pytest.fixture
def folder(tmp_path, images):
    write_images(tmp_path / "pictures", images[:3], force=False)
    return tmp_path / "pictures"


def save(path, mode, size=(8, 8), colour=0):
    Image.new(mode, size, colour).save(path)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: (f / "notes.txt").write_text("x"), r"other things .*notes\.txt"),
        (lambda f: (f / "more").mkdir(), "other things .*more"),
        (lambda f: (f / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nrest"), r"bad\.png cannot be read"),
        (lambda f: (f / "9.png").write_bytes((f / "0.png").read_bytes()[:60]), r"9\.png cannot be read"),
        (lambda f: save(f / "big.png", "L", (9, 8)), r"big\.png has 9x8 pixels, the model takes 8x8"),
        (lambda f: save(f / "red.png", "RGB", colour=(200, 0, 0)), r"red\.png is in colour"),
        (lambda f: save(f / "clear.png", "RGBA", colour=(0, 0, 0, 9)), r"clear\.png is partly transparent"),
        (lambda f: save(f / "print.jpg", "CMYK"), r"print\.jpg is no still image in grey or RGB"),
        (lambda f: [path.unlink() for path in f.iterdir()], "holds no picture"),
    ],
)
def test_a_folder_with_anything_else_is_refused(folder, spoil, message):
    assert len(read_images(folder, (1, 8, 8)).images) == 3
    spoil(folder)
    with pytest.raises(CodecError, match=message):
        read_images(folder, (1, 8, 8))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": np.zeros((2, 1, 9, 8), np.float32)}, "expected"),
        ({"images": np.zeros((0, 1, 8, 8), np.float32)}, "at least one"),
        ({"images": np.full((2, 1, 8, 8), 7.0, np.float32)}, "range"),
        ({"images": np.full((2, 1, 8, 8), np.nan, np.float32)}, "NaN"),
        ({"images": np.zeros((2, 1, 8, 8), np.int64)}, "int64"),
        ({"images": np.array([{}], object)}, "no plain npz"),
        ({"pictures": np.zeros(3)}, "pictures"),
        ({"images": np.zeros((2, 1, 8, 8), np.float32), "labels": np.zeros(2)}, "labels"),
    ],
)
def test_an_archive_with_anything_else_is_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(CodecError, match=message):
        read_images(tmp_path / "a.npz", (1, 8, 8))


# -- the command line --------------------------------------------------------------------


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["latentcore", *map(str, arguments)])
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        else:
            code = 0
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return call


def test_a_folder_is_compressed_and_decompressed(run, folder, tmp_path):
    code, out = run("compress", folder, tmp_path / "x.lat", "--model", "digits/ae-d8", "--step", "0.25")
    assert code == 0
    assert f"3 images, {(tmp_path / 'x.lat').stat().st_size} bytes" in out
    assert run("decompress", tmp_path / "x.lat", tmp_path / "y.npz")[0] == 0
    assert run("decompress", tmp_path / "x.lat", tmp_path / "y")[0] == 0
    model = load_bundle("digits/ae-d8")
    expected = decompress((tmp_path / "x.lat").read_bytes(), model)
    assert np.array_equal(read_images(tmp_path / "y.npz", (1, 8, 8)).images, expected)
    assert len(list((tmp_path / "y").iterdir())) == 3
    before = (tmp_path / "x.lat").read_bytes()
    assert run("compress", folder, tmp_path / "x.lat", "--model", "digits/ae-d8", "--step", "0.25")[0] == 2
    for force in ("x.lat", "y", "y.npz"):
        if force == "x.lat":
            arguments = ("compress", folder, tmp_path / force, "--model", "digits/ae-d8", "--step", "0.25")
        else:
            arguments = ("decompress", tmp_path / "x.lat", tmp_path / force)
        assert run(*arguments)[0] == 2
        assert run(*arguments, "--force")[0] == 0
    assert (tmp_path / "x.lat").read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("_")]


def test_names_come_back_and_what_was_done_is_said(run, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for k in (1, 2, 10):
        Image.fromarray(np.full((8, 8), 6_000 * k, np.uint16)).save(folder / f"photo {k}.png")
    (folder / ".DS_Store").write_bytes(b"\0")
    code, said = run("compress", folder, tmp_path / "x.lat", "--model", "digits/pca-d8")
    assert code == 0
    assert "3 of 3 pictures: 16-bit values, 6,000 to 60,000, were divided by 65,535.\n" in said
    assert run("decompress", tmp_path / "x.lat", tmp_path / "y")[0] == 0
    assert {path.name for path in (tmp_path / "y").iterdir()} == {f"photo {k}.png" for k in (1, 2, 10)}


def test_mistakes_end_in_one_sentence_and_leave_everything(run, folder, tmp_path):
    lat = tmp_path / "x.lat"
    assert run("compress", folder, lat, "--model", "digits/pca-d8")[0] == 0
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.txt").write_text("years of work")
    broken = tmp_path / "broken.lat"
    broken.write_bytes(lat.read_bytes()[:-3])
    foreign = replace(unpack(lat.read_bytes(), "x"), model="digits/pca-d77")
    (tmp_path / "foreign.lat").write_bytes(pack(foreign))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    new = tmp_path / "new.lat"
    for arguments, message in (
        (("compress", folder, new, "--model", "digits/none"), "No bundle"),
        (("compress", folder, new, "--model", "digits/pca-d8", "--step", "0"), "above 0"),
        (("compress", folder, new, "--model", "mnist/pca-d2"), "model takes 28x28"),
        (("compress", folder, tmp_path / "new.zip", "--model", "digits/pca-d8"), "ends in .lat"),
        (("compress", tmp_path / "nowhere", new, "--model", "digits/pca-d8"), "does not exist"),
        (("compress", full, new, "--model", "digits/pca-d8"), "thesis.txt"),
        (("compress", folder / "0.png", new, "--model", "digits/pca-d8"), "Put pictures into a folder"),
        (("decompress", broken, tmp_path / "new"), "truncated or altered"),
        (("decompress", tmp_path / "foreign.lat", tmp_path / "new"), "not installed"),
        (("decompress", folder / "0.png", tmp_path / "new"), "no file of compressed images"),
        (("decompress", tmp_path / "nothing.lat", tmp_path / "new"), "cannot be read"),
        (("decompress", lat, tmp_path / "new.png"), "whose name has no extension"),
        (("decompress", lat, full, "--force"), "holds more than pictures (thesis.txt)"),
    ):
        code, said = run(*arguments)
        assert code == 2, arguments
        assert message in said.replace("\n", " "), said
        assert "Traceback" not in said
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_the_library_is_loaded_without_the_coder():
    code = "import sys, latentcore.cli, latentcore.studies; sys.exit('constriction' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_header_is_plain_json(data):
    n_header = struct.unpack_from("<H", data, 6)[0]
    header = json.loads(data[12 : 12 + n_header])
    assert header["model"] == "digits/ae-d8"
    assert header["n"] == 100
