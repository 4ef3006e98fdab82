"""What a column is recognised as, over many contents."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentcore.spaces.table.columns import ColumnKind, stored_type
from latentcore.spaces.table.items_table import items_table
from latentcore.spaces.table.kinds import UnusableColumn, parsed_dates, parsed_numbers, typed_column
from latentcore.spaces.table.roles import found_classes


def kind_of(values, **options):
    return typed_column(pa.chunked_array([pa.array(values)]), **options)[0]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2.5", "-3e4", ""], ColumnKind.NUMBER),
        (["1", "2.5", "NA"], ColumnKind.NUMBER),
        (["007", "008", "009"], ColumnKind.TEXT),
        (["12345678901234567890", "2", "3"], ColumnKind.TEXT),
        ([2**60, 1], ColumnKind.TEXT),
        (["2024-02-29", "1999-12-31"], ColumnKind.DATE),
        (["2024-02-30", "1999-12-31"], ColumnKind.TEXT),
        (["31.12.1999", "01.02.2003"], ColumnKind.DATE),
        (["13/01/2003", "01/02/2003"], ColumnKind.DATE),
        (["01/02/2003", "03/04/2005"], ColumnKind.TEXT),
        (["2024-02-29T10:00:00Z", None], ColumnKind.DATE),
        ([datetime(2020, 1, 1), None], ColumnKind.DATE),
        (["none", "NA", "null", "none", "NA", "null"], ColumnKind.CATEGORY),
        (["a", "b"] * 5, ColumnKind.CATEGORY),
        ([True, False, None], ColumnKind.CATEGORY),
        ([f"text {k}" for k in range(30)], ColumnKind.TEXT),
        (["x" * 200] * 9, ColumnKind.TEXT),
        ([["a", "b"], ["c"]], ColumnKind.TEXT),
        ([1, 2, None], ColumnKind.NUMBER),
        ([b"\x89PNG\r\n\x1a\nx", None], ColumnKind.PICTURE),
    ],
)
def test_kinds(values, kind):
    assert kind_of(values) is kind


@pytest.mark.parametrize("values", [[None, None], ["", " "], [{"a": 1}], [b"abc"], [[[1.0]]]])
def test_columns_that_cannot_be_stored(values):
    with pytest.raises(UnusableColumn):
        kind_of(values)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1))
def test_numbers_survive_with_points_and_commas(values):
    texts = [repr(value) for value in values]
    assert np.array_equal(parsed_numbers(texts), values)
    commas = [text.replace(".", ",") for text in texts]
    assert np.array_equal(parsed_numbers(commas, decimal_comma=True), values)


@given(st.lists(st.datetimes(min_value=datetime(1000, 1, 1)), min_size=1))
def test_iso_dates_survive(values):
    assert parsed_dates([value.isoformat(" ", "milliseconds") for value in values]) == [
        value.replace(microsecond=value.microsecond // 1000 * 1000) for value in values
    ]


@given(st.lists(st.one_of(st.none(), st.text(min_size=1, max_size=8)), min_size=1, max_size=30))
def test_every_label_has_its_class(labels):
    classes, has_rest = found_classes(labels)
    assert len(set(classes)) == len(classes)
    assert set(classes[: len(classes) - has_rest]) == {label for label in labels if label}
    assert has_rest == (None in labels)


@given(
    st.lists(
        st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=12)),
        min_size=2,
        max_size=40,
    )
)
def test_any_texts_can_be_stored(texts):
    items = items_table({"text": texts, "n": list(range(len(texts)))})
    assert items.table.num_rows == len(texts)
    for column in items.columns:
        assert items.table[column.name].type == stored_type(column.kind)


def test_classes_are_in_natural_order():
    assert found_classes(["10", "2", "1", "100", "11"])[0] == ("1", "2", "10", "11", "100")


def test_the_only_categories_become_the_label_but_not_one_of_several():
    values = {"span": ["a", "b"] * 10, "n": list(range(20))}
    assert items_table(values).roles.label == "span"
    assert items_table({**values, "other": ["c", "d"] * 10}).roles.label is None
    assert items_table({**values, "class": ["c", "d"] * 10}).roles.label == "class"
    assert items_table({**values, "target": [k / 7 for k in range(20)]}).roles.label is None
