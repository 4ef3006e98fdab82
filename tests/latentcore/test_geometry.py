"""Paths and grids between codes, by their properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import ortho_group

from latentcore.geometry import (
    bilinear_grid,
    class_means,
    decoder_stretch,
    linear_path,
    path_length,
    spherical_path,
)

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


@given(seed=st.integers(0, 2**32 - 1), latent_dim=st.integers(1, 5), n=st.integers(0, 9))
def test_a_linear_decoder_stretches_by_its_determinant_everywhere(seed, latent_dim, n):
    generator = np.random.default_rng(seed)
    weights = generator.normal(size=(latent_dim, 3, 4, 5)).astype(np.float32)
    flat = weights.reshape(latent_dim, -1).astype(np.float64)
    codes = generator.normal(size=(n, latent_dim)).astype(np.float32)
    stretch = decoder_stretch(lambda z: np.tensordot(z, weights, 1), codes, batch_size=4)
    assert stretch.shape == (n,)
    assert stretch.dtype == np.float32
    assert stretch == pytest.approx(np.sqrt(np.linalg.det(flat @ flat.T)), rel=2e-3)


def bent(z: np.ndarray) -> np.ndarray:
    """A decoder whose Jacobian is known: (u, v) to (u, v, u v, sin u)."""
    u, v = z[:, 0], z[:, 1]
    return np.stack([u, v, u * v, np.sin(u)], axis=1)


def test_a_bent_decoder_stretches_as_its_jacobian_says():
    codes = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    for (u, v), found in zip(codes.astype(float), decoder_stretch(bent, codes), strict=True):
        jacobian = np.array([[1, 0], [0, 1], [v, u], [np.cos(u), 0]])
        assert found == pytest.approx(np.sqrt(np.linalg.det(jacobian.T @ jacobian)), rel=1e-3)


@given(seed=st.integers(0, 2**32 - 1))
def test_turned_codes_are_stretched_alike(seed):
    codes = np.random.default_rng(seed).uniform(-2, 2, (20, 2)).astype(np.float32)
    turn = ortho_group.rvs(2, random_state=seed).astype(np.float32)
    turned = decoder_stretch(lambda z: bent(z @ turn.T), codes @ turn)
    assert turned == pytest.approx(decoder_stretch(bent, codes), rel=2e-3)


def test_a_decoder_that_ignores_a_dimension_has_no_stretch():
    assert decoder_stretch(lambda z: z[:, :1], np.ones((3, 2), np.float32)).tolist() == [0, 0, 0]


def test_stretch_wants_finite_codes_and_a_step():
    with pytest.raises(ValueError, match="finite"):
        decoder_stretch(bent, np.full((2, 2), np.nan, np.float32))
    with pytest.raises(ValueError, match="finite"):
        decoder_stretch(bent, np.zeros(2, np.float32))
    for options in ({"step": 0.0}, {"batch_size": 0}):
        with pytest.raises(ValueError, match="above 0"):
            decoder_stretch(bent, np.zeros((1, 2), np.float32), **options)
