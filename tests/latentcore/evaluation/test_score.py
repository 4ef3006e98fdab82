"""Intervals of means: a share of 0 or 1 has one with a width."""

from __future__ import annotations

import numpy as np
import pytest

from latentcore.evaluation.score import mean_score


@pytest.mark.parametrize(("value", "expected"), [(1, (0.9929, 1)), (0, (0, 0.0071))])
def test_a_share_without_exceptions_has_wilsons_interval(value, expected):
    score = mean_score(np.full(540, value, np.float32), "Share.")
    assert score.value == value
    assert score.interval == pytest.approx(expected, abs=1e-4)
    assert score.interval[0] <= value <= score.interval[1]
    assert "Wilson" in score.protocol


def test_other_means_have_a_bootstrap_interval():
    score = mean_score(np.array([0, 1, 1, 1], np.float32), "Share.")
    assert score.interval[0] < 0.75 < score.interval[1]
    assert "bootstrap" in score.protocol
    assert "bootstrap" in mean_score(np.full(5, 0.5, np.float32), "Error.").protocol
