"""Which datasets and bundles a session may see; the only way from the dashboard to datasets by name.

A dataset that was uploaded to a hosted dashboard belongs to the session that uploaded it. Its name ends with
the session's token, and so does the folder of the bundles that are trained on it: the name alone says who may
see them. Nothing else is stored, so a server that starts again knows no owner, and `sweep` removes what is
left.
"""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.logger import get_logger

from dashboard.server.sessions import current_session, is_connected
from latentcore import datasets
from latentcore.datasets import DatasetSpec
from latentcore.datasets.own.names import is_owned, owner_of
from latentcore.datasets.own.stored import CONFIG_FILE, OwnDataset, find_own, list_own, own_folder
from latentcore.datasets.torchvision_sets import data_folder
from latentcore.exceptions import DatasetError, UnknownNameError
from latentcore.runs import all_runs, remove_old_runs, remove_runs_on
from latentcore.store import models_folder

SWEEP_SECONDS = 60
IDLE_SECONDS = 50 * 60
"""A session that has run no page for so long no longer keeps its datasets."""
ABANDONED_SECONDS = 5 * 60
"""Datasets that no session has kept for so long are removed. A browser may reconnect until then."""
STALE_DRAFT_SECONDS = 30 * 60

_log = get_logger(__name__)


@dataclass
class _Owner:
    """What identifies the datasets of a session, and when it last ran a page, on the monotonic clock."""

    token: str = field(default_factory=lambda: secrets.token_hex(8))
    used: float = field(default_factory=time.monotonic)


_owners: dict[str, _Owner] = {}
"""By session. Not a Streamlit cache: clearing caches must not take datasets from their owners."""
_lock = threading.Lock()


def session_token() -> str:
    """Return the token of the current session, made when it is first asked for.

    Raises
    ------
    RuntimeError
        Outside of a session.
    """
    session = current_session()
    if session is None:
        raise RuntimeError("only a session has a token")
    with _lock:
        return _owners.setdefault(session, _Owner()).token


def note_use() -> None:
    """Note that the current session is in use; called when a page runs."""
    owner = _owners.get(current_session() or "")
    if owner is not None:
        owner.used = time.monotonic()


def may_see(dataset: str) -> bool:
    """Return whether the current session may see a dataset and the bundles that were trained on it."""
    token = owner_of(dataset)
    if token is None:
        return True
    owner = _owners.get(current_session() or "")
    return owner is not None and secrets.compare_digest(token, owner.token)


def find_dataset(name: str) -> DatasetSpec | None:
    """Return the spec of a dataset that the current session may see, or None."""
    return datasets.find_dataset(name) if may_see(name) else None


def dataset_spec(name: str) -> DatasetSpec:
    """Return the spec of a dataset that the current session may see; raises `UnknownNameError`."""
    if not may_see(name):
        raise UnknownNameError(f"There is no dataset {name!r}.")
    return datasets.dataset_spec(name)


def content_of(name: str) -> str:
    """Return what differs between two datasets of one name, for keys of caches; empty for the library's."""
    found = datasets.find_dataset(name)
    return "" if found is None else found.version


def own_dataset(name: str) -> OwnDataset:
    """Return a dataset that was added and that the current session may see; raises `DatasetError`."""
    found = find_own(data_folder(), name) if may_see(name) else None
    if found is None:
        raise DatasetError(f"There is no dataset {name!r}.")
    return found


def own_datasets(*, of_session: bool) -> list[OwnDataset]:
    """Return the datasets that the current session uploaded, or else those that belong to no session."""
    return [one for one in list_own(data_folder(), owned=of_session) if may_see(one.name)]


def owned_bytes() -> int:
    """Return the size on disk of the datasets of all sessions, drafts of uploads included."""
    folders = [*_owned_folders(), *_drafts()]
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


def remove_owned(name: str) -> None:
    """Delete a dataset that belongs to a session, its training runs and its bundles."""
    if is_owned(name):
        remove_runs_on(name)
        for folder in (own_folder(data_folder()) / name, models_folder() / name):
            shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove datasets that no session has kept for some minutes, and remains of uploads and training runs.

    A kept dataset is touched at each sweep: servers that share a data folder leave each other's alone.
    """
    kept = _kept_tokens()
    for folder in _owned_folders():
        config = folder / CONFIG_FILE
        if owner_of(folder.name) in kept:
            with suppress(OSError):
                config.touch(exist_ok=True)
        elif _age(config if config.exists() else folder) > ABANDONED_SECONDS:
            remove_owned(folder.name)
    for draft in _drafts():
        if min(map(_age, [draft, *draft.iterdir()])) > STALE_DRAFT_SECONDS:
            shutil.rmtree(draft, ignore_errors=True)
    present = {folder.name for folder in _owned_folders()}
    for run in all_runs():
        if is_owned(run.request.dataset) and run.request.dataset not in present:
            remove_runs_on(run.request.dataset)
    remove_old_runs()


def sweep_forever(pause: Callable[[float], None] = time.sleep) -> None:
    """Sweep now and every minute."""
    while True:
        try:
            sweep()
        except OSError:
            _log.exception("Uploaded datasets could not be swept.")
        pause(SWEEP_SECONDS)


def remove_all_of_this_server() -> None:
    """Remove the datasets of every session of this server, and uploads that were not done, when it ends."""
    tokens = {owner.token for owner in list(_owners.values())}
    for folder in _owned_folders():
        if owner_of(folder.name) in tokens:
            remove_owned(folder.name)
    for draft in _drafts():
        if any(token in draft.name for token in tokens):
            shutil.rmtree(draft, ignore_errors=True)


def _kept_tokens() -> set[str]:
    """Return the tokens of sessions that are connected and in use; forget those that have long ended."""
    now, kept = time.monotonic(), set()
    for session, owner in list(_owners.items()):
        if is_connected(session) and now - owner.used <= IDLE_SECONDS:
            kept.add(owner.token)
        elif now - owner.used > IDLE_SECONDS + ABANDONED_SECONDS and not is_connected(session):
            _owners.pop(session, None)
    return kept


def _owned_folders() -> list[Path]:
    folder = own_folder(data_folder())
    return [path for path in folder.iterdir() if is_owned(path.name)] if folder.is_dir() else []


def _drafts() -> list[Path]:
    """Return what uploads are being unpacked in, or were when a server was killed."""
    return [path for path in own_folder(data_folder()).glob("_draft-*") if path.is_dir()]


def _age(path: Path) -> float:
    """Return the seconds since a file was changed; 0 for one that has just been removed."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
