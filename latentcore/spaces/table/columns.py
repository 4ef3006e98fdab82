"""Columns of an items table: their kinds, and how each kind is stored."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ColumnKind(StrEnum):
    """What a column of items holds."""

    NUMBER = "number"
    DATE = "date"
    CATEGORY = "category"
    TEXT = "text"
    ID = "id"
    PICTURE = "picture"


@dataclass(frozen=True)
class ItemColumn:
    """A column of items.

    Attributes
    ----------
    name : str
    kind : ColumnKind
    summary : str
        What it holds in words, such as "number, 0 to 12.5, 3 missing".
    """

    name: str
    kind: ColumnKind
    summary: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the fields as JSON values."""
        return {"name": self.name, "kind": str(self.kind), "summary": self.summary}


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Which columns serve a purpose; None where there is no such column.

    Attributes
    ----------
    id : str or None
        The user's own ids, unique and never missing; without, items are numbered from 0.
    label : str or None
        The classes, a column of categories.
    text : str or None
        What an item is called in lists.
    picture : str or None
        Encoded pictures, as bytes.
    """

    id: str | None = None
    label: str | None = None
    text: str | None = None
    picture: str | None = None


def stored_type(kind: ColumnKind) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the Arrow type of a column in ``items.parquet``."""
    import pyarrow as pa  # noqa: PLC0415 - 60 MB, which a program without spaces does not need

    if kind is ColumnKind.NUMBER:
        return pa.float64()
    if kind is ColumnKind.DATE:
        return pa.timestamp("ms")
    return pa.binary() if kind is ColumnKind.PICTURE else pa.string()
