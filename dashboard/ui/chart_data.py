"""Chart data as Arrow tables."""

from __future__ import annotations

from typing import Any

import pyarrow as pa


def compact(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a Vega-Lite spec whose datasets are Arrow tables instead of lists of rows.

    Streamlit sends tables in any case. Cached as such, a map takes 1 MB instead of 13, and a click does not
    build them again.
    """
    datasets = {name: pa.Table.from_pylist(rows) for name, rows in spec["datasets"].items()}
    return {**spec, "datasets": datasets}
