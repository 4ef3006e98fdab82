"""Names of bundles: what they may be, and the usual one."""

from __future__ import annotations

import re

from latentcore.store.owners import MARK, public_name

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""What a bundle may be called: small letters, digits, full stops, underscores and hyphens."""


def default_name(family: str, latent_dim: int) -> str:
    """Return the name of a bundle that was given none, such as "vae-d2"."""
    return f"{family}-d{latent_dim}"


def check_name(name: str) -> None:
    """Raise `ValueError` unless a bundle may have this name, to which a session's token may be added."""
    if not NAME.fullmatch(public_name(name)):
        raise ValueError(
            f"A bundle cannot be named {name[:80]!r}: take up to 64 small letters, digits and . _ -, "
            "beginning with a letter or a digit."
        )


def check_chosen_name(name: str) -> None:
    """Raise `ValueError` unless a user may give a bundle this name."""
    check_name(name)
    if MARK in name:
        raise ValueError(f"A bundle cannot be named {name[:80]!r}: {MARK!r} marks bundles of visitors.")
