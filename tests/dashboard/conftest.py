"""What the tests of the dashboard share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from importlib import import_module

import pytest
import streamlit as st
from altair.utils.schemapi import debug_mode

from dashboard.data.images import fetching
from dashboard.data.items.spaces import scanned_spaces
from latentcore.datasets import DATASETS
from latentcore.datasets.rendered import RenderedImages
from latentcore.datasets.rooms import RENDERED as ROOMS
from latentcore.datasets.shapes import RENDERED as SHAPES
from latentcore.datasets.torchvision_import import torchvision_datasets
from latentcore.exceptions import DatasetMissing
from latentcore.types import LabelArray, PixelArray
from tests.dashboard.spaces import add_texts


@lru_cache
def rendered_test_split(rendered: RenderedImages) -> tuple[PixelArray, LabelArray]:
    """Render the test images of a dataset once per process: those of rooms take 5 s."""
    return rendered.read("test")


@pytest.fixture(autouse=True, scope="module")
def rendered_once() -> Iterator[None]:
    """Let tests, whose caches are emptied, share the test images that the library renders."""

    def reader(rendered: RenderedImages) -> Callable[..., tuple[PixelArray, LabelArray]]:
        def read(split: str, rows: LabelArray | None = None) -> tuple[PixelArray, LabelArray]:
            if split == "test" and rows is None:
                return rendered_test_split(rendered)
            return rendered.read(split, rows)

        return read

    with pytest.MonkeyPatch.context() as patch:
        for rendered in (ROOMS, SHAPES):
            spec = DATASETS[rendered.name]
            patch.setitem(DATASETS, rendered.name, replace(spec, read=reader(rendered)))
        yield


@pytest.fixture(autouse=True, scope="session")
def validated_charts() -> Iterator[None]:
    """Altair validates every part of a chart, which the dashboard leaves out to be faster."""
    import_module("dashboard.ui.charts.spec")  # which switches it off
    with debug_mode(arg=True):
        yield


@pytest.fixture(autouse=True)
def no_downloads(monkeypatch):
    """No test sees the download of another; they are kept outside the caches."""
    monkeypatch.setattr(fetching, "_downloads", fetching._Downloads())


@pytest.fixture(autouse=True)
def fresh_caches(request):
    """A test that opens pages begins and ends with empty caches."""
    if not any(hasattr(request.module, name) for name in ("AppTest", "open_page", "open_section")):
        yield
        return
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def no_data(tmp_path, monkeypatch):
    """An empty data folder, and no network to fill it from."""
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    monkeypatch.setattr(torchvision_datasets().MNIST, "mirrors", ["http://127.0.0.1:9/"])
    return tmp_path


@pytest.fixture
def absent_digits(monkeypatch) -> Callable[[], None]:
    """Hide the digits, as if they had never been fetched; call the fixture to make them appear."""
    spec = DATASETS["digits"]

    def read(split: str, _rows: object) -> None:
        raise DatasetMissing(f"The {split} images are not here.")

    monkeypatch.setitem(DATASETS, "digits", replace(spec, read=read))
    return lambda: monkeypatch.setitem(DATASETS, "digits", spec)


@pytest.fixture
def notes(tmp_path, monkeypatch) -> Iterator[None]:
    """A collection of texts with two spaces, in a data folder of this test only."""
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    add_texts()
    scanned_spaces.clear()
    yield
    scanned_spaces.clear()
