"""Bundles by their ids, whole or with a part of their test table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from dashboard.data import catalogue
from dashboard.data.catalogue import Bundle, open_bundle
from latentcore.store import load_bundle
from latentcore.types import LabelArray


def opened(ids: Iterable[str]) -> list[Bundle]:
    """Open bundles by their ids, such as "digits/vae-d2"."""
    return [open_bundle(bundle_id) for bundle_id in ids]


def partial_bundle(bundle_id: str, rows: LabelArray) -> Bundle:
    """Return a bundle whose test table holds only these rows."""
    bundle = load_bundle(bundle_id)
    test = replace(bundle.test, **{name: column[rows] for name, column in vars(bundle.test).items()})
    derived = replace(bundle.derived, test_density=bundle.derived.test_density[rows])
    return replace(bundle, test=test, derived=derived)


def open_partially(monkeypatch: pytest.MonkeyPatch, bundle_id: str, rows: LabelArray) -> None:
    """Let the dashboard open one bundle with only these rows of its test table."""
    monkeypatch.setattr(catalogue, "_alive", {})
    monkeypatch.setattr(
        catalogue,
        "load_bundle",
        lambda name: partial_bundle(name, rows) if name == bundle_id else load_bundle(name),
    )
