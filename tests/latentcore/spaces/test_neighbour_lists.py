"""Lists of neighbours: exact for few rows, by cells with a measured recall for many."""

from __future__ import annotations

import numpy as np
import pytest

from latentcore.metrics import neighbour_lists as module
from latentcore.metrics.neighbour_lists import neighbour_lists
from latentcore.metrics.similarity import neighbour_rows
from latentcore.plane import pca_plane
from latentcore.umap_fitting import fit_umap_on_neighbours


def clusters(n, dim, *, n_clusters=12, dtype=np.float32):
    generator = np.random.default_rng(0)
    means = 4 * generator.normal(size=(n_clusters, dim))
    return (means[generator.integers(0, n_clusters, n)] + generator.normal(size=(n, dim))).astype(dtype)


@pytest.mark.parametrize(("dim", "dtype"), [(3, np.float32), (20, np.float32), (20, np.float16)])
def test_few_rows_are_searched_exactly(dim, dtype):
    codes = clusters(700, dim, dtype=dtype)
    lists = neighbour_lists(codes, k=14)
    assert lists.recall is None
    assert np.array_equal(lists.rows, neighbour_rows(codes.astype(np.float32), k=14))
    away = np.linalg.norm(codes[lists.rows].astype(float) - codes[:, None].astype(float), axis=2)
    assert np.allclose(lists.distances, away, rtol=1e-4)


def test_many_rows_are_searched_by_cells_and_the_stated_recall_is_right(monkeypatch):
    monkeypatch.setattr(module, "MAX_EXACT", 1000)
    monkeypatch.setattr(module, "N_FITTED", 1500)
    codes = clusters(4000, 16)
    done = []
    lists = neighbour_lists(codes, k=14, on_progress=lambda some, _: done.append(some))
    true = neighbour_rows(codes, k=10)
    recall = (lists.rows[:, :10, None] == true[:, None]).any(axis=2).mean()
    assert lists.recall == pytest.approx(recall, abs=0.02)
    assert recall > 0.95
    assert done[-1] == 4000
    assert (lists.rows != np.arange(4000)[:, None]).all()
    assert (np.diff(lists.distances, axis=1) >= 0).all()


def test_rows_without_structure_are_searched_exactly(monkeypatch):
    monkeypatch.setattr(module, "MAX_EXACT", 1000)
    monkeypatch.setattr(module, "N_FITTED", 1500)
    codes = np.random.default_rng(0).normal(size=(2000, 200)).astype(np.float32)
    lists = neighbour_lists(codes, k=10)
    assert lists.recall is None
    assert np.array_equal(lists.rows, neighbour_rows(codes))


def test_many_equal_rows(monkeypatch):
    monkeypatch.setattr(module, "MAX_EXACT", 1000)
    monkeypatch.setattr(module, "N_FITTED", 1500)
    codes = np.repeat(clusters(20, 16), 100, axis=0)
    lists = neighbour_lists(codes, k=10)
    assert lists.rows.shape == (2000, 10)
    assert (lists.rows != np.arange(2000)[:, None]).all()
    assert (lists.distances == 0).all()


def test_fewer_rows_than_neighbours():
    assert neighbour_lists(clusters(4, 12), k=14).rows.shape == (4, 3)
    assert neighbour_lists(clusters(2, 2), k=14).rows.tolist() == [[1], [0]]


def test_umap_of_lists_keeps_clusters_apart_and_is_repeatable():
    labels = np.arange(150) % 3
    codes = (6 * np.eye(10)[labels] + np.random.default_rng(0).normal(size=(150, 10))).astype(np.float32)
    lists = neighbour_lists(codes, k=14)
    points, again = (
        fit_umap_on_neighbours(lists.rows, lists.distances, codes[:, 4:6], seed=0) for _ in range(2)
    )
    assert points.shape == (150, 2)
    assert (labels[neighbour_rows(points, k=5)] == labels[:, None]).mean() > 0.95
    assert np.array_equal(points, again)


def test_the_principal_plane_of_many_codes_is_that_of_a_decomposition():
    codes = clusters(12_000, 6)
    plane = pca_plane(codes[:50], codes)
    centred = codes - codes.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    assert np.allclose(np.abs(plane.points), np.abs(centred[:50] @ axes.T), atol=1e-3)
