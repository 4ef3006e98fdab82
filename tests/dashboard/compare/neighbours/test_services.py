"""Neighbour change between two spaces, against scikit-learn."""

from __future__ import annotations

import json

import numpy as np
import pytest
import vl_convert
from sklearn.neighbors import NearestNeighbors

from dashboard.compare.neighbours.charts import neighbour_change_map
from dashboard.compare.neighbours.services import N_MOST_CHANGED, most_changed_samples, neighbour_change
from dashboard.data.catalogue import open_bundle
from dashboard.data.images import stand_ins
from dashboard.data.images.pixels import image_uri
from latentcore.datasets import load_dataset
from tests.dashboard.bundles import opened

FIRST, SECOND = "digits/vae-d2", "digits/ae-d8"


def test_the_change_agrees_with_scikit_learn():
    change = neighbour_change(*opened([FIRST, SECOND]))
    tables = [
        NearestNeighbors(n_neighbors=10).fit(open_bundle(name).test.codes).kneighbors(return_distance=False)
        for name in (FIRST, SECOND)
    ]
    expected = [1 - len(set(a) & set(b)) / 10 for a, b in zip(*tables, strict=True)]
    assert change.points["change"].to_numpy() == pytest.approx(expected, abs=1e-6)
    assert change.mean == pytest.approx(np.mean(expected))
    assert change.n_total == len(change.points) == 540


def test_a_space_does_not_differ_from_itself():
    assert neighbour_change(*opened([FIRST, FIRST])).mean == 0


def test_the_listed_samples_have_the_largest_change():
    change = neighbour_change(*opened([FIRST, SECOND]))
    assert len(change.most_changed) == N_MOST_CHANGED
    least = change.most_changed["change"].min()
    others = change.points.drop(change.most_changed.index)
    assert others["change"].max() <= least
    assert change.n_tied == (change.points["change"] >= least).sum()


def test_listed_samples_have_their_own_images(monkeypatch):
    samples = most_changed_samples(*opened([FIRST, SECOND]))
    images = load_dataset("digits", "test").images
    for sample in samples:
        assert sample.image == image_uri(images[sample.index])
        assert sample.made_by is None
        bundle = open_bundle(SECOND)
        row = bundle.test.indices.tolist().index(sample.index)
        decode = bundle.model.decode(bundle.test.codes[row : row + 1])[0]
        assert sample.decodes[1] == image_uri(decode)
        assert sample.label == bundle.classes[bundle.test.labels[row]]
    monkeypatch.setattr(stand_ins, "has_originals", lambda _: False)
    assert {sample.made_by for sample in most_changed_samples(*opened([FIRST, SECOND]))} == {
        "digits/transformer-d8"
    }


@pytest.mark.parametrize("dark", [False, True])
def test_the_map_compiles_and_numbers_the_listed_samples(dark):
    change = neighbour_change(*opened([FIRST, SECOND]))
    drawn = vl_convert.vegalite_to_svg(
        json.dumps(
            neighbour_change_map(change.points, change.most_changed, change.extent, size=200, dark=dark)
        )
    )
    assert all(f">{k}</text>" in drawn for k in range(1, N_MOST_CHANGED + 1))
