"""Downloads of datasets in background threads, shared by all sessions."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field

import streamlit as st
from streamlit.logger import get_logger

from latentcore.datasets import DATASETS
from latentcore.exceptions import LatentcoreError

WANTED = "LATENTCORE_FETCH"
"""Setting (environment or Streamlit secrets): datasets that the server downloads after its start."""

_log = get_logger(__name__)


@dataclass
class Fetching:
    """A download: waiting, running or finished.

    Attributes
    ----------
    started : bool
        False while it waits for its turn.
    share : float
        Progress in [0, 1].
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
    """The latest download per dataset. Not a Streamlit cache: clearing caches must not lose a running one."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    latest: dict[str, Fetching] = field(default_factory=dict)

    def enter(self, dataset: str) -> Fetching | None:
        """Register a new download; None if one is running or there is nothing to download."""
        with self.lock:
            running = self.latest.get(dataset)
            if (running is not None and not running.finished) or not can_be_fetched(dataset):
                return None
            self.latest[dataset] = Fetching()
            return self.latest[dataset]


_downloads = _Downloads()


def can_be_fetched(dataset: str) -> bool:
    """Return whether the originals are missing and can be downloaded."""
    spec = DATASETS.get(dataset)
    return spec is not None and spec.fetch is not None and not spec.is_present()


def fetching_of(dataset: str) -> Fetching | None:
    """Return the latest download of a dataset, or None."""
    return _downloads.latest.get(dataset)


def start_fetching(dataset: str) -> None:
    """Start the download of a dataset, unless it is running or done."""
    fetching = _downloads.enter(dataset)
    if fetching is not None:
        _start(dataset, fetching)


def enter_wanted() -> dict[str, Fetching]:
    """Register a waiting download for each dataset that the host names and that is missing."""
    entered = {name: _downloads.enter(name) for name in _wanted()}
    return {name: fetching for name, fetching in entered.items() if fetching is not None}


def fetch_in_turn(waiting: dict[str, Fetching]) -> None:
    """Run downloads one after the other; returns when all have finished."""
    for dataset, fetching in waiting.items():
        _start(dataset, fetching).join()


def _wanted() -> list[str]:
    """Return the datasets that `WANTED` names; unknown names are logged."""
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
    """Download a dataset; a failure becomes one sentence in the log and on the pages."""

    def on_bytes(done: int, total: int) -> None:
        fetching.share = min(done / total, 1.0)

    spec, fetching.started = DATASETS[dataset], True
    fetching.problem = f"{spec.title} could not be fetched; the server's log says why."
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
