"""Numbers with thousands separators and decimal commas are read rightly or refused, never misread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentcore.exceptions import SpaceError
from latentcore.spaces import load_space
from latentcore.spaces.adding.add import add_file
from latentcore.spaces.adding.add_options import AddOptions
from latentcore.spaces.reading.cells import parsed_vector
from latentcore.spaces.table.numbers import decimal_mark, is_ambiguous, is_number, number_of

N = 40
CODES = np.random.default_rng(0).normal(scale=3000, size=(N, 3)).round(2)


def german(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


@pytest.fixture
def add(tmp_path):
    def call(text: str):
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        added = add_file("mine", path, tmp_path / "spaces", options=AddOptions(plane="pca"))
        return load_space(added.spaces[0][0], tmp_path / "spaces"), added

    return call


def table(rows: list[list[str]], separator: str = ";") -> str:
    return "\n".join(separator.join(row) for row in [["x0", "x1", "x2"], *rows]) + "\n"


@pytest.mark.parametrize(
    ("text", "comma", "value"),
    [
        ("1.234,5", True, 1234.5),
        ("-12.345.678,25", True, -12345678.25),
        ("1.234.567", True, 1234567),
        ("0,123", True, 0.123),
        ("1 234,5", True, 1234.5),
        ("1\u202f234,5", True, 1234.5),
        ("1,234.5", False, 1234.5),
        ("1'234.5", False, 1234.5),
        ("1.234", False, 1.234),
        ("1,234", True, 1.234),
        ("1.234", True, None),
        ("1,234", False, None),
        ("12.5", True, None),
        ("0.123,5", True, None),
        ("1.23,5", True, None),
        ("1.234,567.8", True, None),
        ("1.2345,6", True, None),
    ],
)
def test_a_number_is_read_rightly_or_not_at_all(text, comma, value):
    assert number_of(text, decimal_comma=comma) == value


@given(st.integers(-(10**12), 10**12), st.integers(1, 4))
def test_grouped_numbers_are_read_as_they_were_written(cents, digits):
    value = cents / 10**digits
    written = f"{value:,.{digits}f}"
    for text, comma in ((written, False), (written.translate(str.maketrans(",.", ".,")), True)):
        assert number_of(text, decimal_comma=comma) == pytest.approx(value, abs=1e-9)
        assert decimal_mark(text) in (".,"[comma], None)


@pytest.mark.parametrize(("text", "mark"), [("1.234", None), ("1,234", None), ("0,5", ","), ("12.5", ".")])
def test_a_mark_before_three_digits_shows_nothing(text, mark):
    assert decimal_mark(text) == mark


def test_an_ambiguous_number_is_a_number_that_is_not_read():
    assert is_ambiguous("1.234", decimal_comma=True)
    assert is_number("1.234", decimal_comma=True)
    assert not is_ambiguous("1.234")
    assert not is_ambiguous("1.234,5", decimal_comma=True)


def test_vectors_with_thousands_separators_and_decimal_commas(add):
    space, added = add(table([[german(value) for value in row] for row in CODES]))
    assert "Numbers have a decimal comma." in added.notes
    assert np.allclose(space.train.codes, CODES, rtol=1e-6)


def test_without_a_header_too(add):
    rows = [[german(value) for value in row] for row in CODES]
    space, _ = add("\n".join(";".join(row) for row in rows) + "\n")
    assert np.allclose(space.train.codes, CODES, rtol=1e-6)


def test_a_point_among_decimal_commas_is_refused_with_row_and_column(add):
    rows = [[german(value) for value in row] for row in CODES]
    rows[7][1] = "1.234"
    with pytest.raises(SpaceError, match=r"row 7 .*column 'x1'.*'1\.234' has a thousands separator"):
        add(table(rows))


def test_thousands_separators_alone_are_no_decimal_commas(add):
    rows = [[f"{abs(value) + 1000:,.0f}" for value in row] for row in CODES]
    with pytest.raises(SpaceError, match=r"row 0 .*has a thousands separator"):
        add(table(rows))


def test_a_vector_in_a_cell_that_can_be_read_in_two_ways_is_refused(add):
    assert parsed_vector("[0,5; 1,25]") == ([0.5, 1.25], "")
    assert parsed_vector("[0.5,1.5; 2.5,3.5]") == ([0.5, 1.5, 2.5, 3.5], "")
    assert parsed_vector("[1.234,5; 2,5]") == (None, "'1.234,5' may be one number or two")
    rows = [f"{k}\t[{german(value)}; 2,5]" for k, value in enumerate(abs(CODES[:, 0]) + 1000)]
    with pytest.raises(SpaceError, match="row 0, column 'vector': .* may be one number or two"):
        add("id\tvector\n" + "\n".join(rows) + "\n")
