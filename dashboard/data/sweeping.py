"""Removing the datasets, collections, bundles and training runs of sessions that have ended."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from streamlit.logger import get_logger

from dashboard.data.ownership import (
    ABANDONED_SECONDS,
    kept_tokens,
    owned_bundles,
    owned_collections,
    owned_datasets,
    tokens_of_this_server,
    upload_drafts,
)
from latentcore.datasets.own.names import is_owned
from latentcore.datasets.own.stored import CONFIG_FILE, own_folder
from latentcore.datasets.torchvision_sets import data_folder
from latentcore.exceptions import UnknownNameError
from latentcore.runs import Run, all_runs, remove_old_runs, remove_run, remove_runs_on
from latentcore.runs.folder import REQUEST_FILE
from latentcore.store import models_folder
from latentcore.store.owners import owners_of

SWEEP_SECONDS = 60
STALE_DRAFT_SECONDS = 30 * 60

_log = get_logger(__name__)


def sweep() -> None:
    """Remove what no session has kept for some minutes, and remains of uploads and training runs.

    What is kept is touched at each sweep: servers that share folders leave each other's alone.
    """
    kept = kept_tokens()
    for folder in owned_datasets():
        if not _is_kept(folder.name, folder / CONFIG_FILE, kept):
            remove_owned(folder.name)
    for folder in owned_collections():
        if not _is_kept(folder.name, folder / CONFIG_FILE, kept):
            shutil.rmtree(folder, ignore_errors=True)
    for bundle_id, folder in owned_bundles().items():
        if not _is_kept(bundle_id, folder / CONFIG_FILE, kept):
            _remove_bundle(folder)
    for draft in upload_drafts():
        if min(map(_age, [draft, *draft.iterdir()])) > STALE_DRAFT_SECONDS:
            shutil.rmtree(draft, ignore_errors=True)
    _sweep_runs(kept)


def sweep_forever(pause: Callable[[float], None] = time.sleep) -> None:
    """Sweep now and every minute."""
    while True:
        try:
            sweep()
        except OSError:
            _log.exception("What visitors left could not be swept.")
        pause(SWEEP_SECONDS)


def remove_owned(name: str) -> None:
    """Delete a dataset that belongs to a session, its training runs and its bundles."""
    if is_owned(name):
        remove_runs_on(name)
        for folder in (own_folder(data_folder()) / name, models_folder() / name):
            shutil.rmtree(folder, ignore_errors=True)


def remove_all_of_this_server() -> None:
    """Remove what belongs to the sessions of this server, and uploads that were not done, when it ends."""
    tokens = tokens_of_this_server()
    for run in all_runs():
        if owners_of(run.request.bundle_id) & tokens:
            _remove_run(run)
    for folder in owned_datasets():
        if owners_of(folder.name) & tokens:
            remove_owned(folder.name)
    for folder in (folder for folder in owned_collections() if owners_of(folder.name) & tokens):
        shutil.rmtree(folder, ignore_errors=True)
    for bundle_id, folder in owned_bundles().items():
        if owners_of(bundle_id) & tokens:
            _remove_bundle(folder)
    for draft in upload_drafts():
        if any(token in draft.name for token in tokens):
            shutil.rmtree(draft, ignore_errors=True)


def _is_kept(owned: str, mark: Path, kept: Iterable[str]) -> bool:
    """Return whether a session keeps a dataset or bundle, or did so some minutes ago.

    Parameters
    ----------
    owned : str
        Id of a bundle, or name of a dataset.
    mark : Path
        File whose time says when it was last kept.
    kept : iterable of str
        Tokens of the sessions that are in use.
    """
    if owners_of(owned) <= set(kept):
        with suppress(OSError):
            os.utime(mark)
        return True
    return _age(mark if mark.exists() else mark.parent) <= ABANDONED_SECONDS


def _sweep_runs(kept: Iterable[str]) -> None:
    present = {folder.name for folder in owned_datasets()}
    for run in all_runs():
        dataset, bundle_id = run.request.dataset, run.request.bundle_id
        if is_owned(dataset) and dataset not in present:
            remove_runs_on(dataset)
        elif owners_of(bundle_id) and not _is_kept(bundle_id, run.folder / REQUEST_FILE, kept):
            _remove_run(run)
    remove_old_runs()


def _remove_run(run: Run) -> None:
    with suppress(UnknownNameError, OSError):
        remove_run(run.id)


def _remove_bundle(folder: Path) -> None:
    """Delete a bundle, and the folder of its dataset if it was the only one."""
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.parent.rmdir()


def _age(path: Path) -> float:
    """Return the seconds since a file was changed; 0 for one that has just been removed."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
