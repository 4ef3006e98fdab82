"""Spaces on disk: what is saved is loaded again, and what was changed is refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

import latentcore
from latentcore.exceptions import SpaceError, UnknownNameError
from latentcore.large_arrays import release
from latentcore.metrics.nearest_neighbours import local_density, nearest
from latentcore.metrics.sampling import stratified_rows
from latentcore.metrics.similarity import neighbour_rows
from latentcore.spaces import find_collection, find_spaces, load_space, remove_space, scan_spaces
from latentcore.spaces.building import NewSpace
from latentcore.spaces.code_files import CodesWriter, open_array
from latentcore.spaces.table.items_table import items_table
from latentcore.spaces.writing import NewCollection, add_space, save_collection
from latentcore.store import Space, list_bundles, models_folder

N, DIM = 90, 12
GENERATOR = np.random.default_rng(0)
LABELS = GENERATOR.integers(0, 3, N)
CODES = (GENERATOR.normal(size=(N, DIM)) + 3 * np.eye(DIM)[LABELS]).astype(np.float32)
ITEMS = {
    "id": [f"x{k}" for k in range(N)],
    "kind": [("cat", "none", None)[label] for label in LABELS],
    "remark": [f"remark {k} ÄÖ" for k in range(N)],
    "year": list(range(1900, 1900 + N)),
}


def collection(name="mine", items=ITEMS):
    return NewCollection(name=name, items=items_table(items, id_column="id"), n_items=N, source="a test")


def new_space(name="one", **fields):
    return NewSpace(name=name, title=name.capitalize(), plane="pca", **fields)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    root = tmp_path_factory.mktemp("spaces")
    spaces = [(new_space(), CODES), (new_space("two", metric="cosine"), CODES[:, :6].astype(np.float16))]
    assert save_collection(collection(), spaces, root) == ["mine/one", "mine/two"]
    return root


@pytest.fixture
def root(saved, tmp_path):
    shutil.copytree(saved, tmp_path / "spaces")
    return tmp_path / "spaces"


def test_a_space_is_loaded_as_it_was_saved(saved):
    space = load_space("mine/one", saved)
    assert isinstance(space, Space)
    assert np.array_equal(space.train.codes, CODES)
    assert space.classes == ("cat", "none", "(no label)")
    assert [space.classes[k] for k in space.labels] == [kind or "(no label)" for kind in ITEMS["kind"]]
    assert space.items.ids.tolist() == ITEMS["id"]
    assert space.items.values("year").tolist() == ITEMS["year"]
    assert not space.has_decoder
    assert not space.has_encoder
    assert not space.has_sampler
    assert np.isnan(space.test.errors).all()
    assert space.groups == space.classes


def test_derived_tables_are_those_of_bundles_with_the_item_itself_left_out(saved):
    space = load_space("mine/one", saved)
    distances, rows = nearest(CODES, CODES, k=11)
    assert np.array_equal(rows[:, 0], np.arange(N))
    assert np.array_equal(space.derived.neighbours, neighbour_rows(CODES))
    assert np.array_equal(space.neighbour_lists, neighbour_rows(CODES))
    assert space.derived.median_code_distance == pytest.approx(float(np.median(distances[:, 1])), rel=1e-3)
    assert np.allclose(space.derived.test_density, -np.log10(distances[:, 1:].mean(axis=1)), atol=2e-3)
    assert not np.allclose(space.derived.test_density, local_density(CODES, CODES), atol=2e-3)
    assert np.allclose(space.derived.class_means[0], CODES[LABELS == 0].mean(axis=0), atol=1e-3)


def test_scores_state_n_interval_and_protocol(saved):
    space = load_space("mine/one", saved)
    n_labelled = int((LABELS < 2).sum())
    assert space.metrics["knn_accuracy"]["n"] == n_labelled
    near = LABELS[neighbour_rows(CODES)]
    hit = (near[LABELS < 2] == LABELS[LABELS < 2, None]).mean()
    assert space.metrics["neighbourhood_hit"]["value"] == pytest.approx(hit)
    for name in ("plane_trustworthiness", "plane_continuity", "probe_accuracy", "intrinsic_dimension"):
        low, high = space.metrics[name]["interval"]
        assert low <= space.metrics[name]["value"] <= high
    assert "images" not in json.dumps(dict(space.metrics))


def test_scores_that_need_labels_are_absent_with_the_reason(tmp_path):
    items = {"id": ITEMS["id"]}
    save_collection(collection(items=items), [(new_space(), CODES)], tmp_path)
    space = load_space("mine/one", tmp_path)
    assert "knn_accuracy" not in space.metrics
    assert space.spec.absent["knn_accuracy"] == "no labels"
    assert space.group_word == "cluster"
    assert len(space.test_groups) == N
    assert not space.classes


def test_pictures_are_kept_and_stay_out_of_tables(tmp_path):
    pictures = [b"\x89PNG\r\n\x1a\n%d" % k if k else None for k in range(N)]
    new = collection(items={**ITEMS, "thumb": pictures})
    save_collection(new, [(new_space(), CODES)], tmp_path)
    items = load_space("mine/one", tmp_path).items
    assert items.roles.picture == "thumb"
    assert items.picture(7) == pictures[7]
    assert items.picture(0) is None
    assert "thumb" not in items.frame(np.arange(3)).columns
    assert items.search("PNG").tolist() == []


def test_items_may_be_the_images_of_a_dataset(tmp_path):
    new = replace(collection(), images=("digits", "test"))
    save_collection(new, [(new_space(), CODES)], tmp_path)
    assert find_collection("mine", tmp_path).images == ("digits", "test")
    assert load_space("mine/one", tmp_path).items.picture(3) is None


def test_items_are_found_by_text_without_case(saved):
    items = load_space("mine/one", saved).items
    assert items.search("REMARK 8 äö").tolist() == [8]
    assert items.search("X89").tolist() == [89]
    assert items.search("none", ["kind"]).tolist() == np.flatnonzero(LABELS == 1).tolist()
    assert items.search("A", ["kind"]).tolist() == np.flatnonzero(LABELS == 0).tolist()
    assert items.search(".*").tolist() == []
    assert items.row_of("x7") == 7
    frame = items.frame(np.array([7, 3]))
    assert frame.columns.tolist() == ["id", "kind", "remark", "year"]
    assert frame["remark"].tolist() == ["remark 7 ÄÖ", "remark 3 ÄÖ"]
    with pytest.raises(SpaceError, match="no column 'colour'"):
        items.values("colour")


def test_one_more_space_of_the_same_items(root):
    assert add_space(find_collection("mine", root), new_space("three"), CODES[:, :2]) == "mine/three"
    space = load_space("mine/three", root)
    assert space.spec.plane == "codes"
    assert np.array_equal(space.train.plane, CODES[:, :2])
    with pytest.raises(SpaceError, match="already"):
        add_space(find_collection("mine", root), new_space("three"), CODES[:, :2])
    with pytest.raises(SpaceError, match="has the shape|have the shape"):
        add_space(find_collection("mine", root), new_space("four"), CODES[1:])
    assert [spec.id for spec in find_spaces("mine", root)] == ["mine/one", "mine/three", "mine/two"]


def test_more_items_than_are_drawn(tmp_path):
    n = 5_600
    labels = np.arange(n) % 2
    codes = np.random.default_rng(1).normal(size=(n, 3)).astype(np.float32)
    items = items_table({"label": [f"c{k}" for k in labels]})
    save_collection(NewCollection(name="many", items=items, n_items=n), [(new_space(), codes)], tmp_path)
    space = load_space("many/one", tmp_path)
    assert (space.spec.n_items, space.spec.n_drawn) == (n, 5_000)
    assert np.array_equal(space.test.indices, stratified_rows(labels, 5_000))
    assert np.array_equal(space.test.codes, codes[space.test.indices])
    assert space.neighbour_lists.shape == (n, 10)


def test_spaces_are_listed_and_removed(root, monkeypatch, tmp_path):
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    assert {"mine/one", "mine/two"} <= {spec.id for spec in latentcore.list_spaces()}
    assert latentcore.load_space("mine/one").id == "mine/one"
    assert remove_space("mine/one") == ["mine/one"]
    with pytest.raises(UnknownNameError, match="There is: .*mine/two"):
        load_space("mine/one")
    assert remove_space("mine") == ["mine/two"]
    assert not list((tmp_path / "spaces").iterdir())
    for name in ("mine", "../x", "mine/one", ""):
        with pytest.raises(UnknownNameError):
            remove_space(name)


def test_the_spaces_of_a_session_are_not_listed(tmp_path):
    token = "0123456789abcdef"
    save_collection(collection(), [(new_space(), CODES)], tmp_path, owner=token)
    assert latentcore.list_spaces(tmp_path) == []
    assert [spec.id for spec in scan_spaces(tmp_path)[0]] == [f"mine-{token}/one"]
    assert load_space(f"mine-{token}/one", tmp_path).n_items == N


def test_a_folder_of_spaces_beside_bundles_holds_no_bundle(root, tmp_path):
    shutil.copytree(models_folder() / "digits" / "pca-d2", tmp_path / "models" / "digits" / "pca-d2")
    shutil.copytree(root, tmp_path / "models" / "_spaces")
    assert [spec.id for spec in list_bundles(tmp_path / "models")] == ["digits/pca-d2"]


def test_a_name_is_taken_once_unless_it_is_overwritten(root):
    with pytest.raises(SpaceError, match="already"):
        save_collection(collection(), [(new_space(), CODES)], root)
    save_collection(collection(), [(new_space("other"), CODES)], root, overwrite=True)
    assert [spec.id for spec in find_spaces("mine", root)] == ["mine/other"]


@pytest.mark.parametrize("name", ["", "Mine", "a/b", "..", "x" * 41, "mine-0123456789abcdef", "_mine"])
def test_unusable_names_are_refused(tmp_path, name):
    with pytest.raises(SpaceError, match="cannot be named"):
        save_collection(collection(name), [(new_space(), CODES)], tmp_path)


def test_an_interrupt_leaves_nothing_behind(tmp_path):
    def stop(stage, *_):
        if stage == "scores":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_collection(collection(), [(new_space(), CODES)], tmp_path, on_stage=stop)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e20])
def test_codes_that_are_not_finite_are_refused_by_row(tmp_path, value):
    codes = CODES.copy()
    codes[5, 2] = value
    with pytest.raises(SpaceError, match="row 5: not finite, or too large"):
        save_collection(collection(), [(new_space(), codes)], tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "file",
    ["config.json", "items.parquet", "one/config.json", "one/codes.npy", "one/tables.npz", "one/card.md"],
)
def test_a_file_that_is_missing_or_cut_off_is_named(root, file):
    path = root / "mine" / file
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(SpaceError, match=path.name):
        load_space("mine/one", root)
    path.unlink()
    with pytest.raises((SpaceError, UnknownNameError)):
        load_space("mine/one", root)


def test_a_changed_byte_is_found(root):
    for file in ("codes.npy", "neighbours.npy", "tables.npz", "card.md"):
        path = root / "mine" / "one" / file
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(SpaceError, match=f"{file}: wrong checksum"):
            load_space("mine/one", root)
        path.write_bytes(data)
    assert load_space("mine/one", root).n_items == N


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("format_version", 2, "newer"),
        ("format_version", "1", "expected 1"),
        ("latent_dim", 13, "expected"),
        ("latent_dim", 10**9, "latent_dim"),
        ("n_items", N + 1, "n_items"),
        ("dtype", "object", "dtype"),
        ("plane", "tsne", "plane"),
        ("files", {"../../x": {"bytes": 1, "sha256": ""}}, "files"),
        ("items", "other", "items"),
    ],
)
def test_a_config_that_contradicts_its_files_is_refused(root, field, value, message):
    path = root / "mine" / "one" / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, field: value}))
    with pytest.raises(SpaceError, match=message):
        load_space("mine/one", root)
    assert [problem.id for problem in scan_spaces(root)[1]] == ["mine/one"] or field == "latent_dim"


def test_tables_of_other_codes_are_refused(root):
    one, two = (root / "mine" / name for name in ("one", "two"))
    shutil.copy(two / "tables.npz", one / "tables.npz")
    config = json.loads((one / "config.json").read_text())
    config["files"]["tables.npz"] = json.loads((two / "config.json").read_text())["files"]["tables.npz"]
    (one / "config.json").write_text(json.dumps(config))
    with pytest.raises(SpaceError, match="tables.npz"):
        load_space("mine/one", root)


def test_released_codes_are_read_again(tmp_path):
    with CodesWriter(tmp_path / "codes.npy", DIM, np.float32) as writer:
        writer.write(CODES)
    codes = open_array(tmp_path / "codes.npy", CODES.shape, np.float32)
    for array in (codes, CODES.copy()):
        release(array)
        assert np.array_equal(array, CODES)
