"""Files from nobody knows where: one sentence of the library's own, no hang, no memory beyond the limits."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib import format as npy

from latentcore.datasets.torchvision_files import read_split
from latentcore.exceptions import BundleError, DatasetError
from latentcore.store import list_bundles, load_bundle, models_folder, scan_bundles
from latentcore.store.arrays import MAX_ARRAY_BYTES, parse_npz, parse_safetensors
from latentcore.store.checked_files import MAX_FILES, MAX_JSON_BYTES, read_json
from latentcore.studies import read_study
from tests.fuzzing import FUZZ, spoilt_bytes, spoilt_json
from tests.latentcore.datasets.test_datasets import FILES, SOURCE

PRETRAINED = models_folder() / "digits"
NAMES = ("pca-d2", "vae-d8")
BINARY = ("model.safetensors", "codes.npz", "golden.npz")
TEXT = ("config.json", "metrics.json", "history.json")
CONTENT = {
    name: {p.name: p.read_bytes() for p in (PRETRAINED / name).iterdir() if p.is_file()} for name in NAMES
}
STUDIES = {
    name: json.loads((PRETRAINED / "_studies" / f"{name}.json").read_text())
    for name in ("real", "similarity")
}
PATH = Path("file")
OWNED = Path("owned-by-a-pickle")
FLOATS = {"codes": np.dtype(np.float32)}


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for name in NAMES:
        shutil.copytree(PRETRAINED / name, folder / "digits" / name)
    return folder


@contextmanager
def changed(folder: Path, name: str, data: bytes) -> Iterator[None]:
    """Put other bytes in a file, size and checksum repaired: the parsers are reached. Then undo it."""
    before = {file: (folder / file).read_bytes() for file in {name, "config.json"}}
    (folder / name).write_bytes(data)
    if name != "config.json":
        config = json.loads(before["config.json"])
        config["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        (folder / "config.json").write_text(json.dumps(config))
    try:
        yield
    finally:
        for file, content in before.items():
            (folder / file).write_bytes(content)


@contextmanager
def at_most(n_bytes: int) -> Iterator[None]:
    """Fail if the block holds more memory than this at once."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < n_bytes
    finally:
        tracemalloc.stop()


def result_or_line(read: Callable[[], Any]) -> Any:
    """Return what `read` returns, or None where it raises an error that is one short line."""
    try:
        return read()
    except BundleError as error:
        line = str(error)
    assert "\n" not in line
    assert len(line) < 1000
    return None


def load_or_say_why(root: Path, name: str) -> None:
    """Load a bundle; what goes wrong has to be one line of the library's own."""
    bundle = result_or_line(lambda: load_bundle(f"digits/{name}", root))
    if bundle is None:
        return
    assert np.isfinite(bundle.model.decode(bundle.test.codes[:4])).all()
    assert {spec.id for spec in list_bundles(root)} >= {f"digits/{name}"}


@FUZZ
@given(st.data())
@pytest.mark.parametrize("file", BINARY)
@pytest.mark.parametrize("name", NAMES)
def test_spoilt_arrays(root, name, file, data):
    content = data.draw(spoilt_bytes([CONTENT[name][file]]))
    with changed(root / "digits" / name, file, content):
        load_or_say_why(root, name)


@FUZZ
@given(st.data())
@pytest.mark.parametrize("file", TEXT)
@pytest.mark.parametrize("name", NAMES)
def test_spoilt_fields(root, name, file, data):
    value = data.draw(spoilt_json([json.loads(CONTENT[name][file])]))
    text = json.dumps(value).replace('"NaN"', "NaN").replace("1e+308", "1e999")
    with changed(root / "digits" / name, file, text.encode()):
        load_or_say_why(root, name)
        assert len(scan_bundles(root)[0]) + len(scan_bundles(root)[1]) == len(NAMES)


