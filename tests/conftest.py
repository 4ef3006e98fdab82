"""What holds for all tests: what they see of this machine, how hypothesis tries, and which ones are slow."""

from __future__ import annotations

import os
import site
import time
from collections.abc import Iterator

import pytest
from hypothesis import settings

# The settings of whoever runs the tests stay out of them, save where the datasets are; most tests do not
# see those either: see `strange_machine`.
for name in [name for name in os.environ if name.startswith(("LATENTCORE_", "STREAMLIT_"))]:
    if name != "LATENTCORE_DATA":
        del os.environ[name]

# Tests run in two processes. With a pool of threads in each, these would wait for one another's cores: where
# others work as well, a large decode takes eight times as long. Read when torch is loaded, below.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same examples everywhere, however long a slow or busy machine takes for one.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")

SLOW = ("tests/browser/", "tests/contract/", "hostile")
OPENS_PAGES = ("AppTest", "open_page", "open_section")
SHIPPED = ("digits/", "shapes/", "rooms/")
"""How ids of bundles begin whose images are on every machine."""


def has_any(module: pytest.Module, names: tuple[str, ...]) -> bool:
    """Return whether a module of tests has one of these names, imported or of its own."""
    return any(hasattr(module.obj, name) for name in names)


def sees_this_machine(module: pytest.Module) -> bool:
    """Return whether a module of tests sees the datasets of this machine, its home and its time zone.

    Pages do, and whoever asks for a split that may be missing; unless the module says that it makes its
    datasets itself. What is marked so has to hold with the datasets and without them: `.ci/run` tries both.
    """
    if module.get_closest_marker("own_datasets"):
        return False
    asks = has_any(module, (*OPENS_PAGES, "split_or_skip")) or "tests/browser/" in module.nodeid
    return asks or module.get_closest_marker("local_datasets") is not None


@pytest.fixture(autouse=True, scope="module")
def strange_machine(request, tmp_path_factory) -> Iterator[None]:
    """Let a module run as on a machine without datasets, with an empty home and an odd time zone."""
    module = request.node.getparent(pytest.Module)
    if sees_this_machine(module):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONUSERBASE", site.getuserbase())  # packages that other processes import stay
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("TZ", "Asia/Kathmandu")
        for name in ("LATENTCORE_DATA", "XDG_CACHE_HOME"):
            patch.delenv(name, raising=False)
        set_time_zone()
        yield
    set_time_zone()


def is_of_shipped_images(item: pytest.Item) -> bool:
    """Return whether one of a test's parameters is a bundle of a dataset that comes with the library."""
    found = getattr(item, "callspec", None)
    values = [] if found is None else found.params.values()
    return any(isinstance(value, str) and value.startswith(SHIPPED) for value in values)


def set_time_zone() -> None:
    """Let this process use the time zone that the environment names; Windows has no such call."""
    if hasattr(time, "tzset"):
        time.tzset()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what opens pages, fits every family, or tries hostile input; mark what sees datasets."""
    for item in items:
        module = item.getparent(pytest.Module)
        if module is None:
            continue
        if has_any(module, OPENS_PAGES) or any(part in item.nodeid for part in SLOW):
            item.add_marker(pytest.mark.slow)
        if sees_this_machine(module) and not is_of_shipped_images(item):
            item.add_marker(pytest.mark.local_datasets)
