"""Originals of rendered datasets: few are rendered alone, and are the same images."""

from __future__ import annotations

import numpy as np
import pytest
import streamlit as st

from dashboard.data.catalogue import open_bundle
from dashboard.data.images import originals
from latentcore import load_dataset
from latentcore.exceptions import DatasetError
from tests.dashboard.pages import open_page


@pytest.fixture(scope="module")
def shapes():
    return {split: load_dataset("shapes", split).images for split in ("train", "test")}


@pytest.mark.parametrize("n", [3, originals.FEW + 1])
def test_few_and_many_are_those_of_the_dataset(n, shapes):
    rows = np.random.default_rng(0).choice(5_000, n, replace=False)
    assert np.array_equal(originals.required_originals("shapes", "test", rows), shapes["test"][rows])
    bundle = open_bundle("shapes/pca-d2")
    found = originals.train_originals(bundle, rows)
    assert found is not None
    assert np.array_equal(found, shapes["train"][bundle.train.indices[rows]])


def test_for_few_the_others_are_not_rendered(monkeypatch):
    monkeypatch.setattr(originals, "_pixels", None)
    monkeypatch.setattr(originals, "_held_pixels", None)
    assert len(originals.required_originals("shapes", "test", np.arange(5))) == 5
    assert originals.originals_problem("shapes") is None
    found = originals.train_originals(open_bundle("shapes/pca-d2"), np.arange(5))
    assert found is not None
    assert len(found) == 5


@pytest.mark.parametrize("n", [1, originals.FEW + 1])
def test_an_image_that_does_not_exist_is_named(n):
    with pytest.raises(DatasetError, match="5,?000"):
        originals.required_originals("shapes", "test", np.arange(5_000 - n + 1, 5_001))


@pytest.mark.parametrize("page", ["interpolate", "sample", "anomaly", "compare"])
def test_no_page_renders_most_of_a_dataset_when_it_opens(page, monkeypatch):
    asked = []

    def counted(dataset: str, split: str, rows: np.ndarray | None = None) -> np.ndarray:
        if dataset == "shapes":
            asked.append(5_000 if rows is None else len(rows))
        return read(dataset, split, rows)

    read = originals._read
    monkeypatch.setattr(originals, "_read", counted)
    st.cache_resource.clear()
    query = {"view": "maps"} if page == "compare" else {}
    open_page(page, dataset="shapes", **query)
    assert sum(asked) <= 2_500, asked
