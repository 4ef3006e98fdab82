"""The magnification factor of decoders whose Jacobians are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ortho_group

from latentcore.decoder_geometry import magnification_factor


@given(seed=st.integers(0, 2**32 - 1), latent_dim=st.integers(1, 5), n=st.integers(0, 9))
def test_a_linear_decoder_magnifies_by_its_determinant_everywhere(seed, latent_dim, n):
    generator = np.random.default_rng(seed)
    weights = generator.normal(size=(latent_dim, 3, 4, 5)).astype(np.float32)
    flat = weights.reshape(latent_dim, -1).astype(np.float64)
    codes = generator.normal(size=(n, latent_dim)).astype(np.float32)
    factors = magnification_factor(lambda z: np.tensordot(z, weights, 1), codes, batch_size=4)
    assert factors.shape == (n,)
    assert factors.dtype == np.float32
    assert factors == pytest.approx(np.sqrt(np.linalg.det(flat @ flat.T)), rel=2e-3)


def curved(z: np.ndarray) -> np.ndarray:
    """A decoder whose Jacobian is known: (u, v) to (u, v, u v, sin u)."""
    u, v = z[:, 0], z[:, 1]
    return np.stack([u, v, u * v, np.sin(u)], axis=1)


def test_a_curved_decoder_magnifies_as_its_jacobian_says():
    codes = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    for (u, v), found in zip(codes.astype(float), magnification_factor(curved, codes), strict=True):
        jacobian = np.array([[1, 0], [0, 1], [v, u], [np.cos(u), 0]])
        assert found == pytest.approx(np.sqrt(np.linalg.det(jacobian.T @ jacobian)), rel=1e-3)


@given(seed=st.integers(0, 2**32 - 1))
def test_rotated_codes_are_magnified_equally(seed):
    codes = np.random.default_rng(seed).uniform(-2, 2, (20, 2)).astype(np.float32)
    turn = ortho_group.rvs(2, random_state=seed).astype(np.float32)
    turned = magnification_factor(lambda z: curved(z @ turn.T), codes @ turn)
    assert turned == pytest.approx(magnification_factor(curved, codes), rel=2e-3)


def test_a_decoder_that_ignores_a_dimension_has_a_factor_of_zero():
    assert magnification_factor(lambda z: z[:, :1], np.ones((3, 2), np.float32)).tolist() == [0, 0, 0]


def test_codes_must_be_finite_and_the_step_positive():
    with pytest.raises(ValueError, match="finite"):
        magnification_factor(curved, np.full((2, 2), np.nan, np.float32))
    with pytest.raises(ValueError, match="finite"):
        magnification_factor(curved, np.zeros(2, np.float32))
    for options in ({"step": 0.0}, {"batch_size": 0}):
        with pytest.raises(ValueError, match="above 0"):
            magnification_factor(curved, np.zeros((1, 2), np.float32), **options)
