"""Names of own datasets: of everybody's, and of those that belong to one session of a dashboard."""

from __future__ import annotations

import re
from collections.abc import Mapping

from latentcore.exceptions import DatasetError

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
OWNED_NAME = re.compile(r"([a-z][a-z0-9_-]{0,39})-([0-9a-f]{16})")
"""Of a dataset that belongs to one session of a dashboard: its name, and the session's secret token."""


def is_name(text: str) -> bool:
    """Return whether a dataset can be stored under a name."""
    return bool(NAME.fullmatch(text) or OWNED_NAME.fullmatch(text))


def is_owned(name: str) -> bool:
    """Return whether a dataset of this name belongs to one session of a dashboard."""
    return OWNED_NAME.fullmatch(name) is not None


def owner_of(name: str) -> str | None:
    """Return the token of the session that a dataset of this name belongs to, or None."""
    found = OWNED_NAME.fullmatch(name)
    return None if found is None else found[2]


def title_of(name: str) -> str:
    """Return the display name of a dataset that was added under a name: without token, in plain words."""
    found = OWNED_NAME.fullmatch(name)
    return (name if found is None else found[1]).replace("_", " ").replace("-", " ").capitalize()


def check_name(name: str, reserved: Mapping[str, str]) -> None:
    """Raise `DatasetError` unless a new dataset can be given a name.

    Parameters
    ----------
    name : str
    reserved : mapping of str to str
        Names that may not be taken, each with what has it: "a dataset that comes with the library".
    """
    if not NAME.fullmatch(name) or is_owned(name):
        raise DatasetError(
            f"A dataset cannot be named {name[:60]!r}: take up to 40 small letters, digits, - and _, "
            "beginning with a letter."
        )
    if name in reserved:
        raise DatasetError(f"{name!r} is the name of {reserved[name]}; take another.")
