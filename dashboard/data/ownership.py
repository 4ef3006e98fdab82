"""Which datasets and bundles a session may see; the only way from the dashboard to datasets by name.

On a hosted dashboard, a dataset belongs to the session that uploaded it, and a bundle to the session that
trained or uploaded it. The name of such a dataset or bundle ends with the session's token: the id of a bundle
alone says who may see it. Nothing else is stored, so a server that starts again knows no owner, and
`dashboard.data.sweeping` removes what is left.
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.server.sessions import current_session, is_connected
from latentcore import datasets
from latentcore.datasets import DatasetSpec
from latentcore.datasets.own.names import is_owned
from latentcore.datasets.own.stored import OwnDataset, find_own, list_own, own_folder
from latentcore.datasets.torchvision_sets import data_folder
from latentcore.exceptions import DatasetError, UnknownNameError
from latentcore.spaces.folders import own_spaces
from latentcore.store import bundle_folders, models_folder
from latentcore.store.owners import owned_name, owners_of

IDLE_SECONDS = 50 * 60
"""A session that has run no page for so long no longer keeps its datasets and bundles."""
ABANDONED_SECONDS = 5 * 60
"""What no session has kept for so long is removed. A browser may reconnect until then."""


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


def may_see(bundle_id: str) -> bool:
    """Return whether the current session may see a bundle, or a dataset, by its id."""
    tokens = owners_of(bundle_id)
    if not tokens:
        return True
    owner = _owners.get(current_session() or "")
    return owner is not None and all(secrets.compare_digest(token, owner.token) for token in tokens)


def stored_id(dataset: str, name: str, *, of_session: bool) -> str:
    """Return the id under which a new bundle is stored.

    Parameters
    ----------
    dataset, name : str
    of_session : bool
        Whether the bundle belongs to the current session, as it does where the server has visitors.
    """
    if not of_session or owners_of(dataset):
        return f"{dataset}/{name}"
    return f"{dataset}/{owned_name(name, session_token())}"


def n_own_bundles() -> int:
    """Return the number of bundles that belong to the current session."""
    return sum(map(may_see, owned_bundles()))


def n_own_collections() -> int:
    """Return the number of collections of items that belong to the current session."""
    return sum(may_see(folder.name) for folder in owned_collections())


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
    """Return the size on disk of all that belongs to sessions, drafts of uploads included."""
    folders = [*owned_datasets(), *owned_collections(), *owned_bundles().values(), *upload_drafts()]
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


def owned_datasets() -> list[Path]:
    """Return the folders of the datasets of all sessions."""
    folder = own_folder(data_folder())
    return [path for path in folder.iterdir() if is_owned(path.name)] if folder.is_dir() else []


def owned_collections() -> list[Path]:
    """Return the folders of the collections of items of all sessions."""
    return [path for path in own_spaces().glob("*") if is_owned(path.name)]


def owned_bundles() -> dict[str, Path]:
    """Return the folders of the bundles of all sessions, by id."""
    return {one: folder for one, folder in bundle_folders(models_folder()).items() if owners_of(one)}


def upload_drafts() -> list[Path]:
    """Return what uploads are being unpacked in, or were when a server was killed."""
    found = [
        *own_folder(data_folder()).glob("_draft-*"),
        *own_spaces().glob("_draft-*"),
        *models_folder().glob("_draft-import-*"),
    ]
    return [path for path in found if path.is_dir()]


def tokens_of_this_server() -> set[str]:
    """Return the tokens of all sessions that this server knows."""
    return {owner.token for owner in list(_owners.values())}


def kept_tokens() -> set[str]:
    """Return the tokens of sessions that are connected and in use; forget those that have long ended."""
    now, kept = time.monotonic(), set()
    for session, owner in list(_owners.items()):
        if is_connected(session) and now - owner.used <= IDLE_SECONDS:
            kept.add(owner.token)
        elif now - owner.used > IDLE_SECONDS + ABANDONED_SECONDS and not is_connected(session):
            _owners.pop(session, None)
    return kept
