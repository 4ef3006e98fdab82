"""Bundles of one session of a dashboard: their name, or that of their dataset, tells whose they are.

Nobody else sees them, and they are removed after the session; see `dashboard.data.ownership`.
"""

from __future__ import annotations

import re

from latentcore.datasets.own.names import OWNED_NAME, owner_of

_OWNED = re.compile(r"(.+)\.session-([0-9a-f]{16})")
MARK = ".session-"
"""No name that a user chooses may hold this."""


def owned_name(name: str, token: str) -> str:
    """Return the name under which a bundle of a session is stored; `token` is the session's."""
    return f"{name}{MARK}{token}"


def public_name(name: str) -> str:
    """Return the name of a bundle without its owner's token, to be shown."""
    found = _OWNED.fullmatch(name)
    return name if found is None else found[1]


def public_id(bundle_id: str) -> str:
    """Return the id of a bundle without its owner's token, in name and dataset."""
    dataset, slash, name = bundle_id.partition("/")
    found = OWNED_NAME.fullmatch(dataset)
    return f"{dataset if found is None else found[1]}{slash}{public_name(name)}"


def owners_of(bundle_id: str) -> frozenset[str]:
    """Return the tokens of the session that a bundle or a dataset belongs to; empty if it is everybody's.

    Parameters
    ----------
    bundle_id : str
        Such as "mnist/vae-d2", or just a dataset.
    """
    dataset, _, name = bundle_id.partition("/")
    found = _OWNED.fullmatch(name)
    return frozenset(token for token in (owner_of(dataset), found and found[2]) if token)
