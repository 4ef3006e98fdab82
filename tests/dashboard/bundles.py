"""Bundles by their ids."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.data.catalogue import Bundle, open_bundle


def opened(ids: Iterable[str]) -> list[Bundle]:
    """Open bundles by their ids, such as "digits/vae-d2"."""
    return [open_bundle(bundle_id) for bundle_id in ids]
