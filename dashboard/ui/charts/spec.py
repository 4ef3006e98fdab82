"""Altair charts to Vega-Lite specs that hold each data table once."""

from __future__ import annotations

import hashlib
import json
from contextvars import ContextVar
from typing import Any, TypeAlias, cast

import altair as alt
import pandas as pd
from altair.utils.data import to_values

AnyChart: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart
Rows: TypeAlias = list[dict[str, Any]]

ON_CANVAS = {"embedOptions": {"renderer": "canvas", "actions": False}}
"""As SVG, which small charts are otherwise, each mark would be an image to be read out; a canvas is one."""

_tables: ContextVar[dict[int, tuple[pd.DataFrame, str, Rows]]] = ContextVar("tables")
"""The frames of the chart that is being converted here, by identity, each with its name and rows."""


def to_spec(chart: AnyChart | alt.HConcatChart | alt.VConcatChart) -> dict[str, Any]:
    """Return a chart as a Vega-Lite spec, unchecked; how many rows it draws is the caller's business."""
    tables: dict[int, tuple[pd.DataFrame, str, Rows]] = {}
    token = _tables.set(tables)
    try:
        spec: dict[str, Any] = chart.to_dict(validate=False)
    finally:
        _tables.reset(token)
    named = {name: rows for _, name, rows in tables.values()}
    return {**spec, "datasets": {**spec.get("datasets", {}), **named}, "usermeta": ON_CANVAS}


def _name_table(data: Any) -> Any:  # noqa: ANN401 - altair's protocol
    """Return a reference to a frame by name, and keep its rows for `to_spec`.

    Altair alone copies the rows of every table for each layer that draws them, again for each layer
    above, and refuses more than 5,000 unless a switch for all threads is set.
    """
    tables = _tables.get(None)
    if tables is None or not isinstance(data, pd.DataFrame):
        return to_values(data)
    if id(data) not in tables:
        rows = cast("Rows", to_values(data)["values"])
        tables[id(data)] = (data, f"data-{_digest(data)}", rows)
    return {"name": tables[id(data)][1]}


def _digest(data: pd.DataFrame) -> str:
    """Return a name for the content of a table; several times faster than one of its rows as JSON."""
    rows = pd.util.hash_pandas_object(data, index=False).to_numpy()
    columns = json.dumps([(str(name), str(kind)) for name, kind in data.dtypes.items()])
    return hashlib.sha256(columns.encode() + rows.tobytes()).hexdigest()[:32]


alt.data_transformers.register("by name", _name_table)
alt.data_transformers.enable("by name")
