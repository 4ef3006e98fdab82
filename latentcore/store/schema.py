"""Schemas of JSON values, and a check whose error message names the first place that violates one."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping
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
    if isinstance(schema, tuple):
        _check_either(value, schema, where)
    elif isinstance(schema, dict):
        _check_object(value, schema, where)
    elif isinstance(schema, list):
        _check_list(value, schema, where)
    elif not _is_plain(value, schema):
        raise ValueError(f"{where} is {short_repr(value)}, expected {describe(schema)}")


def describe(schema: Schema) -> str:
    """Return a schema in words."""
    if schema is None:
        return "null"
    if isinstance(schema, tuple):
        return " or ".join(describe(option) for option in schema)
    if isinstance(schema, list):
        return "a list"
    return "an object" if isinstance(schema, dict) else _WORDS[schema]


def _check_either(value: object, options: tuple[Schema, ...], where: str) -> None:
    candidates = [
        option for option in options if isinstance(option, (dict, list)) and isinstance(value, type(option))
    ]
    if len(candidates) == 1:  # its message names the place within the object or list
        check_schema(value, candidates[0], where)
        return
    for option in options:
        try:
            check_schema(value, option, where)
        except ValueError:
            continue
        return
    raise ValueError(f"{where} is {short_repr(value)}, expected {describe(options)}")


def _check_list(value: object, schema: list[Schema], where: str) -> None:
    if not isinstance(value, list):
        raise ValueError(f"{where} is {short_repr(value)}, expected a list")  # noqa: TRY004
    schemas = schema * len(value) if len(schema) == 1 else schema
    if len(value) != len(schemas):
        raise ValueError(f"{where} has {len(value)} entries, expected {len(schemas)}")
    for k, (entry, expected) in enumerate(zip(value, schemas, strict=True)):
        check_schema(entry, expected, f"{where}[{k}]")


def _check_object(value: object, schema: Mapping[Any, Schema], where: str) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"{where} is {short_repr(value)}, expected an object")  # noqa: TRY004
    if str in schema:
        for name, entry in value.items():
            check_schema(entry, schema[str], f"{where}.{name[:40]}")
        return
    for name, part in schema.items():
        if name not in value:
            raise ValueError(f"{where}.{name} is missing")
        check_schema(value[name], part, f"{where}.{name}")


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