@pytest.mark.parametrize("file", TEXT)
@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"\xff\xfe", b"null", b"7", b"[]", b"{}", b"{" * 100_000, b"[" * 3_000_000, b"1" * 9000),
        b'{"a":' * 200_000,
    ],
)
def test_json_that_is_deep_long_or_something_else(root, file, text):
    with changed(root / "digits" / "pca-d2", file, text), at_most(32 * 2**20):
        if (file, text) == ("history.json", b"[]"):
            load_bundle("digits/pca-d2", root)
            return
        if (file, text) == ("metrics.json", b"{}"):
            assert load_bundle("digits/pca-d2", root).metrics == {}
            return
        with pytest.raises(BundleError, match=file):
            load_bundle("digits/pca-d2", root)


def test_the_costliest_json_stays_within_memory(root):
    text = b"[" + b"[]," * (MAX_JSON_BYTES // 3 - 2) + b"[]]"
    with (
        changed(root / "digits" / "pca-d2", "metrics.json", text),
        at_most(160 * 2**20),
        pytest.raises(BundleError, match="expected an object"),
    ):
        load_bundle("digits/pca-d2", root)


def safetensors(header: object, payload: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + payload


TENSOR = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F16", "BF16", "F64", "I64", "BOOL", "F8_E4M3", "F4", "X", "", 7]),
        "shape": st.lists(st.sampled_from([0, 1, 2, 4, 2**31, 2**62, 2**64 - 1, -1, "x"]), max_size=5),
        "data_offsets": st.lists(st.sampled_from([0, 4, 8, 16, 2**40, 2**63, -1]), max_size=3),
    }
)


@FUZZ
@given(
    st.dictionaries(st.sampled_from(["a", "b", "__metadata__", "../x", ""]), TENSOR | st.text(), max_size=4),
    st.binary(max_size=32),
)
def test_safetensors_headers_that_lie(header, payload):
    with at_most(2**20):
        arrays = result_or_line(lambda: parse_safetensors(safetensors(header, payload), PATH))
    assert sum(array.nbytes for array in (arrays or {}).values()) <= 2 * len(payload)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 8,
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 90 * 2**20) + b" " * 100,
        safetensors({"a": {"dtype": "F32", "shape": [2**31, 2**31], "data_offsets": [0, 8]}}, bytes(8)),
        safetensors(
            {
                "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                "b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]},
            },
            bytes(12),
        ),
        safetensors({"a": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 8]}}, bytes(8)),
        safetensors({"x" * 2**20: {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}}),
    ],
    ids=["empty", "zeros", "longest", "long", "huge shape", "overlap", "bfloat16", "long name"],
)
def test_safetensors_that_are_refused(data):
    with at_most(8 * 2**20), pytest.raises(BundleError, match=r"^file: "):
        parse_safetensors(data, PATH)


