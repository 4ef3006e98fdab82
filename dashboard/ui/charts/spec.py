"""Altair charts to Vega-Lite specs that hold each data table once, as rows or as an Arrow table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias, cast

import altair as alt
import pandas as pd
import pyarrow as pa
from altair.utils import sanitize_pandas_dataframe
from altair.utils.data import to_values
from altair.utils.schemapi import disable_debug_mode

AnyChart: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart
Rows: TypeAlias = list[dict[str, Any]]

ON_CANVAS = {"embedOptions": {"renderer": "canvas", "actions": False}}
"""As SVG, which small charts are otherwise, each mark would be an image to be read out; a canvas is one."""

NO_ROWS = pa.Table.from_pylist([])
_tables: ContextVar[dict[int, tuple[pd.DataFrame, str, Rows | pa.Table]]] = ContextVar("tables")
"""The frames of the chart that is being converted here, by identity, each with its name and content."""
_as_arrow: ContextVar[bool] = ContextVar("as arrow", default=False)


def to_spec(chart: AnyChart | alt.HConcatChart | alt.VConcatChart) -> dict[str, Any]:
    """Return a chart as a Vega-Lite spec, unchecked; how many rows it draws is the caller's business.

    Its data are lists of rows, or Arrow tables within `with_arrow_tables`.
    """
    tables: dict[int, tuple[pd.DataFrame, str, Rows | pa.Table]] = {}
    token = _tables.set(tables)
    try:
        spec: dict[str, Any] = chart.to_dict(validate=False)
    finally:
        _tables.reset(token)
    named = {name: content for _, name, content in tables.values()}
    return {**spec, "datasets": {**spec.get("datasets", {}), **named}, "usermeta": ON_CANVAS}


@contextmanager
def with_arrow_tables() -> Iterator[None]:
    """Have `to_spec` return specs with their data as Arrow tables, which is faster than rows."""
    token = _as_arrow.set(True)
    try:
        yield
    finally:
        _as_arrow.reset(token)


def _name_table(data: Any) -> Any:  # noqa: ANN401 - altair's protocol
    """Return a reference to a frame by name, and keep its content for `to_spec`.

    Altair alone copies the rows of every table for each layer that draws them, again for each layer
    above, and refuses more than 5,000 unless a switch for all threads is set.
    """
    tables = _tables.get(None)
    if tables is None or not isinstance(data, pd.DataFrame):
        return to_values(data)
    if id(data) not in tables:
        content = _arrow_table(data) if _as_arrow.get() else cast("Rows", to_values(data)["values"])
        tables[id(data)] = (data, table_name(data), content)
    return {"name": tables[id(data)][1]}


def with_tables(spec: dict[str, Any], changed: Iterable[tuple[pd.DataFrame, pd.DataFrame]]) -> dict[str, Any]:
    """Return a spec with other data in some of its tables, as Arrow tables: each as it was drawn, and anew.

    Their names stay, and the browser then changes these data in the chart that stands, zoomed as it is.
    """
    tables = {table_name(drawn): _arrow_table(anew) for drawn, anew in changed}
    if missing := tables.keys() - spec["datasets"].keys():
        raise KeyError(missing)
    return {**spec, "datasets": {**spec["datasets"], **tables}}


def table_name(data: pd.DataFrame) -> str:
    """Return the name of a table in specs, which says what is in it."""
    return f"data-{_digest(data)}"


def _arrow_table(data: pd.DataFrame) -> pa.Table:
    """Return a frame as the table that ``pa.Table.from_pylist`` would make of its rows."""
    plain = sanitize_pandas_dataframe(data)
    return (
        pa.table({name: pa.array(plain[name].tolist()) for name in plain.columns}) if len(plain) else NO_ROWS
    )


def _digest(data: pd.DataFrame) -> str:
    """Return a name for the content of a table; several times faster than one of its rows as JSON."""
    rows = pd.util.hash_pandas_object(data, index=False).to_numpy()
    columns = json.dumps([(str(name), str(kind)) for name, kind in data.dtypes.items()])
    return hashlib.sha256(columns.encode() + rows.tobytes()).hexdigest()[:32]


disable_debug_mode()  # Altair validates each part of a chart when it is made: a fifth of the time; tests do
alt.data_transformers.register("by name", _name_table)
alt.data_transformers.enable("by name")
