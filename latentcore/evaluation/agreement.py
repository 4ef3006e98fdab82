"""Whether a recorded and a measured score agree, whatever processors they were measured on.

Processors round sums in other orders, so results in single precision move by about 1e-7 of their size. How
far that moves a score depends on its `latentcore.evaluation.suite.Kind`. The allowances follow from bundles
of all families that were recorded on Intel (AVX-512) and measured on AMD, with its own kernels (AVX2) and
with those of older processors (SSE), in torch, oneDNN, MKL, OpenBLAS and numpy.

- An *amount* moved by at most 7e-6 of its value, most by 1e-7. `RELATIVE` leaves room for a hundred times
  that; an error of half a percent is found.
- A *share* counts items, and those may change sides whose decision hangs on the last digits. None did among
  some 600,000 (neighbours and exact linear probes of all bundles, overlaps and shares of a few): so with 95%
  confidence fewer than 5e-6 of all do, and more than `ITEMS` of 10,000 do with a chance below 2e-5.
- What is *taught* amplifies rounding. After a change of 1e-7 in its images a network of 468 fast steps ends
  elsewhere, in double precision, too: its accuracy spread over six such trainings by a standard deviation of
  0.5 to 1.1 times that of drawing other test images. It is allowed the width of its interval, 3.9 times that.
  Forests moved by at most 4e-4, and are held to the range of their three seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from latentcore.evaluation.suite import Kind, kind_of

RELATIVE = 1e-3
ITEMS = 2
"""Items of a share that may change sides, whatever their number."""
SLACK = 1e-7
"""Recorded shares are float32 values."""


def allowed_difference(kind: Kind, score: Mapping[str, Any]) -> float:
    """Return how far a second measurement of a recorded score may lie from its value.

    Parameters
    ----------
    kind : Kind
    score : mapping
        ``value``, and what the kind needs: ``n`` of a share, ``interval`` of what is taught.
    """
    relative = RELATIVE * float(np.abs(score["value"]).max(initial=0.0))
    if kind is Kind.SHARE:
        return ITEMS / max(int(score["n"]), 1)
    if kind is Kind.TAUGHT and score["interval"] is not None:
        return max(relative, float(np.ptp(score["interval"])))
    return relative


def allowance(kind: Kind, score: Mapping[str, Any]) -> str:
    """Return in a sentence how far a second measurement of a recorded score may differ."""
    if kind is Kind.SHARE:
        return f"Measured elsewhere, it may differ by {ITEMS} of {score['n']:,} items."
    if kind is Kind.TAUGHT:
        return "Measured elsewhere, it may differ by the width of its interval: training amplifies rounding."
    return f"Measured elsewhere, it may differ by {RELATIVE:.1%}."


def compare_scores(
    recorded: Mapping[str, Any], fresh: Mapping[str, Any], image_shape: tuple[int, ...]
) -> list[str]:
    """Return one sentence for each score that is missing or differs by more than its kind allows.

    Parameters
    ----------
    recorded, fresh : mapping
        Scores by name, as plain JSON values.
    image_shape : tuple of int
        Of the dataset: what judges its samples depends on it.
    """
    differences = [
        f"{name} is recorded, but was not measured." for name in sorted(set(recorded) - set(fresh))
    ]
    for name, score in fresh.items():
        if name not in recorded:
            differences.append(f"{name} was measured, but is not recorded.")
            continue
        kind, former = kind_of(name, image_shape), recorded[name]
        was, now = (np.atleast_1d(np.asarray(one["value"], np.float64)) for one in (former, score))
        if was.shape != now.shape or np.abs(was - now).max() > allowed_difference(kind, former) + SLACK:
            differences.append(
                f"{name} is recorded as {former['value']}, measured {score['value']}. "
                f"{allowance(kind, former)}"
            )
    return differences
