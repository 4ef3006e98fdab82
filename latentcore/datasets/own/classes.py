"""The classes of a new dataset: their names in natural order, and the items that have one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from unicodedata import normalize

from latentcore.datasets.own.entries import Problem, printable
from latentcore.datasets.own.items import Item
from latentcore.datasets.own.stored import MAX_CLASS_NAME, MAX_CLASSES
from latentcore.exceptions import DatasetError
from latentcore.image_input import natural_key


def found_classes(
    items: Sequence[Item], problems: list[Problem], notes: list[str]
) -> tuple[tuple[str, ...], list[Item]]:
    """Return the class names in natural order, and the items; without at least two classes, none."""
    items = [replace(item, label=_name(item.label)) for item in items]
    labelled = [item for item in items if item.label]
    names = sorted(
        {item.label for item in labelled if item.label}, key=lambda name: (natural_key(name), name)
    )
    if len(names) < 2:  # noqa: PLR2004
        if names:
            notes.append(f"There is only one class, {names[0]!r}: the images are taken as unlabelled.")
        return (), [Item(item.name, None, item.split, item.decode) for item in items]
    if len(names) > MAX_CLASSES:
        raise DatasetError(f"There are {len(names):,} classes; at most {MAX_CLASSES:,} are possible.")
    long = next((name for name in names if len(name) > MAX_CLASS_NAME), None)
    if long is not None:
        raise DatasetError(f"The class name {long[:40]!r}… is longer than {MAX_CLASS_NAME} letters.")
    same = [name for name, n in Counter(name.casefold() for name in names).items() if n > 1]
    if same:
        notes.append(f"Class names that differ by case only are kept apart: {', '.join(sorted(same)[:5])}.")
    problems += [Problem(item.name, "has no label") for item in items if not item.label]
    return tuple(names), labelled


def _name(label: str | None) -> str | None:
    """Return a label without blanks around it, its accents as one character: Macs write them as two."""
    return None if label is None else normalize("NFC", printable(label)).strip()
