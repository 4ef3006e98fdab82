"""Exports: codes as CSV, Parquet or NPZ, charts as PNG or SVG."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pandas as pd

from dashboard.data.catalogue import Bundle


def codes_frame(bundle: Bundle) -> pd.DataFrame:
    """Return all test codes, one row per image: ``split, index, label, class, z1 ...``.

    Without labels, the label is -1, and ``cluster`` stands in the place of ``class``.
    """
    test = bundle.test
    return pd.DataFrame(
        {
            "split": "test",
            "index": test.indices,
            "label": test.labels,
            bundle.group_word: np.array(bundle.groups)[bundle.test_groups],
            **{f"z{k + 1}": test.codes[:, k] for k in range(test.codes.shape[1])},
        }
    )


def codes_csv(bundle: Bundle) -> bytes:
    """Return `codes_frame` as CSV; nine significant digits restore every float32 exactly."""
    return codes_frame(bundle).to_csv(index=False, float_format="%.9g").encode()


def codes_parquet(bundle: Bundle) -> bytes:
    """Return `codes_frame` as Parquet."""
    buffer = io.BytesIO()
    codes_frame(bundle).to_parquet(buffer, index=False)
    return buffer.getvalue()


def codes_npz(bundle: Bundle) -> bytes:
    """Return codes float32 ``(n, latent_dim)``, labels and indices int64 ``(n,)``, and class names."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        codes=bundle.test.codes,
        labels=bundle.test.labels,
        indices=bundle.test.indices,
        classes=np.array(bundle.classes, np.str_),
    )
    return buffer.getvalue()


def chart_png(spec: dict[str, Any]) -> bytes:
    """Return a Vega-Lite chart as PNG, two pixels per unit."""
    import vl_convert  # noqa: PLC0415 - a browser engine of 40 MB, only for downloads

    return bytes(vl_convert.vegalite_to_png(json.dumps(spec), scale=2))


def chart_svg(spec: dict[str, Any]) -> bytes:
    """Return a Vega-Lite chart as SVG."""
    import vl_convert  # noqa: PLC0415

    return str(vl_convert.vegalite_to_svg(json.dumps(spec))).encode()
