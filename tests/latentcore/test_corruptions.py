"""Corruptions and the filters against them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from latentcore.corruptions import CORRUPTIONS, corrupt
from latentcore.datasets import load_dataset
from latentcore.exceptions import UnknownNameError
from latentcore.filters import FILTERS, _divergence, _gradient, denoise_tv_chambolle, median_filter

KINDS = list(CORRUPTIONS)


def some_images(n: int = 6, side: int = 28, seed: int = 0) -> np.ndarray:
    smooth = ndimage.gaussian_filter(np.random.default_rng(seed).random((n, 1, side, side)), (0, 0, 2, 2))
    scaled = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    return np.asarray(scaled, np.float32)


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(KINDS), share=st.floats(0, 1), seed=st.integers(0, 2**31), side=st.integers(5, 30)
)
def test_range_shape_and_seed(kind, share, seed, side):
    images = some_images(3, side, seed % 7)
    level = share * CORRUPTIONS[kind].levels[-1]
    before = images.copy()
    spoilt = corrupt(images, kind, level, seed=seed)
    assert spoilt.shape == images.shape
    assert spoilt.dtype == np.float32
    assert spoilt.min() >= 0
    assert spoilt.max() <= 1
    assert np.array_equal(spoilt, corrupt(images, kind, level, seed=seed))
    assert np.array_equal(images, before)


@pytest.mark.parametrize("kind", KINDS)
def test_level_0_is_identity_and_more_is_worse(kind):
    images = some_images()
    assert np.array_equal(corrupt(images, kind, 0, seed=3), images)
    levels = CORRUPTIONS[kind].levels
    errors = [float(((corrupt(images, kind, level, seed=3) - images) ** 2).mean()) for level in levels]
    assert errors == sorted(errors)
    assert errors[0] > 0
    assert 0 < CORRUPTIONS[kind].moderate <= levels[-1]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "blur"])
def test_another_seed_spoils_otherwise(kind):
    images, level = some_images(), CORRUPTIONS[kind].levels[-1]
    assert not np.array_equal(corrupt(images, kind, level, seed=0), corrupt(images, kind, level, seed=1))


def test_levels_mean_what_they_say():
    grey = np.full((40, 1, 28, 28), 0.5, np.float32)
    assert np.std(corrupt(grey, "gaussian", 0.1, seed=0) - grey) == pytest.approx(0.1, rel=0.02)
    turned = corrupt(grey, "salt_pepper", 0.3, seed=0)
    assert (turned == 0).mean() == pytest.approx(0.15, abs=0.01)
    assert (turned == 1).mean() == pytest.approx(0.15, abs=0.01)
    dark = np.zeros((40, 1, 28, 28), np.float32)
    assert (corrupt(dark, "occlusion", 0.5, seed=0) == 0.5).sum(axis=(1, 2, 3)).tolist() == [14 * 14] * 40
    spike = np.zeros((1, 1, 28, 28), np.float32)
    spike[0, 0, 14, 14] = 1
    blurred = corrupt(spike, "blur", 0.1, seed=0)[0, 0]
    assert float((blurred.sum(axis=0) * (np.arange(28) - 14.0) ** 2).sum()) == pytest.approx(2.8**2, rel=0.05)


def test_bad_input_is_named():
    images = some_images()
    with pytest.raises(UnknownNameError, match="no corruption 'rain'; choose one of gaussian"):
        corrupt(images, "rain", 0.1, seed=0)
    for level in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="takes 0 to 0.5"):
            corrupt(images, "salt_pepper", level, seed=0)


@pytest.mark.parametrize("name", list(FILTERS))
def test_filters_leave_images_at_strength_0_and_flat_ones_always(name):
    one, images = FILTERS[name], some_images()
    assert np.array_equal(one.apply(images, 0), images)
    flat = np.full((2, 1, 28, 28), 0.3, np.float32)
    assert np.allclose(one.apply(flat, one.strengths[-1]), flat, atol=1e-6)


def test_median_removes_lone_pixels():
    images = np.zeros((1, 1, 9, 9), np.float32)
    images[0, 0, 4, 4] = 1
    assert median_filter(images, 1).max() == 0


def test_gradient_and_divergence_are_adjoint():
    generator = np.random.default_rng(0)
    images = generator.random((2, 1, 7, 9)).astype(np.float32)
    dual = generator.random((2, 2, 1, 7, 9)).astype(np.float32)
    assert float((_gradient(images) * dual).sum()) == pytest.approx(
        -float((images * _divergence(dual)).sum()), rel=1e-4
    )


def test_total_variation_finds_the_minimum():
    noisy = corrupt(some_images(1), "gaussian", 0.3, seed=0)
    weight, generator = 0.2, np.random.default_rng(1)

    def objective(image: np.ndarray) -> float:
        slope = _gradient(image)
        return float(((image - noisy) ** 2).sum() / (2 * weight) + np.sqrt((slope**2).sum(axis=0)).sum())

    best = denoise_tv_chambolle(noisy, weight)
    assert objective(best) < objective(noisy)
    for scale in (0.01, 0.05):  # smooth and rough steps away from it
        step = generator.standard_normal(noisy.shape).astype(np.float32) * np.float32(scale)
        assert objective(best) < objective(best + step)
        assert objective(best) < objective(best + np.asarray(ndimage.gaussian_filter(step, (0, 0, 2, 2))))
    for other in (0.8, 1.2):
        assert objective(best) < objective(denoise_tv_chambolle(noisy, weight * other)) + 1e-3


def test_filters_help_real_digits():
    images = load_dataset("digits", "test").images[:100]
    noisy = corrupt(images, "gaussian", 0.3, seed=0)
    error = float(((noisy - images) ** 2).mean())
    assert float(((denoise_tv_chambolle(noisy, 0.1) - images) ** 2).mean()) < 0.9 * error
