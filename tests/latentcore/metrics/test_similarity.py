"""Likeness of spaces: against scikit-learn and scipy, against closed forms, and by its invariances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import procrustes
from scipy.stats import ortho_group
from sklearn.neighbors import NearestNeighbors

from latentcore.metrics.similarity import (
    linear_cka,
    mutual_knn,
    neighbour_overlap,
    neighbour_rows,
    procrustes_align,
    procrustes_r2,
)

MEASURES = [linear_cka, procrustes_r2, mutual_knn]
seeds = st.integers(0, 2**32 - 1)


def space(seed: int, n: int = 60, d: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def turned(codes: np.ndarray, seed: int, *, scale: float = 1.0) -> np.ndarray:
    """Return the codes rotated or mirrored, scaled and shifted."""
    turn = ortho_group.rvs(codes.shape[1], random_state=seed)
    shift = np.random.default_rng(seed).normal(size=codes.shape[1]) * 3
    return (scale * codes @ turn + shift).astype(np.float32)


def padded(codes: np.ndarray, d: int) -> np.ndarray:
    return np.pad(codes, ((0, 0), (0, d - codes.shape[1])))


@pytest.mark.parametrize("d", [2, 8, 12])
@pytest.mark.parametrize("k", [1, 10])
def test_neighbours_are_those_of_scikit_learn(d, k):
    first, second = space(0, 200, d), space(1, 200, d + 1)
    expected = [
        NearestNeighbors(n_neighbors=k).fit(codes).kneighbors(return_distance=False)
        for codes in (first, second)
    ]
    assert np.array_equal(neighbour_rows(first, k=k), expected[0])
    shares = [len(set(a) & set(b)) / k for a, b in zip(*expected, strict=True)]
    assert neighbour_overlap(first, second, k=k) == pytest.approx(shares)
    assert mutual_knn(first, second, k=k) == pytest.approx(np.mean(shares))


def test_nobody_is_their_own_neighbour_even_among_equals():
    codes = np.zeros((30, 2), np.float32)
    rows = neighbour_rows(codes, k=5)
    assert rows.shape == (30, 5)
    assert (rows != np.arange(30)[:, None]).all()
    assert all(len(set(row)) == 5 for row in rows.tolist())


@pytest.mark.parametrize("measure", MEASURES)
@given(seed=seeds, scale=st.floats(0.1, 20))
def test_a_turned_scaled_shifted_copy_is_the_same_space(measure, seed, scale):
    codes = space(seed, d=2 + seed % 5)
    assert measure(codes, codes) == pytest.approx(1, abs=1e-6)
    assert measure(codes, turned(codes, seed, scale=scale)) == pytest.approx(1, abs=2e-2)


@pytest.mark.parametrize("measure", MEASURES)
@given(seed=seeds)
def test_the_order_of_samples_and_spaces_does_not_matter(measure, seed):
    first, second = space(seed), space(seed + 1, d=5)
    value = measure(first, second)
    order = np.random.default_rng(seed).permutation(len(first))
    assert 0 <= value <= 1
    assert measure(second, first) == pytest.approx(value, abs=1e-6)
    assert measure(first[order], second[order]) == pytest.approx(value, abs=1e-6)


@given(seed=seeds)
def test_r2_is_one_minus_scipys_disparity(seed):
    first, second = space(seed), space(seed + 1, d=5)
    assert procrustes_r2(first, second) == pytest.approx(
        1 - procrustes(padded(first, 5), second)[2], abs=1e-6
    )


def test_cka_of_small_spaces_by_hand():
    one = np.array([[-1], [0], [1]], np.float32)
    other = np.array([[1], [-2], [1]], np.float32)  # at right angles to the first
    assert linear_cka(one, other) == pytest.approx(0, abs=1e-12)
    both = np.concatenate([one, other], axis=1)  # Gram matrix diag(2, 6), |one'both|^2 = 4, |one'one| = 2
    assert linear_cka(one, both) == pytest.approx(4 / (2 * np.sqrt(40)))


def test_cka_agrees_with_its_kernel_form():
    first, second = space(3), space(4, d=6)
    centre = np.eye(len(first)) - 1 / len(first)
    kernels = [centre @ (codes.astype(float) @ codes.T) @ centre for codes in (first, second)]
    expected = (kernels[0] * kernels[1]).sum() / np.prod([np.linalg.norm(kernel) for kernel in kernels])
    assert linear_cka(first, second) == pytest.approx(expected, rel=1e-6)


@given(seed=seeds, scale=st.floats(0.05, 20))
def test_a_turned_scaled_shifted_copy_is_brought_back(seed, scale):
    points = space(seed, d=2)
    back = procrustes_align(turned(points, seed, scale=scale), points)
    assert back.dtype == np.float32
    assert np.allclose(back, points, atol=1e-3)


@given(seed=seeds)
def test_alignment_is_scipys(seed):
    points, reference = space(seed, d=2), space(seed + 1, d=2)
    _, expected, _ = procrustes(reference, points)
    length = np.linalg.norm(reference - reference.mean(axis=0))
    aligned = (procrustes_align(points, reference) - reference.mean(axis=0)) / length
    assert np.allclose(aligned, expected, atol=1e-5)


def test_a_space_of_one_code_has_no_likeness_and_lies_in_the_middle():
    flat, codes = np.ones((20, 2), np.float32), space(0, 20, 2)
    assert np.isnan(linear_cka(flat, codes))
    assert np.isnan(procrustes_r2(codes, flat))
    assert np.allclose(procrustes_align(flat, codes), codes.mean(axis=0), atol=1e-6)


@pytest.mark.parametrize("measure", MEASURES)
def test_spaces_of_different_samples_are_refused(measure):
    with pytest.raises(ValueError, match="of the same n samples"):
        measure(space(0, 20), space(0, 21))


def test_bad_alignment_and_too_few_samples_are_refused():
    with pytest.raises(ValueError, match="must agree"):
        procrustes_align(space(0, d=2), space(0, d=3))
    with pytest.raises(ValueError, match="from 1 to 4 neighbours"):
        neighbour_rows(space(0, 5), k=5)
