"""Schemas of JSON values, and a check whose error message names the first place that violates one."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

Schema = Any
"""Schema of a JSON value.

``str``, ``int``, ``float`` (integers too) or ``bool``; ``None`` for null; ``[schema]`` for a list of any
length, ``[one, other]`` for a list of exactly these entries; ``{"name": schema}`` for an object with at least
these names, ``{str: schema}`` for an object with any names; ``(one, other)`` for either.
"""

MAX_NUMBER = 1e15
"""Larger numbers are refused: nothing in a bundle or a study is as large."""

_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def short_repr(value: object) -> str:
    """Return an untrusted value as one short line for a message."""
    return _short.repr(value)


def check_schema(value: object, schema: Schema, where: str) -> None:
    """Raise `ValueError` unless a JSON value matches a schema.

    Parameters
    ----------
    value : object
        Result of `json.loads`.
    schema : Schema
    where : str
        Name of the value for the message, such as "found", which continues as in "found.pairs[3].cka".
    """
    try:
        _check(value, schema)
    except _MismatchError as mismatch:
        raise ValueError(f"{where}{''.join(reversed(mismatch.path))} {mismatch}") from None


class _MismatchError(Exception):
    """A value that does not match its schema; `path` leads to it, innermost first."""

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message)
        self.path = list(path)


def _check(value: object, schema: Schema) -> None:
    """Raise `_MismatchError` unless a value matches; names of places are made only then."""
    if type(schema) is dict:
        _check_object(value, schema)
    elif type(schema) is list:
        _check_list(value, schema)
    elif not (_matches_either(value, schema) if type(schema) is tuple else _is_plain(value, schema)):
        raise _MismatchError(f"is {short_repr(value)}, expected {describe(schema)}")


def describe(schema: Schema) -> str:
    """Return a schema in words."""
    if schema is None:
        return "null"
    if isinstance(schema, tuple):
        return " or ".join(describe(option) for option in schema)
    if isinstance(schema, list):
        return "a list"
    return "an object" if isinstance(schema, dict) else _WORDS[schema]


def _matches_either(value: object, options: tuple[Schema, ...]) -> bool:
    """Return whether a value matches an option; of one list or object alone, say what is wrong within it."""
    if type(value) is not dict and type(value) is not list:
        return any(_is_plain(value, option) for option in options if type(option) not in (dict, list))
    candidates = [option for option in options if type(option) is type(value)]
    if len(candidates) == 1:
        _check(value, candidates[0])
        return True
    for option in candidates:
        with suppress(_MismatchError):
            _check(value, option)
            return True
    return False


def _check_list(value: object, schema: list[Schema]) -> None:
    if not isinstance(value, list):
        raise _MismatchError(f"is {short_repr(value)}, expected a list")
    schemas = schema * len(value) if len(schema) == 1 else schema
    if len(value) != len(schemas):
        raise _MismatchError(f"has {len(value)} entries, expected {len(schemas)}")
    for k, (entry, expected) in enumerate(zip(value, schemas, strict=True)):
        try:
            _check(entry, expected)
        except _MismatchError as mismatch:
            mismatch.path.append(f"[{k}]")
            raise


def _check_object(value: object, schema: Mapping[Any, Schema]) -> None:
    if not isinstance(value, dict):
        raise _MismatchError(f"is {short_repr(value)}, expected an object")
    parts = dict.fromkeys(value, schema[str]) if str in schema else schema
    for name, part in parts.items():
        if name not in value:
            raise _MismatchError("is missing", f".{name[:40]}")
        try:
            _check(value[name], part)
        except _MismatchError as mismatch:
            mismatch.path.append(f".{name[:40]}")
            raise


def _is_plain(value: object, kind: type | None) -> bool:
    if kind is None:
        return value is None
    if kind is float and type(value) in (int, float):
        return math.isfinite(value) and abs(value) <= MAX_NUMBER  # type: ignore[arg-type]
    return type(value) is kind and (kind is not int or abs(value) <= MAX_NUMBER)  # type: ignore[arg-type]


_short = reprlib.Repr()
_short.maxlist = _short.maxtuple = _short.maxdict = 4
_short.maxlevel = 2
_short.maxstring = _short.maxlong = _short.maxother = 60
