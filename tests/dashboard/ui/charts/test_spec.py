"""Specs with their data as Arrow tables hold the same as specs with rows."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from altair.utils import schemapi

from dashboard.ui.chart_cache import compact
from dashboard.ui.charts.spec import to_spec

TABLE = pd.DataFrame(
    {
        "x": np.array([0.1, np.nan, np.inf], np.float32),
        "row": np.array([1, 2, 3], np.int16),
        "name": ["a", None, "c"],
        "kind": pd.Categorical(["u", "v", "u"]),
        "on": [True, False, True],
        "day": pd.to_datetime(["2024-03-01", "2024-03-02", "2024-03-03"]),
        "list": [[1.0, 2.0], [3.0], [4.0]],
    }
)


def chart(table: pd.DataFrame) -> dict:
    points = alt.Chart(table).mark_point().encode(x="x:Q")
    return to_spec(alt.layer(points, points.mark_line()))


@pytest.mark.parametrize(
    "table", [TABLE.drop(columns="list"), TABLE.iloc[:0], TABLE.drop(columns=["list", "x"])]
)
def test_arrow_tables_hold_the_rows(table):
    ((name, rows),) = chart(table)["datasets"].items()
    ((same, made),) = compact(chart, table)["datasets"].items()
    assert same == name
    assert isinstance(made, pa.Table)
    expected = pa.Table.from_pylist(rows)
    assert made.schema.equals(expected.schema)
    assert made.to_pylist() == rows


def test_tables_go_by_their_content():
    changed = TABLE.drop(columns="list")
    names = [
        next(iter(chart(table)["datasets"])) for table in (changed, changed.copy(), changed.assign(row=0))
    ]
    assert names[0] == names[1] != names[2]
    renamed = changed.rename(columns={"row": "line"})
    assert next(iter(chart(renamed)["datasets"])) != names[0]


def test_rows_that_a_chart_adds_itself_become_tables_too():
    spec = compact(lambda: {"datasets": {"own": [{"x": 1}]}})
    assert spec["datasets"]["own"].to_pylist() == [{"x": 1}]
    assert compact(lambda: None) is None


def test_charts_are_validated_in_tests():
    assert schemapi.DEBUG_MODE
    with pytest.raises(schemapi.SchemaValidationError):
        alt.Chart(TABLE).mark_point(size="large").encode(x="x:Q").to_dict()
