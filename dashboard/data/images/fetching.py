"""Downloads of datasets: they run beside the sessions, and all sessions see the same ones."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field

import streamlit as st
from streamlit.logger import get_logger

from latentcore.datasets import DATASETS
from latentcore.exceptions import LatentcoreError

WANTED = "LATENTCORE_FETCH"
"""Names the datasets that the server fetches after its start: in the environment or Streamlit's secrets."""

_log = get_logger(__name__)


@dataclass
class Fetching:
    """A download that waits, runs or is over.

    Attributes
    ----------
    started : bool
        False while it waits for its turn.
    share : float
        What has arrived, in [0, 1].
    problem : str or None
        Why it failed.
    finished : bool
    """

    started: bool = False
    share: float = 0.0
    problem: str | None = None
    finished: bool = False


@dataclass
class _Downloads:
    """The latest download of each dataset. No cache: clearing caches must not forget one under way."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    latest: dict[str, Fetching] = field(default_factory=dict)

    def enter(self, dataset: str) -> Fetching | None:
        """Return a new download, or None where one is under way or there is nothing to fetch."""
        with self.lock:
            running = self.latest.get(dataset)
            if (running is not None and not running.finished) or not can_be_fetched(dataset):
                return None
            self.latest[dataset] = Fetching()
            return self.latest[dataset]


_downloads = _Downloads()


def can_be_fetched(dataset: str) -> bool:
    """Return whether the originals are merely absent and there is a place to download them from."""
    spec = DATASETS.get(dataset)
    return spec is not None and spec.fetch is not None and not spec.is_present()


def fetching_of(dataset: str) -> Fetching | None:
    """Return the latest download of a dataset, or None."""
    return _downloads.latest.get(dataset)


def start_fetching(dataset: str) -> None:
    """Begin to download a dataset, unless that is under way or done."""
    fetching = _downloads.enter(dataset)
    if fetching is not None:
        _start(dataset, fetching)


def enter_wanted() -> dict[str, Fetching]:
    """Return a download, which waits, for each dataset that the host names and that is not here."""
    entered = {name: _downloads.enter(name) for name in _wanted()}
    return {name: fetching for name, fetching in entered.items() if fetching is not None}


def fetch_in_turn(waiting: dict[str, Fetching]) -> None:
    """Run downloads one after the other; returns when all are over."""
    for dataset, fetching in waiting.items():
        _start(dataset, fetching).join()


def _wanted() -> list[str]:
    """Return the datasets that `WANTED` names; what it names besides is said in the log."""
    named = os.environ.get(WANTED)
    if named is None and st.secrets.load_if_toml_exists():
        named = st.secrets.get(WANTED)
    if named is None:
        return []
    if not isinstance(named, str):
        _log.warning('%s must be a text with commas, such as "mnist,fashion_mnist".', WANTED)
        return []
    names = list(dict.fromkeys(name.strip() for name in named.split(",") if name.strip()))
    for name in names:
        if name not in DATASETS:
            _log.warning(
                "%s names %.60r, which is no dataset; there is %s.", WANTED, name, ", ".join(DATASETS)
            )
    return [name for name in names if name in DATASETS]


def _start(dataset: str, fetching: Fetching) -> threading.Thread:
    thread = threading.Thread(target=_fetch, args=(dataset, fetching), name=f"fetch {dataset}", daemon=True)
    thread.start()
    return thread


def _fetch(dataset: str, fetching: Fetching) -> None:
    """Download a dataset; what failed is one sentence in the log and on the pages."""

    def on_bytes(done: int, total: int) -> None:
        fetching.share = min(done / total, 1.0)

    spec, fetching.started = DATASETS[dataset], True
    fetching.problem = f"{spec.title} could not be fetched; the server's log says why."  # until it is known
    try:
        if spec.fetch is not None:
            spec.fetch(on_bytes)
        fetching.problem = None
        _log.info("%s is here.", spec.title)
    except LatentcoreError as error:
        fetching.problem = " ".join(str(error).split())
        _log.warning("%s", fetching.problem)
    finally:
        fetching.finished = True
