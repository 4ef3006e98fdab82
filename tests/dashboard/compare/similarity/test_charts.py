"""The heat map fits a laptop with every model of a dataset."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest

from dashboard.compare.similarity.charts import MAX_WIDTH, heatmap


def table(n: int) -> pd.DataFrame:
    names = [f"model {k}" for k in range(n)]
    return pd.DataFrame(
        [
            {"row": row, "column": column, "value": 0.5, "text": "0.50"}
            for row, column in product(names, names)
        ]
    )


@pytest.mark.parametrize("n", [2, 9, 12, 18])
def test_many_columns_fit_beside_the_reference_values(n):
    spec = heatmap(table(n), "Linear CKA")
    assert spec["width"] <= MAX_WIDTH
    assert spec["width"] / n >= 30, "a value of four letters has room"


def test_few_columns_are_not_stretched():
    assert heatmap(table(3), "Linear CKA")["width"] < MAX_WIDTH / 2
