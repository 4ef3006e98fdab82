"""Charts of Sample compile in Vega."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import vl_convert

from dashboard.sample.charts import class_histogram, samples_over_codes

CLASSES = ("one", "two", "three")


def svg(spec: dict[str, Any]) -> str:
    drawn = vl_convert.vegalite_to_svg(json.dumps(spec))
    assert drawn.startswith("<svg")
    return str(drawn)


def test_histogram_and_overlay_of_samples_compile():
    shares = np.array([0.2, 0.5, 0.3], np.float32)
    svg({**class_histogram(shares, shares[::-1], CLASSES, top=0.6), "width": 300})
    real = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    svg(samples_over_codes(real, real[:5], ["one"] * 5, CLASSES, (-3.0, 3.0, -3.0, 3.0), size=200))
