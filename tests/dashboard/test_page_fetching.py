"""Pages while a dataset is being fetched, and once it is here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data.images import fetching
from latentcore.datasets import DATASETS
from latentcore.datasets.base import OnBytes
from latentcore.exceptions import DatasetError, DatasetMissing
from tests.dashboard.pages import open_address

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
PATIENCE = 20
STAND_INS = "stand-ins: decodes by Transformer, 8-D"
PAGES = [
    ("explore", {"model": "pca-d2", "point": "3"}),
    ("interpolate", {"start": "3", "end": "4"}),
    ("sample", {"sample": "vae-d2:5"}),
    ("edit", {"point": "3"}),
    ("compare", {"view": "image", "point": "3"}),
    ("compare", {"view": "maps"}),
    ("compare", {"view": "neighbours"}),
    ("compare", {"view": "inside"}),
    ("compression", {"point": "3"}),
    ("anomaly", {"detector": "pca-d2"}),
    ("denoise", {"point": "3"}),
]


@dataclass
class Remote:
    """The digits, as though they had to be fetched.

    Attributes
    ----------
    here : Event
        Set once they are.
    gate : Event
        A download ends when it is set.
    breaks_off : bool
    begun : int
        Downloads so far.
    """

    here: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event = field(default_factory=threading.Event)
    breaks_off: bool = False
    begun: int = 0

    def fetch(self, on_bytes: OnBytes | None) -> Path:
        self.begun += 1
        if on_bytes is not None:
            on_bytes(30, 100)
        self.gate.wait(PATIENCE)
        if self.breaks_off:
            raise DatasetError("The digits cannot be downloaded (the mirror is away). Check the network.")
        self.here.set()
        return Path()


@pytest.fixture
def remote(monkeypatch) -> Remote:
    spec, digits = DATASETS["digits"], Remote()

    def read(split: str, rows: object) -> object:
        if not digits.here.is_set():
            raise DatasetMissing(f"The {split} images are not here.")
        return spec.read(split, rows)

    absent = replace(spec, read=read, is_present=digits.here.is_set, fetch=digits.fetch)
    monkeypatch.setitem(DATASETS, "digits", absent)
    monkeypatch.setattr(fetching, "_downloads", fetching._Downloads())
    return digits


def open_page(name: str, **query: object) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=120)
    for key, value in {"dataset": "digits", "models": ["pca-d2", "vae-d2"], **query}.items():
        app.query_params[key] = value
    open_address(app, name)
    assert not app.exception
    return app


def said_on(app: AppTest) -> str:
    words = [element.value for element in [*app.markdown, *app.caption, *app.info, *app.warning]]
    words += [element.proto.body for element in app.get("html")]
    return " ".join([*words, *(element.proto.spec for element in app.get("vega_lite_chart"))])


def progress_on(app: AppTest) -> list[str]:
    return [element.proto.text for element in app.get("progress")]


def can_fetch(app: AppTest) -> bool:
    return any(button.key == "fetch_dataset" for button in app.button)


def wait_until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_two_visitors_see_the_progress_of_one_download(remote):
    first, second = (open_page("edit", point="3") for _ in range(2))
    assert can_fetch(first)
    first.button(key="fetch_dataset").click().run()
    second.button(key="fetch_dataset").click().run()
    wait_until(lambda: remote.begun > 0)
    for app in (first, second):
        app.run()
        (said,) = progress_on(app)
        assert said.endswith(": 30%")
        assert not can_fetch(app)
    remote.gate.set()
    wait_until(lambda: fetching.fetching_of("digits").finished)
    for app in (first, second):
        app.run()
        assert not progress_on(app)
        assert "stand-in" not in said_on(app)
    assert remote.begun == 1


def test_what_the_host_wants_is_announced_before_it_begins_and_pages_turn(remote, monkeypatch):
    monkeypatch.setenv(fetching.WANTED, "digits")
    waiting = fetching.enter_wanted()
    app = open_page("edit", point="3")
    (said,) = progress_on(app)
    assert said.endswith(": waiting")
    assert not can_fetch(app)
    remote.gate.set()
    fetching.fetch_in_turn(waiting)
    app.run()
    assert "stand-in" not in said_on(app)


def test_a_download_that_fails_is_one_sentence_and_the_button_remains(remote, monkeypatch):
    monkeypatch.setenv(fetching.WANTED, "digits")
    remote.breaks_off = True
    remote.gate.set()
    fetching.fetch_in_turn(fetching.enter_wanted())
    app = open_page("edit", point="3")
    assert ["Check the network" in one.value for one in app.warning] == [True]
    assert STAND_INS in said_on(app)
    remote.breaks_off = False
    app.button(key="fetch_dataset").click().run()
    wait_until(remote.here.is_set)
    app.run()
    assert "stand-in" not in said_on(app)
    assert not app.warning


def test_every_page_turns_to_originals_at_its_next_run(remote):
    pages = [open_page(name, **query) for name, query in PAGES]
    for app, page in zip(pages, PAGES, strict=True):
        assert STAND_INS in said_on(app), page
    remote.here.set()
    for app, page in zip(pages, PAGES, strict=True):
        app.run()
        assert not app.exception
        assert "stand-in" not in said_on(app), page
