"""Paths and grids between codes, by their properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from latentcore.geometry import bilinear_grid, class_means, linear_path, path_length, spherical_path

PATHS = [linear_path, spherical_path]
dimensions = st.shared(st.integers(1, 12), key="dimensions")
codes = arrays(np.float32, st.tuples(dimensions), elements=st.floats(-50, 50, width=32))
steps = st.integers(2, 30)


@pytest.mark.parametrize("path", PATHS)
@given(start=codes, end=codes, n=steps)
def test_the_ends_are_exact_and_the_rest_is_finite(path, start, end, n):
    walked = path(start, end, n)
    assert walked.shape == (n, len(start))
    assert walked.dtype == np.float32
    assert np.array_equal(walked[0], start)
    assert np.array_equal(walked[-1], end)
    assert np.isfinite(walked).all()


@given(start=codes, end=codes, n=steps)
def test_the_arc_keeps_its_norms_between_those_of_the_ends(start, end, n):
    assume(len(start) > 1)
    assume(min(np.linalg.norm(start), np.linalg.norm(end)) > 1e-3)
    norms = np.linalg.norm(spherical_path(start, end, n), axis=1)
    low, high = sorted((np.linalg.norm(start), np.linalg.norm(end)))
    assert norms.min() >= low * (1 - 1e-4)
    assert norms.max() <= high * (1 + 1e-4)


@given(start=codes, end=codes)
def test_the_arc_lies_on_a_great_circle_at_constant_speed(start, end):
    assume(len(start) > 1)
    assume(min(np.linalg.norm(start), np.linalg.norm(end)) > 1e-2)
    walked = spherical_path(start, end, 9).astype(np.float64)
    units = walked / np.linalg.norm(walked, axis=1, keepdims=True)
    assert np.linalg.matrix_rank(units, tol=1e-2) <= 2
    turns = 2 * np.arcsin(np.clip(np.linalg.norm(np.diff(units, axis=0), axis=1) / 2, 0, 1))
    assert np.ptp(turns) < 5e-3


@given(code=codes, n=steps)
def test_opposite_and_zero_vectors_have_a_path(code, n):
    assume(len(code) > 1)
    assume(np.linalg.norm(code) > 1e-2)
    arc = spherical_path(code, -code, n)
    assert np.linalg.norm(arc, axis=1) == pytest.approx(np.linalg.norm(code), rel=1e-3)
    zero = np.zeros_like(code)
    assert np.allclose(spherical_path(zero, code, n), linear_path(zero, code, n))


def test_a_quarter_turn_has_its_closed_form():
    arc = spherical_path(np.array([2, 0], np.float32), np.array([0, 2], np.float32), 3)
    assert np.allclose(arc[1], 2 * np.sqrt(0.5), atol=1e-6)


@pytest.mark.parametrize("path", PATHS)
def test_bad_arguments_are_refused(path):
    code = np.zeros(3, np.float32)
    with pytest.raises(ValueError, match="at least 2"):
        path(code, code, 1)
    with pytest.raises(ValueError, match="shapes"):
        path(code, np.zeros(4, np.float32), 5)


@given(arrays(np.float32, st.tuples(st.just(4), dimensions), elements=st.floats(-9, 9, width=32)), steps)
def test_a_grid_has_its_corners_and_is_linear_along_its_edges(corners, n):
    grid = bilinear_grid(corners, n).reshape(n, n, -1)
    assert np.array_equal(grid[[0, 0, -1, -1], [0, -1, 0, -1]], corners)
    assert np.allclose(grid[0], linear_path(corners[0], corners[1], n), atol=1e-4)
    assert np.allclose(grid[:, -1], linear_path(corners[1], corners[3], n), atol=1e-4)


def test_a_grid_wants_four_corners():
    with pytest.raises(ValueError, match="expected \\(4, latent_dim\\)"):
        bilinear_grid(np.zeros((3, 2), np.float32), 4)


def test_lengths_of_known_paths():
    line = np.linspace([0, 0], [3, 4], 7)
    assert path_length(line) == pytest.approx(5)
    detour = np.array([[0, 0], [3, 0], [3, 4]])
    assert path_length(detour) == pytest.approx(7)


def test_class_means_are_means_and_an_empty_class_has_none():
    rows = np.array([[0, 0], [2, 4], [5, 5]], np.float32)
    means = class_means(rows, np.array([0, 0, 2]), 3)
    assert means[0].tolist() == [1, 2]
    assert np.isnan(means[1]).all()
    assert means[2].tolist() == [5, 5]
