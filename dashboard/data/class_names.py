"""Classes in the address: class names joined by commas, reserved characters escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import unquote

NONE = "none"
"""In the address: no class."""
_ESCAPED_NONE = "%6Eone"
"""A class that is itself called "none"."""


def format_classes(names: Iterable[str]) -> str:
    """Return class names as one value of the address; `parse_classes` reads it."""
    return ",".join(map(_escape, names)) or NONE


def parse_classes(text: str, classes: Sequence[str]) -> tuple[list[int], list[str]]:
    """Return the classes that a value of the address names.

    Plain names, as links had them before names were escaped, are read as well.

    Parameters
    ----------
    text : str
        Of `format_classes`, or of an older link.
    classes : sequence of str
        Class names of the dataset.

    Returns
    -------
    labels : list of int
        Ascending, each once.
    unknown : list of str
        Names that are no class.
    """
    if text == NONE:
        return [], []
    label_of = {name: label for label, name in enumerate(classes)}
    parts = text.split(",")
    most = 1 + max((name.count(",") for name in classes), default=0)
    labels, unknown, start = set(), [], 0
    while start < len(parts):
        found = None
        for end in range(start + 1, min(start + most, len(parts)) + 1):  # an older link has commas in names
            part = ",".join(parts[start:end])
            found = next((label_of[name] for name in (unquote(part), part) if name in label_of), None)
            if found is not None:
                labels.add(found)
                start = end
                break
        else:
            if parts[start] not in ("", NONE):
                unknown.append(unquote(parts[start]))
            start += 1
    return sorted(labels), unknown


def _escape(name: str) -> str:
    if name == NONE:
        return _ESCAPED_NONE
    return name.replace("%", "%25").replace(",", "%2C")
