"""Vectors in Parquet, Arrow, NumPy and safetensors files."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather, ipc
from safetensors.numpy import save_file

from latentcore.exceptions import SpaceError
from latentcore.spaces import load_space
from latentcore.spaces.adding.add import add_file
from latentcore.spaces.adding.add_options import AddOptions

N, DIM = 50, 8
CODES = np.random.default_rng(1).normal(size=(N, DIM)).astype(np.float32)
LABELS = np.arange(N) % 4


@pytest.fixture
def add(tmp_path):
    def call(path, name="mine", **options):
        added = add_file(
            name, tmp_path / path, tmp_path / "spaces", options=AddOptions(plane="pca", **options)
        )
        return load_space(added.spaces[0][0], tmp_path / "spaces"), added

    return call


def lists(kind):
    return pa.array([row.tolist() for row in CODES.astype(np.float64)]).cast(kind)


@pytest.mark.parametrize(
    "kind",
    [
        pa.list_(pa.float32()),
        pa.list_(pa.float64()),
        pa.large_list(pa.float32()),
        pa.list_(pa.float32(), DIM),
    ],
)
def test_lists_in_parquet_with_ids_in_another_order(add, tmp_path, kind):
    ids = [f"x{k}" for k in np.random.default_rng(2).permutation(N)]
    pq.write_table(pa.table({"uid": ids, "emb": lists(kind)}), tmp_path / "a.parquet")
    space, _ = add("a.parquet")
    assert np.allclose(space.train.codes, CODES)
    assert space.items.ids.tolist() == ids
    rows, _ = space.item_neighbours(0)
    away = np.linalg.norm(CODES - CODES[0], axis=1)
    assert rows.tolist() == np.argsort(away)[1:11].tolist()


def test_half_precision_is_kept(add, tmp_path):
    halves = pa.array(list(CODES.astype(np.float16)), pa.list_(pa.float16()))
    pq.write_table(pa.table({"emb": halves}), tmp_path / "a.parquet")
    space, _ = add("a.parquet")
    assert space.train.codes.dtype == np.float16
    assert np.array_equal(space.train.codes, CODES.astype(np.float16))
    assert space.test.codes.dtype == np.float32


def test_null_and_ragged_rows_are_both_named_or_set_aside(add, tmp_path):
    rows = [row.tolist() for row in CODES]
    rows[5], rows[9] = None, rows[9][:-1]
    rows[12] = [None, *rows[12][1:]]
    pq.write_table(pa.table({"emb": rows, "label": [f"c{k}" for k in LABELS]}), tmp_path / "a.parquet")
    with pytest.raises(SpaceError, match=r"row 5, column 'emb'.*row 9, column 'emb'.*row 12, column 'emb'"):
        add("a.parquet")
    space, added = add("a.parquet", skip_bad=True)
    assert [one.row for one in added.set_aside] == [5, 9, 12]
    assert np.allclose(space.train.codes, np.delete(CODES, [5, 9, 12], axis=0))
    assert [space.classes[k] for k in space.items.labels] == [f"c{k}" for k in np.delete(LABELS, [5, 9, 12])]


def test_nested_vectors_are_refused_by_column(add, tmp_path):
    pq.write_table(pa.table({"emb": [[row.tolist()] for row in CODES]}), tmp_path / "a.parquet")
    with pytest.raises(SpaceError, match="column 'emb' is nested"):
        add("a.parquet")


def test_nested_and_empty_columns_beside_the_vectors_are_left_out_and_said(add, tmp_path):
    columns = {"emb": lists(pa.list_(pa.float32())), "meta": [{"a": k} for k in range(N)], "void": [None] * N}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    _, added = add("a.parquet")
    assert any("'meta' is nested" in note for note in added.notes)
    assert any("'void' is empty" in note for note in added.notes)
    assert added.columns == []


@pytest.mark.parametrize("form", ["feather", "file", "stream"])
def test_arrow_files_of_both_formats(add, tmp_path, form):
    table = pa.table(
        {"emb": lists(pa.list_(pa.float32())), "kind": pa.array(["a", "b"] * 25).dictionary_encode()}
    )
    if form == "feather":
        feather.write_feather(table, tmp_path / "a.arrow")
    else:
        make = ipc.new_file if form == "file" else ipc.new_stream
        with make(str(tmp_path / "a.arrow"), table.schema) as sink:
            sink.write_table(table)
    space, _ = add("a.arrow")
    assert np.allclose(space.train.codes, CODES)
    assert space.classes == ("a", "b")


@pytest.mark.parametrize(
    "stored",
    [
        CODES,
        CODES.astype(">f8"),
        np.asfortranarray(CODES),
        CODES.astype(np.float16),
        (CODES * 100).astype(np.int16),
    ],
)
def test_npy_files_of_every_type(add, tmp_path, stored):
    np.save(tmp_path / "a.npy", stored)
    space, _ = add("a.npy")
    assert np.array_equal(space.train.codes, stored.astype(np.float32))


def test_an_npy_file_with_metadata_that_differs_by_one_row_is_refused(add, tmp_path):
    np.save(tmp_path / "a.npy", CODES)
    for n in (N - 1, N + 1):
        lines = ["label,remark", *(f"c{k % 3},r{k}" for k in range(n))]
        (tmp_path / "meta.csv").write_text("\n".join(lines))
        with pytest.raises(SpaceError, match=rf"meta.csv has {n} rows, but there are {N} vectors"):
            add("a.npy", metadata=tmp_path / "meta.csv")
    assert not (tmp_path / "spaces" / "mine").exists()


def test_metadata_in_another_order_is_matched_by_a_common_id(add, tmp_path):
    order = np.random.default_rng(3).permutation(N)
    pq.write_table(
        pa.table({"id": [f"i{k}" for k in range(N)], "emb": lists(pa.list_(pa.float32()))}),
        tmp_path / "a.parquet",
    )
    (tmp_path / "meta.csv").write_text("id,n\n" + "\n".join(f"i{k},{k}" for k in order))
    space, added = add("a.parquet", metadata=tmp_path / "meta.csv")
    assert space.items.values("n").tolist() == list(range(N))
    assert any("another order" in note for note in added.notes)
    (tmp_path / "meta.csv").write_text("id,n\n" + "\n".join(f"j{k},{k}" for k in order))
    with pytest.raises(SpaceError, match="no row with id 'i0'"):
        add("a.parquet", "other", metadata=tmp_path / "meta.csv")


def test_npz_arrays_become_spaces_and_columns(add, tmp_path):
    np.savez(
        tmp_path / "a.npz", first=CODES, second=CODES[:, :3], labels=LABELS, classes=["a", "none", "c", "d"],
        words=[f"w{k}" for k in range(N)],
    )  # fmt: skip
    space, added = add("a.npz")
    assert [dim for _, dim in added.spaces] == [DIM, 3]
    assert space.classes == ("a", "c", "d", "none")
    assert [space.classes[k] for k in space.items.labels] == [["a", "none", "c", "d"][k] for k in LABELS]


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_pickle_is_refused(add, tmp_path, name):
    objects = np.array([{"a": 1}] * N, dtype=object)
    if name == "a.npy":
        np.save(tmp_path / name, objects)
    else:
        np.savez(tmp_path / name, vectors=CODES, texts=objects)
    with pytest.raises(SpaceError, match="pickle"):
        add(name)
    (tmp_path / "a.pkl").write_bytes(b"\x80\x04N.")
    with pytest.raises(SpaceError, match="never read"):
        add("a.pkl")


def test_a_memory_map_needs_its_shape(add, tmp_path):
    (tmp_path / "a.dat").write_bytes(CODES.tobytes())
    with pytest.raises(SpaceError, match="--dim and --dtype"):
        add("a.dat")
    with pytest.raises(SpaceError, match="no whole number of vectors"):
        add("a.dat", latent_dim=7, dtype="float32")
    space, _ = add("a.dat", latent_dim=DIM, dtype="float32")
    assert np.array_equal(space.train.codes, CODES)


def test_safetensors_with_labels(add, tmp_path):
    save_file({"emb": CODES, "labels": LABELS.astype(np.int64)}, tmp_path / "a.safetensors")
    space, _ = add("a.safetensors")
    assert np.array_equal(space.train.codes, CODES)
    assert space.classes == ("0", "1", "2", "3")


def safetensors(header: dict, data: bytes) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def test_safetensors_in_bfloat16(add, tmp_path):
    halves = (CODES.view(np.uint32) >> 16).astype(np.uint16)
    header = {"emb": {"dtype": "BF16", "shape": [N, DIM], "data_offsets": [0, halves.nbytes]}}
    (tmp_path / "a.safetensors").write_bytes(safetensors(header, halves.tobytes()))
    space, _ = add("a.safetensors")
    assert np.allclose(space.train.codes, CODES, rtol=0.01)


@pytest.mark.parametrize(
    ("header", "n_bytes", "message"),
    [
        ({"a": {"dtype": "F32", "shape": [4, 2], "data_offsets": [0, 28]}}, 28, "does not fit"),
        ({"a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [8, 24]}}, 24, "gap"),
        ({"a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}, 20, "end at byte 16 of 20"),
        (
            {
                "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
                "b": {"dtype": "F32", "shape": [2, 2], "data_offsets": [8, 24]},
            },
            24,
            "overlaps",
        ),
        ({"a": {"dtype": "F32", "shape": [-2, -2], "data_offsets": [0, 16]}}, 16, "negative"),
        ({"a": {"dtype": "C64", "shape": [1, 2], "data_offsets": [0, 16]}}, 16, "of type"),
        ({"a": 3}, 0, "no valid safetensors"),
    ],
)
def test_safetensors_whose_header_lies_are_refused(add, tmp_path, header, n_bytes, message):
    (tmp_path / "a.safetensors").write_bytes(safetensors(header, bytes(n_bytes)))
    with pytest.raises(SpaceError, match=message):
        add("a.safetensors")


def test_a_safetensors_header_of_gigabytes_is_refused(add, tmp_path):
    (tmp_path / "a.safetensors").write_bytes((2**40).to_bytes(8, "little") + b"{}")
    with pytest.raises(SpaceError, match="claims a header"):
        add("a.safetensors")


def test_zero_vectors_have_no_direction(add, tmp_path):
    codes = CODES.copy()
    codes[7] = 0
    np.save(tmp_path / "a.npy", codes)
    with pytest.raises(SpaceError, match="row 7.*zeros has no direction"):
        add("a.npy", metric="cosine")
    space, _ = add("a.npy", metric="cosine", skip_bad=True)
    assert np.allclose(np.linalg.norm(space.train.codes, axis=1), 1, atol=1e-6)
    away = 1 - space.train.codes @ space.train.codes[0]
    assert space.item_neighbours(0)[0].tolist() == np.argsort(away)[1:11].tolist()
    assert len(add("a.npy", "other")[0].items) == N


def test_equal_vectors_are_counted(add, tmp_path):
    codes = CODES.copy()
    codes[10:13] = codes[2]
    np.save(tmp_path / "a.npy", codes)
    space, added = add("a.npy")
    assert any(
        "3 items have the vector of an earlier one; the first is item 10" in note for note in added.notes
    )
    assert all(item not in space.neighbour_lists[item] for item in range(N))


@pytest.mark.parametrize("shape", [(0, 4), (3, 4, 5), (4, 5000), (1, 4)])
def test_arrays_of_other_shapes_are_refused(add, tmp_path, shape):
    np.save(tmp_path / "a.npy", np.random.default_rng(0).normal(size=shape))
    with pytest.raises(SpaceError, match="shape|only one item"):
        add("a.npy")


def test_a_thousand_classes_are_classes_and_more_are_not(add, tmp_path):
    n = 2100
    np.save(tmp_path / "a.npy", np.random.default_rng(0).normal(size=(n, 3)))
    for classes, known in ((1000, 1000), (1001, 0)):
        lines = ["label", *(f"c{k % classes}" for k in range(n))]
        (tmp_path / "meta.csv").write_text("\n".join(lines))
        space, added = add("a.npy", f"of{classes}", metadata=tmp_path / "meta.csv")
        assert len(space.classes) == known
        assert space.spec.absent["probe_accuracy"]
    assert any("1,001 different values" in note for note in added.notes)
    with pytest.raises(SpaceError, match="1,001 classes; at most 1,000"):
        add("a.npy", "again", metadata=tmp_path / "meta.csv", label="label")


def test_files_of_unknown_kinds(add, tmp_path):
    (tmp_path / "a.docx").write_bytes(b"x")
    with pytest.raises(SpaceError, match="unknown format"):
        add("a.docx")
    with pytest.raises(SpaceError, match="There is no"):
        add("nowhere.csv")
    with pytest.raises(SpaceError, match="is a folder"):
        add(".")
