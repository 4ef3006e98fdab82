"""The image index: near to the exact search, on disk and damaged."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from latentcore.datasets import load_dataset
from latentcore.exceptions import BundleError
from latentcore.image_index import load_index, make_index, save_index
from latentcore.metrics.nearest_neighbours import nearest
from latentcore.store import load_bundle, models_folder


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits", "train"), load_dataset("digits", "test")


@pytest.mark.parametrize("dataset", ["digits", "mnist", "fashion_mnist", "shapes", "rooms"])
def test_the_shipped_index_is_of_the_images_that_bundles_keep_codes_of(dataset):
    index = load_index(dataset)
    assert index is not None
    for name in ("pca-d2", "vae-d2"):
        bundle = load_bundle(f"{dataset}/{name}")
        assert np.array_equal(index.indices, bundle.train.indices)
        assert np.array_equal(index.labels, bundle.train.labels)


@pytest.mark.parametrize("dataset", ["digits", "shapes"])
def test_distances_are_near_to_exact_ones(dataset):
    index, train = load_index(dataset), load_dataset(dataset, "train")
    assert index is not None
    bundle = load_bundle(f"{dataset}/{'vae-d8' if dataset == 'digits' else 'vae-d16'}")
    images = bundle.model.decode(bundle.test.codes[:200])
    known = train.images[index.indices].reshape(len(index.indices), -1)
    exact, rows = nearest(known, images.reshape(200, -1), k=1)
    estimated, found = index.nearest(images, k=5)
    off = np.abs(estimated[:, 0] / index.median_estimate - exact[:, 0] / index.median_distance)
    assert off.mean() < 0.12
    assert (found == rows).any(axis=1).mean() > 0.75
    assert (np.diff(estimated, axis=1) >= 0).all()


def test_a_train_image_is_found(digits):
    train, test = digits
    index = make_index(train, test)
    distances, rows = index.nearest(train.images[[5, 700]], k=1)
    assert index.indices[rows[:, 0]].tolist() == [5, 700]
    assert (distances < 0.2).all()


def test_the_round_trip_restores_the_index(digits, tmp_path):
    index = make_index(*digits)
    save_index(index, tmp_path, n_train=len(digits[0]))
    again = load_index("digits", tmp_path)
    assert again is not None
    assert np.array_equal(again.codes, index.codes)
    assert (again.median_distance, again.median_estimate) == (index.median_distance, index.median_estimate)
    images = digits[1].images[:20]
    assert np.array_equal(again.nearest(images, k=3)[1], index.nearest(images, k=3)[1])


def test_a_dataset_without_an_index_has_none(tmp_path):
    assert load_index("digits", tmp_path) is None


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("index.json", lambda _: b"{", "not valid JSON"),
        ("index.json", lambda data: data.replace(b'"digits"', b'"shapes"', 1), "shapes"),
        ("index.json", lambda data: data.replace(b'"usual_distance"', b'"x"'), "usual_distance is missing"),
        ("train.npz", lambda data: data[:-9], "checksum"),
        ("pca.safetensors", lambda data: data[:-1] + b"!", "checksum"),
        ("train.npz", None, "missing"),
    ],
)
def test_damage_is_one_sentence_with_the_way_out(tmp_path, name, change, message):
    folder = tmp_path / "digits" / "_index"
    shutil.copytree(models_folder() / "digits" / "_index", folder)
    path = folder / name
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change(path.read_bytes()))
    with pytest.raises(BundleError, match=message) as caught:
        load_index("digits", tmp_path)
    assert "latentcore index digits" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_an_index_claims_is_checked(tmp_path):
    folder = tmp_path / "digits" / "_index"
    shutil.copytree(models_folder() / "digits" / "_index", folder)
    facts = json.loads((folder / "index.json").read_text())
    (folder / "index.json").write_text(json.dumps(facts | {"usual_distance": 0.0}))
    with pytest.raises(BundleError, match="median distance"):
        load_index("digits", tmp_path)
