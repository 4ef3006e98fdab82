"""What the tests of the dashboard share."""

from __future__ import annotations

import pytest
import streamlit as st

from dashboard.data.images import fetching
from latentcore.datasets.torchvision_import import torchvision_datasets


@pytest.fixture(autouse=True)
def no_downloads(monkeypatch):
    """No test sees the download of another; they are kept outside the caches."""
    monkeypatch.setattr(fetching, "_downloads", fetching._Downloads())


@pytest.fixture(autouse=True)
def fresh_caches(request):
    """A test that opens pages begins and ends with empty caches."""
    if not hasattr(request.module, "AppTest"):
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
