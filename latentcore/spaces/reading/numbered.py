"""Vectors with one column per dimension; what is an id or a label never becomes a dimension."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from latentcore.spaces.reading.source import TableFile, VectorColumn
from latentcore.spaces.table.roles import ID_NAMES, INDEX_NAMES, LABEL_NAMES
from latentcore.store.config import MAX_CLASSES

FEWEST_NUMBERED = 3
"""Numbered columns, such as x1, x2, x3, that are one vector beside other vectors."""
NUMBERED = re.compile(r"(.*?)[ _.:\-\[(]*(\d+)[\])]?")
NEVER = frozenset((*ID_NAMES, *INDEX_NAMES, *LABEL_NAMES))
"""Names of columns that are no dimension unless they are asked for."""

Sample = dict[str, npt.NDArray[np.float64]]
"""Columns of numbers in the first rows of a table, by name."""


def numbered_vectors(
    file: TableFile, numeric: Sample, notes: list[str], hints: dict[str, str], *, beside: bool
) -> list[VectorColumn]:
    """Return the vectors whose dimensions are columns: those with numbers in their names, or else all."""
    usable = [name for name in numeric if not file.has_header or name.strip().lower() not in NEVER]
    groups: dict[str, list[str]] = {}
    if file.has_header:
        for name in usable:
            part = NUMBERED.fullmatch(name.strip())
            if part and part[1].strip().lower() not in NEVER - {""}:
                groups.setdefault(part[1], []).append(name)
    fewest = FEWEST_NUMBERED if beside or len(groups) > 1 else 2
    groups = {prefix: names for prefix, names in groups.items() if len(names) >= fewest}
    if not groups and not beside and usable:
        groups = {"": usable if not file.has_header else _measured(usable, numeric, notes)}
    found = []
    for prefix, names in groups.items():
        chosen = _without_ids_and_labels(names, numeric, file.sample.num_rows, hints)
        if chosen:
            ordered = in_order(chosen) if file.has_header and prefix != "" else chosen
            found.append(numbers_column(ordered, prefix.strip(" _.:-[(") or "vectors"))
    notes += [f"Column {name!r} is taken as the {role}, not as a dimension." for role, name in hints.items()]
    return found


def _measured(names: list[str], numeric: Sample, notes: list[str]) -> list[str]:
    """Return the columns with fractions if there are any, else all: whole numbers beside them are counts."""
    fractions = [name for name in names if not _is_whole(numeric[name])]
    left = [name for name in names if name not in fractions]
    if fractions and left:
        notes.append(
            f"Columns of whole numbers are no dimensions: {', '.join(left[:5])}"
            f"{' ...' if len(left) > 5 else ''}; choose with --vector."  # noqa: PLR2004
        )
    return fractions or names


def _without_ids_and_labels(names: list[str], numeric: Sample, n: int, hints: dict[str, str]) -> list[str]:
    """Return columns without a first one that counts and a first or last one with few whole numbers.

    Only where all other columns hold fractions: then such a column is something else.
    """
    chosen = list(names)
    for position, is_other in ((0, _is_count), (-1, _is_class), (0, _is_class)):
        if len(chosen) > 2 and is_other(numeric[chosen[position]], n):  # noqa: PLR2004
            rest = [name for name in chosen if name != chosen[position]]
            if not any(_is_whole(numeric[name]) for name in rest):
                hints.setdefault("id" if is_other is _is_count else "label", chosen[position])
                chosen = rest
    return chosen


def _is_whole(values: npt.NDArray[np.float64]) -> bool:
    known = values[np.isfinite(values)]
    return bool((known == np.rint(known)).all())


def _is_count(values: npt.NDArray[np.float64], n: int) -> bool:
    """Return whether numbers are whole and all different."""
    return _is_whole(values) and n > 1 and len(np.unique(values)) == n


def _is_class(values: npt.NDArray[np.float64], n: int) -> bool:
    """Return whether numbers are whole, few and repeated."""
    return _is_whole(values) and len(np.unique(values)) <= min(MAX_CLASSES, max(n // 2, 1))


def numbers_column(names: Sequence[str], name: str) -> VectorColumn:
    """Return columns of numbers as one vector column."""
    return VectorColumn(name=name, columns=tuple(names), form="numbers", latent_dim=len(names))


def in_order(names: Sequence[str]) -> list[str]:
    """Return numbered columns in the order of their numbers."""

    def number(name: str) -> int:
        part = NUMBERED.fullmatch(name.strip())
        return int(part[2]) if part else -1

    return sorted(names, key=number)
