"""Intervals by the jackknife agree with those of means, shrink with n, and stay within [0, 1]."""

from __future__ import annotations

import numpy as np
import pytest

from latentcore.metrics.jackknife import jackknife_interval, mean_interval
from latentcore.metrics.similarity import linear_cka


def mean_of_products(first: np.ndarray, second: np.ndarray) -> float:
    return float((first * second).mean())


def test_of_a_mean_it_is_about_the_interval_of_the_mean():
    generator = np.random.default_rng(0)
    halves = []
    for seed in range(40):
        values = generator.uniform(0.2, 0.8, (2000, 1)).astype(np.float32)
        low, high = jackknife_interval(mean_of_products, values, np.ones_like(values), seed=seed)
        assert (low + high) / 2 == pytest.approx(float(values.mean()), abs=1e-6)
        halves.append((high - low) / 2)
    low, high = mean_interval(values[:, 0])
    assert np.mean(halves) == pytest.approx((high - low) / 2, rel=0.25)


def test_intervals_shrink_with_the_number_of_samples_and_hold_the_value():
    generator = np.random.default_rng(1)
    first = generator.normal(size=(4000, 4)).astype(np.float32)
    second = (first + generator.normal(size=first.shape)).astype(np.float32)
    few = jackknife_interval(linear_cka, first[:400], second[:400], seed=0)
    many = jackknife_interval(linear_cka, first, second, seed=0)
    assert few[0] < linear_cka(first[:400], second[:400]) < few[1]
    assert many[1] - many[0] < few[1] - few[0]


def test_ends_stay_within_0_and_1():
    codes = np.random.default_rng(2).normal(size=(100, 3)).astype(np.float32)
    low, high = jackknife_interval(linear_cka, codes, codes, seed=0)
    assert low == pytest.approx(1)
    assert high == 1
    assert mean_interval(np.array([0, 0, 0, 1], np.float32))[0] == 0
