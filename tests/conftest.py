"""What holds for all tests: whose settings they see, how hypothesis tries, and which ones are slow."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# The settings of whoever runs the tests stay out of them, save where the datasets are.
for name in [name for name in os.environ if name.startswith(("LATENTCORE_", "STREAMLIT_"))]:
    if name != "LATENTCORE_DATA":
        del os.environ[name]

# The same examples everywhere, however long a slow or busy machine takes for one.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")

SLOW = ("tests/browser/", "tests/contract/", "hostile")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what opens pages, fits every family, or tries a lot of hostile input."""
    for item in items:
        module = getattr(item, "module", None)
        opens_pages = any(hasattr(module, name) for name in ("AppTest", "open_page", "open_section"))
        if opens_pages or any(part in item.nodeid for part in SLOW):
            item.add_marker(pytest.mark.slow)
