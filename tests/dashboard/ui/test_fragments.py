"""What Streamlit keeps of a session between its runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.data.catalogue import Bundle, open_bundle
from dashboard.ui.fragments import bundle_fragment
from latentcore.exceptions import LatentcoreError


def test_a_fragment_is_kept_with_ids_and_drawn_with_bundles(monkeypatch):
    kept: list[Any] = []
    drawn: list[tuple[Any, ...]] = []

    def fragment(function: Callable[..., None]) -> Callable[..., None]:
        def run(*arguments: Any) -> None:
            kept.extend(arguments)
            function(*arguments)

        return run

    monkeypatch.setattr(st, "fragment", fragment)
    draw = bundle_fragment(lambda *arguments: drawn.append(arguments))
    bundle = open_bundle("digits/vae-d2")
    draw(bundle, [bundle], 3, [])
    assert drawn == [(bundle, [bundle], 3, [])]
    assert not any(isinstance(part, Bundle | list) and part for part in kept)


def test_a_fragment_whose_bundle_has_gone_says_so(monkeypatch):
    said: list[str] = []
    drawn: list[object] = []
    bundle = open_bundle("digits/vae-d2")
    monkeypatch.setattr(st, "fragment", lambda function: function)
    monkeypatch.setattr(st, "error", lambda text, **_: said.append(text))
    draw = bundle_fragment(drawn.append)

    def missing(bundle_id: str) -> Bundle:
        raise LatentcoreError(f"{bundle_id} is gone.")

    monkeypatch.setattr("dashboard.ui.fragments.open_bundle", missing)
    draw(bundle)
    assert said == ["digits/vae-d2 is gone. Reload the page, or choose another model."]
    assert not drawn
