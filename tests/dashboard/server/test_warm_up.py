"""What the server prepares while it starts is what the pages need later."""

from __future__ import annotations

import threading

import pytest
import streamlit as st

from dashboard.compare.maps import section
from dashboard.data import aligned_maps
from dashboard.data.catalogue import LatentcoreError
from dashboard.overview import maps, services
from dashboard.overview.front_models import MAX_MAPS
from dashboard.server import warm_up
from dashboard.ui.model_set import default_bundles
from tests.dashboard.bundles import opened

FRONT = [f"digits/{name}-d2" for name in ("pca", "ae", "vae", "gan")]


@pytest.fixture(autouse=True)
def empty_caches():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def test_the_front_door_is_prepared(monkeypatch):
    maps.prepare_front("digits")
    monkeypatch.setattr(services, "front_atlas", None)
    bundles = opened(FRONT)
    assert len(bundles) == MAX_MAPS
    assert len(maps._pictures(bundles)) == MAX_MAPS


def test_linked_maps_are_prepared(monkeypatch):
    section.prepare_linked_maps("digits")
    monkeypatch.setattr(aligned_maps, "webp_bytes", None)
    monkeypatch.setattr(aligned_maps, "procrustes_align", None)
    bundles = default_bundles("digits")
    assert len(bundles) == MAX_MAPS
    data = aligned_maps.linked_data(bundles, align=True)
    assert section._samples(bundles[0], data)[1] is not None


@pytest.mark.parametrize("prepare", [maps.prepare_front, section.prepare_linked_maps])
def test_a_damaged_model_is_left_to_its_page(prepare, monkeypatch):
    def damaged(bundle_id: str) -> None:
        raise LatentcoreError(f"{bundle_id} is damaged")

    monkeypatch.setattr(maps, "open_bundle", damaged)
    monkeypatch.setattr("dashboard.ui.model_set.open_bundle", damaged)
    prepare("digits")


def test_it_does_not_wait_for_a_server_that_is_never_idle(monkeypatch):
    monkeypatch.setattr(warm_up, "PICTURES_PATIENCE", 0.1)
    prepared = []
    monkeypatch.setattr(maps, "prepare_front", prepared.append)
    monkeypatch.setattr(section, "prepare_linked_maps", prepared.append)
    with warm_up.import_module("dashboard.server.process").drawing_page():
        monkeypatch.setattr("dashboard.server.process.import_when_idle", lambda *_: None)
        warm_up._fill_caches()
    assert len(prepared) == 2 * warm_up.N_DATASETS
    assert prepared[0] == "mnist"


def test_it_ends_when_the_server_stops(monkeypatch):
    monkeypatch.setattr(warm_up, "IDLE_SECONDS", 0.0)
    prepared = []

    def prepare(dataset: str) -> None:
        prepared.append(dataset)
        warm_up._stopping.set()

    monkeypatch.setattr(maps, "prepare_front", prepare)
    monkeypatch.setattr(warm_up, "_stopping", threading.Event())
    warm_up._fill_caches()
    assert len(prepared) == 1
