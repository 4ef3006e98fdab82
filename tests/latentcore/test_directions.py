"""Directions in code space, and how sure they are."""

from __future__ import annotations

import numpy as np
import pytest

from latentcore.directions import class_direction, cohens_d, factor_direction, principal_directions


def two_classes(n: int = 400, gap: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    codes = generator.standard_normal((2 * n, 4)).astype(np.float32)
    labels = np.repeat([0, 1], n)
    codes[labels == 1, 2] += gap
    return codes, labels


def test_a_class_direction_leads_from_mean_to_mean():
    codes, labels = two_classes()
    found = class_direction(codes, labels, 0, 1, name="a to b")
    expected = codes[labels == 1].mean(axis=0) - codes[labels == 0].mean(axis=0)
    assert np.allclose(found.vector, expected, atol=1e-5)
    assert found.effect_size == pytest.approx(3, rel=0.15)
    median, low, high = found.cosine
    assert low <= median <= high <= 1
    assert median > 0.98
    back = class_direction(codes, labels, 1, 0, name="b to a")
    assert np.allclose(back.vector, -found.vector)


def test_a_direction_between_the_same_is_unsure():
    codes, labels = two_classes(gap=0)
    found = class_direction(codes, labels, 0, 1, name="nothing")
    assert abs(found.effect_size) < 0.5
    assert found.cosine[1] < 0.9


def test_bad_classes_are_refused():
    codes, labels = two_classes(20)
    with pytest.raises(ValueError, match="the same"):
        class_direction(codes, labels, 1, 1, name="")
    with pytest.raises(ValueError, match="at least 2"):
        class_direction(codes, labels, 0, 7, name="")


def test_principal_directions_are_those_of_the_covariance():
    generator = np.random.default_rng(0)
    codes = (generator.standard_normal((3000, 3)) * [1, 5, 2]).astype(np.float32)
    first, second = principal_directions(codes, 2)
    assert first.vector == pytest.approx([0, 5, 0], abs=0.3)
    assert second.vector == pytest.approx([0, 0, 2], abs=0.2)
    assert first.effect_size == pytest.approx(25 / 30, abs=0.03)
    assert first.cosine[1] > 0.99


def test_equal_variances_have_no_sure_direction():
    codes = np.random.default_rng(0).standard_normal((500, 6)).astype(np.float32)
    assert principal_directions(codes, 1)[0].cosine[1] < 0.9


def test_a_factor_direction_is_the_slope():
    generator = np.random.default_rng(0)
    factor = generator.uniform(0, 10, 2000).astype(np.float32)
    codes = np.outer(factor, [0.5, 0, -0.2]) + 0.1 * generator.standard_normal((2000, 3))
    found = factor_direction(codes.astype(np.float32), factor, name="size")
    assert found.vector == pytest.approx(np.array([0.5, 0, -0.2]) * factor.std(), abs=0.02)
    assert found.cosine[1] > 0.999
    assert found.effect_size > 5


def test_cohens_d_has_its_closed_form():
    low, high = np.array([0.0, 2.0]), np.array([3.0, 5.0])
    assert cohens_d(low, high) == pytest.approx(3 / np.sqrt(2))
