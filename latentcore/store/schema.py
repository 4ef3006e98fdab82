"""Whether JSON values are built as they should be: one sentence that names the place where they are not."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping
from typing import Any

Shape = Any
"""What a JSON value should be.

``str``, ``int``, ``float`` (whole numbers too) or ``bool``; ``None`` for null; ``[shape]`` for a list,
``[one, other]`` for a list of just these entries;
``{"name": shape}`` for an object with at least these names, ``{str: shape}`` for one with any names;
``(one, other)`` for either.
"""

LARGEST = 1e15
"""Numbers beyond this measure nothing that a bundle or a study holds."""

_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def shown(value: object) -> str:
    """Return a value from outside as one short line for a message."""
    return _short.repr(value)


def check_structure(value: object, shape: Shape, where: str) -> None:
    """Raise `ValueError` unless a JSON value is built like `shape`.

    Parameters
    ----------
    value : object
        Of `json.loads`.
    shape : Shape
    where : str
        Name of the value, such as "found"; the message goes on from it, as in "found.pairs[3].cka".
    """
    if isinstance(shape, tuple):
        _check_either(value, shape, where)
    elif isinstance(shape, dict):
        _check_object(value, shape, where)
    elif isinstance(shape, list):
        _check_list(value, shape, where)
    elif not _is_plain(value, shape):
        raise ValueError(f"{where} is {shown(value)}, expected {describe(shape)}")


def describe(shape: Shape) -> str:
    """Return in words what a shape asks for."""
    if shape is None:
        return "null"
    if isinstance(shape, tuple):
        return " or ".join(describe(option) for option in shape)
    if isinstance(shape, list):
        return "a list"
    return "an object" if isinstance(shape, dict) else _WORDS[shape]


def _check_either(value: object, options: tuple[Shape, ...], where: str) -> None:
    for option in options:
        try:
            check_structure(value, option, where)
        except ValueError:
            continue
        return
    raise ValueError(f"{where} is {shown(value)}, expected {describe(options)}")


def _check_list(value: object, shape: list[Shape], where: str) -> None:
    if not isinstance(value, list):
        raise ValueError(f"{where} is {shown(value)}, expected a list")  # noqa: TRY004
    shapes = shape * len(value) if len(shape) == 1 else shape
    if len(value) != len(shapes):
        raise ValueError(f"{where} has {len(value)} entries, expected {len(shapes)}")
    for k, (entry, wanted) in enumerate(zip(value, shapes, strict=True)):
        check_structure(entry, wanted, f"{where}[{k}]")


def _check_object(value: object, shape: Mapping[Any, Shape], where: str) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"{where} is {shown(value)}, expected an object")  # noqa: TRY004
    if str in shape:
        for name, entry in value.items():
            check_structure(entry, shape[str], f"{where}.{name[:40]}")
        return
    for name, part in shape.items():
        if name not in value:
            raise ValueError(f"{where}.{name} is missing")
        check_structure(value[name], part, f"{where}.{name}")


def _is_plain(value: object, kind: type | None) -> bool:
    if kind is None:
        return value is None
    if kind is float and type(value) in (int, float):
        return math.isfinite(value) and abs(value) <= LARGEST  # type: ignore[arg-type]
    return type(value) is kind and (kind is not int or abs(value) <= LARGEST)  # type: ignore[arg-type]


_short = reprlib.Repr()
_short.maxlist = _short.maxtuple = _short.maxdict = 4
_short.maxlevel = 2
_short.maxstring = _short.maxlong = _short.maxother = 60
