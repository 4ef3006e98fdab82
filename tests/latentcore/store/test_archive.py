"""Bundles as zip files: packed and unpacked to the same bytes, and every fault is one sentence."""

from __future__ import annotations

import io
import json
import re
import shutil
import stat
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentcore.exceptions import BundleError
from latentcore.store import load_bundle, pack_bundle, packed_id, unpack_bundle
from latentcore.store.archive import MAX_UNPACKED_BYTES
from latentcore.store.listing import models_folder, scan_bundles
from tests.fuzzing import FUZZ, spoilt_bytes, spoilt_json

TOKEN = "0123456789abcdef"
PRETRAINED = models_folder()
PACKED = pack_bundle(load_bundle("digits/pca-d2", PRETRAINED).spec)
"""A small bundle as a zip file."""


def files_of(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_entry(name: str, content: bytes = b"x", **facts: int) -> bytes:
    """Return the zip file with one more entry."""
    buffer = io.BytesIO(PACKED)
    info = zipfile.ZipInfo(name)
    for fact, value in facts.items():
        setattr(info, fact, value)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(info, content)
    return buffer.getvalue()


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(packed: bytes, root: Path, **options: str) -> str:
    """Return why a zip file is not accepted: one line, with nothing left in the models folder."""
    before = tree(root)
    with pytest.raises(BundleError) as caught:
        unpack_bundle(io.BytesIO(packed), root, **options)
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 700
    assert str(root) not in text
    assert tree(root) == before
    return text


@pytest.mark.parametrize("bundle_id", ["digits/pca-d2", "digits/vae-d8", "mnist/gan-d2", "shapes/lda-d4"])
def test_a_bundle_is_unpacked_as_it_was_on_disk_and_marked_as_imported(tmp_path, bundle_id):
    packed = pack_bundle(load_bundle(bundle_id, PRETRAINED).spec)
    assert packed == pack_bundle(load_bundle(bundle_id, PRETRAINED).spec)
    assert packed_id(io.BytesIO(packed)) == bundle_id
    assert unpack_bundle(io.BytesIO(packed), tmp_path) == bundle_id
    found, stored = tree(tmp_path / bundle_id), tree(PRETRAINED / bundle_id)
    configs = [json.loads(files.pop("config.json")) for files in (found, stored)]
    assert found == stored
    assert configs[0] == configs[1] | {"imported": True}
    imported = load_bundle(bundle_id, tmp_path).spec
    assert imported.is_imported
    assert pack_bundle(imported) == packed
    assert [path.name for path in tmp_path.iterdir()] == [bundle_id.partition("/")[0]]


def test_a_file_on_disk_is_read_and_a_bundle_can_get_another_name(tmp_path):
    path = tmp_path / "model.zip"
    path.write_bytes(PACKED)
    root = tmp_path / "models"
    assert unpack_bundle(path, root, bundle_id="digits/mine") == "digits/mine"
    bundle = load_bundle("digits/mine", root)
    assert (bundle.id, bundle.title) == ("digits/mine", "PCA, 2-D (mine)")
    for missing in (tmp_path / "none.zip", tmp_path):
        with pytest.raises(BundleError, match="no file|cannot be read"):
            unpack_bundle(missing, root)


def test_a_name_that_is_taken_is_refused(tmp_path):
    unpack_bundle(io.BytesIO(PACKED), tmp_path)
    assert "There is a model 'digits/pca-d2' already" in refusal(PACKED, tmp_path)


def test_the_token_of_a_session_is_neither_packed_nor_shown(tmp_path):
    stored = f"digits/pca-d2-trained.session-{TOKEN}"
    unpack_bundle(io.BytesIO(PACKED), tmp_path, bundle_id=stored)
    bundle = load_bundle(stored, tmp_path)
    assert bundle.title == "PCA, 2-D (pca-d2-trained)"
    packed = pack_bundle(bundle.spec)
    assert packed_id(io.BytesIO(packed)) == "digits/pca-d2-trained"
    for name, content in files_of(packed).items():
        assert TOKEN.encode() not in name.encode() + content
    assert unpack_bundle(io.BytesIO(packed), tmp_path) == "digits/pca-d2-trained"
    load_bundle("digits/pca-d2-trained", tmp_path)


def test_a_bundle_of_an_unknown_dataset_is_accepted(tmp_path):
    files = {name.replace("digits/", "flowers/"): data for name, data in files_of(PACKED).items()}
    config = json.loads(files["flowers/pca-d2/config.json"]) | {"id": "flowers/pca-d2", "dataset": "flowers"}
    files["flowers/pca-d2/config.json"] = json.dumps(config).encode()
    assert unpack_bundle(io.BytesIO(zipped(files)), tmp_path) == "flowers/pca-d2"
    assert load_bundle("flowers/pca-d2", tmp_path).spec.dataset == "flowers"


def test_what_archivers_and_systems_add_is_passed_over(tmp_path):
    files = {"digits/": b"", "digits/pca-d2/": b"", "__MACOSX/._digits": b"x", "digits/.DS_Store": b"x"}
    assert unpack_bundle(io.BytesIO(zipped(files | files_of(PACKED))), tmp_path) == "digits/pca-d2"
    found, stored = tree(tmp_path / "digits/pca-d2"), tree(PRETRAINED / "digits/pca-d2")
    assert found.keys() == stored.keys()
    assert [name for name in found if found[name] != stored[name]] == ["config.json"]


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("../outside", {}),
        ("/etc/passwd", {}),
        ("digits/pca-d2/../../outside", {}),
        ("digits/pca-d2/card/../../x.png", {}),
        ("digits\\pca-d2\\card\\x.png", {}),
        ("digits/pca-d2/script.py", {}),
        ("digits/pca-d2/model.pkl", {}),
        ("digits/pca-d2/card/x/y.png", {}),
        ("digits/pca-d2/card/x.png", {}),
        ("digits/other/config.json", {}),
        ("digits/pca-d2/codes.npz", {}),
        ("digits/pca-d2/card/x.png", {"external_attr": (stat.S_IFLNK | 0o777) << 16}),
        ("digits/pca-d2/card/x.png", {"external_attr": (stat.S_IFCHR | 0o777) << 16}),
        ("digits/pca-d2/card/x.png", {"compress_type": zipfile.ZIP_BZIP2}),
        ("digits/pca-d2/card/x.png", {"compress_type": zipfile.ZIP_LZMA}),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_is_no_plain_file_of_the_bundle_is_refused(tmp_path, name, facts):
    refusal(with_entry(name, **facts), tmp_path / "models")
    assert [path.name for path in tmp_path.iterdir()] == ["models"]


@pytest.mark.parametrize("folder", ["_studies/x", "digits/_x", "digits", "a/b/c", "x-" + TOKEN + "/y", "A/b"])
def test_folders_that_are_none_of_a_bundle_are_refused(tmp_path, folder):
    files = {name.replace("digits/pca-d2", folder): data for name, data in files_of(PACKED).items()}
    assert "no" in refusal(zipped(files), tmp_path)


def test_a_bundle_cannot_claim_to_belong_to_a_session(tmp_path):
    marked = f"digits/x.session-{TOKEN}"
    files = {name.replace("digits/pca-d2", marked): data for name, data in files_of(PACKED).items()}
    assert "marks bundles of visitors" in refusal(zipped(files), tmp_path)


@pytest.mark.parametrize(
    ("packed", "words"),
    [
        (b"", "no zip file"),
        (b"PK\x05\x06", "no zip file"),
        (PACKED[:-30], "no zip file"),
        (PACKED[1000:], "damaged|no zip"),
        (zipped({}), "not one of a model"),
        (zipped({"a.txt": b"x"}), "no file of a model"),
        (zipped({"digits/pca-d2/config.json": b"{}"}), "format_version"),
        (zipped({"digits/pca-d2/config.json": b"[" * 10**5}), "not valid JSON"),
        (zipped({f"digits/pca-d2/card/{k}.png": b"" for k in range(4000)}), "more files than a model has"),
    ],
    ids=["empty", "short", "cut", "headless", "nothing", "text", "no config", "deep config", "many"],
)
def test_files_that_are_none_of_a_bundle_are_refused(tmp_path, packed, words):
    assert re.search(words, refusal(packed, tmp_path))


def test_a_zip_bomb_fills_neither_memory_nor_disk(tmp_path):
    files = {f"digits/pca-d2/card/{k}.png": bytes(MAX_UNPACKED_BYTES // 2) for k in range(3)}
    packed = zipped({"digits/pca-d2/config.json": b"{}"} | files)
    assert len(packed) < 10**6
    at = 0
    lying = bytearray(packed)  # the directory claims that each unpacks to a few bytes
    while (at := lying.find(b"PK\x01\x02", at + 1)) >= 0:
        lying[at + 24 : at + 28] = struct.pack("<I", 10)
    tracemalloc.start()
    try:
        assert "more than 50 MB" in refusal(packed, tmp_path)
        refusal(bytes(lying), tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_UNPACKED_BYTES
    finally:
        tracemalloc.stop()


def test_a_full_disk_is_said_to_be_one(tmp_path, monkeypatch):
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(BundleError, match="No space left on device"):
        unpack_bundle(io.BytesIO(PACKED), tmp_path)


def test_a_bundle_with_a_file_that_was_changed_is_not_packed(tmp_path):
    shutil.copytree(PRETRAINED / "digits" / "pca-d2", tmp_path / "digits" / "pca-d2")
    spec = load_bundle("digits/pca-d2", tmp_path).spec
    (tmp_path / "digits" / "pca-d2" / "codes.npz").write_bytes(b"x")
    with pytest.raises(BundleError, match="truncated or changed"):
        pack_bundle(spec)


def result_or_line(packed: bytes, root: Path) -> None:
    """Unpack a zip file into an empty folder; what goes wrong is one line, and leaves nothing."""
    try:
        bundle_id = unpack_bundle(io.BytesIO(packed), root)
    except BundleError as error:
        line = str(error)
    else:
        assert [spec.id for spec in scan_bundles(root)[0]] == [bundle_id]
        load_bundle(bundle_id, root)
        shutil.rmtree(root / bundle_id)
        return
    assert "\n" not in line
    assert len(line) < 1000
    assert not tree(root)


@FUZZ
@given(spoilt_bytes([PACKED, zipped(files_of(PACKED), zipfile.ZIP_STORED)]))
def test_spoilt_zip_files(tmp_path, packed):
    result_or_line(packed, tmp_path / "models")


@FUZZ
@given(
    st.dictionaries(
        st.sampled_from(sorted(files_of(PACKED))),
        st.sampled_from(["../x", "/x", "digits/x", "digits/pca-d2/x", "other/pca-d2/config.json", "a" * 99]),
        max_size=3,
    ),
    st.sampled_from(["digits", "mnist", "flowers", "..", "_x", ""]),
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_spoilt_names(tmp_path, renamed, dataset):
    files = {renamed.get(name, name): data for name, data in files_of(PACKED).items()}
    files = {name.replace("digits/", f"{dataset}/"): data for name, data in files.items()}
    result_or_line(zipped(files), tmp_path / "models")


@FUZZ
@given(spoilt_json([json.loads(files_of(PACKED)["digits/pca-d2/config.json"])]))
def test_spoilt_configs(tmp_path, config):
    files = files_of(PACKED) | {"digits/pca-d2/config.json": json.dumps(config).encode()}
    result_or_line(zipped(files), tmp_path / "models")
