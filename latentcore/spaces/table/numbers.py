"""Numbers in texts: with a decimal point or comma, perhaps with thousands separators."""

from __future__ import annotations

import re

_PLAIN = {
    False: re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"),
    True: re.compile(r"[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?"),
}
_GROUPED = {
    False: re.compile(r"[+-]?[1-9]\d{0,2}([,'\u2019 \u00a0\u202f])\d{3}(\1\d{3})*(\.\d*)?"),
    True: re.compile(r"[+-]?[1-9]\d{0,2}([.'\u2019 \u00a0\u202f])\d{3}(\1\d{3})*(,\d*)?"),
}
"""By whether numbers have a decimal comma."""
_ONE_MARK = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_SEPARATORS = {False: re.compile(r"[,'\u2019\s]"), True: re.compile(r"[.'\u2019\s]")}


def is_number(cell: str, *, decimal_comma: bool = False) -> bool:
    """Return whether a cell is written as a number, perhaps an ambiguous one; see `is_ambiguous`."""
    text = cell.strip()
    return any(kind[decimal_comma].fullmatch(text) is not None for kind in (_PLAIN, _GROUPED))


def is_ambiguous(cell: str, *, decimal_comma: bool = False) -> bool:
    """Return whether a mark in a cell separates thousands, or is a decimal mark unlike that of the others.

    So it is with "1.234" among numbers that have a decimal comma.
    """
    text = cell.strip()
    return _ONE_MARK.fullmatch(text) is not None and _PLAIN[decimal_comma].fullmatch(text) is None


def number_of(cell: str, *, decimal_comma: bool = False) -> float | None:
    """Return a cell as a number; None if it is none, or an ambiguous one.

    Parameters
    ----------
    cell : str
        Such as "-0.5", "2e-3", "1,234.5"; with a decimal comma, "-0,5", "2e-3", "1.234,5".
    decimal_comma : bool
        Whether the numbers of its table have a decimal comma.
    """
    text = cell.strip()
    if _PLAIN[decimal_comma].fullmatch(text):
        return float(text.replace(",", "."))
    if is_number(text, decimal_comma=decimal_comma) and not is_ambiguous(text, decimal_comma=decimal_comma):
        return float(_SEPARATORS[decimal_comma].sub("", text).replace(",", "."))
    return None


def decimal_mark(cell: str) -> str | None:
    """Return "." or "," where that is certainly the decimal mark of a number; None if nothing shows it.

    "1.234" and "1,234" show nothing: the mark may separate thousands.
    """
    text = cell.strip()
    if _ONE_MARK.fullmatch(text):
        return None
    for mark, comma in ((".", False), (",", True)):
        if mark in text and number_of(text, decimal_comma=comma) is not None:
            return mark
    return None