def npz(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def header(
    shape: object, descr: object = "<f4", version: tuple[int, int] = (1, 0), *, fortran: object = False
) -> bytes:
    """An .npy header that claims whatever it likes."""
    text = (repr({"descr": descr, "fortran_order": fortran, "shape": shape}) + "\n").encode("latin1")
    length = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    return npy.MAGIC_PREFIX + bytes(version) + length + text


def forged_size(data: bytes, size: int) -> bytes:
    """An npz file whose directory claims that its first entry unpacks to `size` bytes."""
    at = data.index(b"PK\x01\x02") + 24
    return data[:at] + struct.pack("<I", size) + data[at + 4 :]


EIGHT = header((2, 1)) + bytes(8)
NPZ = {
    "claims terabytes": npz({"codes.npy": header((10**6, 10**6)) + bytes(8)}),
    "overflows": npz({"codes.npy": header((2**62, 2**62)) + bytes(8)}),
    "negative shape": npz({"codes.npy": header((-1, -2)) + bytes(8)}),
    "shape of text": npz({"codes.npy": header(("x",)) + bytes(8)}),
    "code for a shape": npz({"codes.npy": header((2,)).replace(b"(2,)", b"f()") + bytes(8)}),
    "objects": npz(
        {"codes.npy": header((1,), "|O") + b"\x80\x04cos\nsystem\n(S'touch owned-by-a-pickle'\ntR."}
    ),
    "objects within": npz({"codes.npy": header((1,), [("a", "<f4"), ("b", "|O")]) + bytes(12)}),
    "no width": npz({"codes.npy": header((10**15,), "|V0")}),
    "version 3": npz({"codes.npy": header((2, 1), version=(3, 0)) + bytes(8)}),
    "long header": npz({"codes.npy": header((1,) * 9000) + bytes(4)}),
    "header cut off": npz({"codes.npy": header((2, 1)).replace(b"}", b" ") + bytes(8)}),
    "not an array": npz({"codes.npy": b"hello"}),
    "too little": npz({"codes.npy": EIGHT[:-1]}),
    "too much": npz({"codes.npy": EIGHT + b"!"}),
    "directory claims less": forged_size(npz({"codes.npy": EIGHT}), 4),
    "directory claims gigabytes": forged_size(npz({"codes.npy": EIGHT}), 2**32 - 2),
    "another name": npz({"../../codes.npy": EIGHT}),
    "twice": npz({"codes.npy": EIGHT, "codes": EIGHT}),
    "many": npz({f"{k}.npy": b"" for k in range(2000)}, zipfile.ZIP_STORED),
    "bomb": npz({"codes.npy": header((MAX_ARRAY_BYTES // 4 + 1,)) + bytes(MAX_ARRAY_BYTES + 4)}),
    "bzip2 bomb": npz({"codes.npy": bytes(2 * MAX_ARRAY_BYTES)}, zipfile.ZIP_BZIP2),
    "no zip": b"PK\x05\x06" + b"\xff" * 18,
}


@pytest.mark.parametrize("fault", [name for name in NPZ if name != "twice"])
def test_npz_files_that_lie_are_refused(fault):
    with at_most(16 * 2**20), pytest.raises(BundleError, match=r"^file: ") as caught:
        parse_npz(NPZ[fault], PATH, FLOATS)
    assert "\n" not in str(caught.value)
    assert not OWNED.exists()


def test_an_honest_npz_is_read_in_either_order():
    codes = np.arange(6, dtype=np.float32).reshape(2, 3)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, codes=np.asfortranarray(codes))
    assert np.array_equal(parse_npz(buffer.getvalue(), PATH, FLOATS)["codes"], codes)


def test_a_size_that_the_directory_makes_up_is_not_believed():
    data = forged_size(npz({"codes.npy": EIGHT}), 10**6)
    with at_most(8 * 2**20):
        assert parse_npz(data, PATH, FLOATS)["codes"].nbytes == 8


@FUZZ
@given(spoilt_bytes([NPZ["twice"], CONTENT["pca-d2"]["golden.npz"], EIGHT]))
def test_spoilt_npz(data):
    with at_most(2 * MAX_ARRAY_BYTES):
        result_or_line(lambda: parse_npz(data, PATH, FLOATS))


KINDS = {
    "link to a file": lambda path, outside: path.symlink_to(outside),
    "link to a device": lambda path, _: path.symlink_to("/dev/zero"),
    "link in a circle": lambda path, _: path.symlink_to(path.name),
    "link to nothing": lambda path, _: path.symlink_to("/nothing/there"),
    "pipe": lambda path, _: os.mkfifo(path),
    "folder": lambda path, _: path.mkdir(),
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs links and pipes")
@pytest.mark.parametrize("file", ["config.json", "metrics.json", "codes.npz", "card/README.md"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_what_is_no_file_of_the_bundle_is_refused(tmp_path, kind, file):
    shutil.copytree(PRETRAINED / "pca-d2", tmp_path / "digits" / "pca-d2")
    path = tmp_path / "digits" / "pca-d2" / file
    outside = tmp_path / "outside"
    shutil.copy(path, outside)
    path.unlink()
    KINDS[kind](path, outside)
    with pytest.raises(BundleError, match="leads out|cannot be|missing|not a regular file"):
        load_bundle("digits/pca-d2", tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/etc/passwd",
        "a/../../x",
        "..\\x",
        "",
        ".",
        "a\x00b",
        "x" * 5000,
        "card/../config.json",
        "a//b",
    ],
)
def test_names_that_lead_elsewhere_are_refused(root, name):
    config = json.loads(CONTENT["pca-d2"]["config.json"])
    config["files"][name] = {"bytes": 1, "sha256": "0"}
    with (
        changed(root / "digits" / "pca-d2", "config.json", json.dumps(config).encode()),
        pytest.raises(BundleError, match="leads out|cannot be") as caught,
    ):
        load_bundle("digits/pca-d2", root)
    assert len(str(caught.value)) < 500


def test_a_list_of_many_files_is_refused_before_any_is_read(root):
    config = json.loads(CONTENT["pca-d2"]["config.json"])
    config["files"] |= {f"x{k}": {} for k in range(MAX_FILES)}
    with (
        changed(root / "digits" / "pca-d2", "config.json", json.dumps(config).encode()),
        pytest.raises(BundleError, match="more than any bundle has"),
    ):
        load_bundle("digits/pca-d2", root)


def test_weights_that_were_changed_are_found_by_the_golden_decodes(root):
    header_bytes = struct.unpack("<Q", CONTENT["vae-d8"]["model.safetensors"][:8])[0] + 8
    data = bytearray(CONTENT["vae-d8"]["model.safetensors"])
    data[header_bytes:] = np.full((len(data) - header_bytes) // 2, 60_000, np.float16).tobytes()
    with (
        changed(root / "digits" / "vae-d8", "model.safetensors", bytes(data)),
        pytest.raises(BundleError, match="no longer decodes its golden codes"),
    ):
        load_bundle("digits/vae-d8", root)


@FUZZ
@given(st.data())
@pytest.mark.parametrize("name", list(STUDIES))
def test_spoilt_studies(tmp_path, name, data):
    path = tmp_path / "digits" / "_studies" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data.draw(spoilt_json([STUDIES[name]]))))
    found = result_or_line(lambda: read_study("digits", name, tmp_path))
    assert found is None or (found.name, found.dataset) == (name, "digits")


def test_a_study_as_it_was_written_is_read():
    for name in STUDIES:
        assert read_study("digits", name) is not None


@FUZZ
@given(st.data())
def test_spoilt_idx_files(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("data")
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for file, content in FILES.items():
        (raw / file).write_bytes(content)
    name = data.draw(st.sampled_from(["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]))
    spoilt = data.draw(spoilt_bytes([FILES[name]]))
    (raw / name).write_bytes(spoilt)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENTCORE_DATA", str(folder))
        if spoilt == FILES[name]:
            read_split(SOURCE, "test")
            return
        with pytest.raises(DatasetError, match=f"{name}.*wrong checksum.*latentcore fetch mnist"):
            read_split(SOURCE, "test")


@pytest.mark.parametrize("kind", ["huge", "pipe", "device", "folder"])
def test_idx_files_that_have_no_end_are_refused(tmp_path, monkeypatch, kind):
    path = tmp_path / "MNIST" / "raw" / "t10k-images-idx3-ubyte"
    path.parent.mkdir(parents=True)
    if kind == "huge":
        with path.open("wb") as file:
            file.truncate(2**36)  # a hole: no byte is written
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        KINDS[kind](path, None)
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    with at_most(100 * 2**20), pytest.raises(DatasetError):
        read_split(SOURCE, "test")


def test_a_file_above_the_limit_is_refused_unread(tmp_path):
    path: Any = tmp_path / "metrics.json"
    with path.open("wb") as file:
        file.truncate(2**36)
    with at_most(2**20), pytest.raises(BundleError, match="larger than"):
        read_json(path)
