"""What the tests of the dashboard share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import streamlit as st

from dashboard.data.images import fetching
from latentcore.datasets import DATASETS
from latentcore.datasets.torchvision_import import torchvision_datasets
from latentcore.exceptions import DatasetMissing


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
