"""Adding an upload of vectors as a collection of items, in a job; listing and removing own collections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.data.catalogue import catalogue
from dashboard.data.items.spaces import CollectionSpec, found_spaces, scanned_spaces
from dashboard.data.jobs import Job
from dashboard.data.ownership import may_see, session_token
from dashboard.data.upload_rules import UploadRules, quota_problem
from dashboard.your_data.services.adding import Request, UploadedFile, short_message, stored_file
from latentcore.atomic_files import temporary_folder
from latentcore.datasets import DATASETS
from latentcore.datasets.own.names import check_name, is_owned
from latentcore.exceptions import DatasetError, LatentcoreError, SpaceError, TrainingCancelled
from latentcore.spaces.adding.add import Added, add_file
from latentcore.spaces.adding.add_options import AddOptions
from latentcore.spaces.folders import own_spaces
from latentcore.spaces.listing import remove_space
from latentcore.spaces.taken_names import SHIPPED_DATASET, taken_names

VECTOR_SUFFIXES = (".npy", ".npz", ".safetensors")
SHARES = {"reading": 0.0, "neighbours": 0.3, "plane": 0.5, "derived": 0.85, "scores": 0.9}
"""Progress at the beginning of a stage."""
STEP = 0.2


@dataclass(frozen=True)
class VectorOutcome:
    """What became of an upload of vectors.

    Attributes
    ----------
    added : Added or None
    problem : str
        One sentence on why nothing was added; empty if something was.
    """

    added: Added | None
    problem: str = ""

    @property
    def collection(self) -> str:
        """Name of the collection; empty if nothing was added."""
        return "" if self.added is None else self.added.spaces[0][0].partition("/")[0]


def vectors_problem(name: str, rules: UploadRules) -> str | None:
    """Return one sentence on why a new collection cannot have a name, or None if it can."""
    try:
        check_name(name, dict.fromkeys(DATASETS, SHIPPED_DATASET))
    except DatasetError as error:
        return str(error)
    stored = f"{name}-{session_token()}" if rules.is_hosted else name
    found = catalogue()
    if stored in {*found.datasets(), *found.collections()}:
        return f"There is a dataset {name!r} already: take another name, or remove that one first."
    return None


def add_vectors(files: list[UploadedFile], request: Request, job: Job) -> VectorOutcome:
    """Store an upload of vectors as a collection; runs as a job and announces its progress.

    Parameters
    ----------
    files : list of UploadedFile
        A file of vectors and, if they are apart, a table of the items. Emptied as soon as they are on disk.
    request : Request
    job : Job

    Raises
    ------
    TrainingCancelled
        If the job is cancelled; then nothing is stored.
    """
    rules, parent = request.rules, own_spaces()
    too_much = quota_problem(sum(file.size for file in files), rules)
    if too_much is not None:
        return VectorOutcome(None, too_much)
    job.announce("Reading the upload", 0.0)
    draft = parent
    try:
        with temporary_folder(parent, f"upload-{session_token()}") as draft:
            vectors, metadata = _stored(files, draft)
            files.clear()
            added = add_file(
                request.name,
                vectors,
                options=AddOptions(metadata=metadata, **request.options),
                owner=session_token() if rules.is_hosted else None,
                reserved=taken_names(),
                on_stage=_announcer(job, rules),
            )
    except TrainingCancelled:
        raise
    except (LatentcoreError, ValueError, OSError, MemoryError) as error:
        return VectorOutcome(None, short_message(error, draft, parent))
    scanned_spaces.clear()
    return VectorOutcome(added)


def own_collections(*, of_session: bool) -> list[CollectionSpec]:
    """Return the collections that the current session uploaded, or else those that belong to no session."""
    specs = found_spaces().specs.values()
    found = {spec.collection.name: spec.collection for spec in specs}
    own = own_spaces()
    return [one for name, one in found.items() if is_owned(name) is of_session and one.folder.parent == own]


def remove_collection(name: str) -> str | None:
    """Delete a collection that the current session may see; return why it failed, or None."""
    if not may_see(name):
        return "There is no such collection."
    try:
        remove_space(name)
    except LatentcoreError as error:
        return str(error).replace(f"{own_spaces()}/", "")
    finally:
        scanned_spaces.clear()
    return None


def _announcer(job: Job, rules: UploadRules) -> Any:  # noqa: ANN401 - a callback of the library
    def announce(stage: str, done: int, total: int | None) -> None:
        most = rules.max_images
        if most is not None and stage == "reading" and max(done, total or 0) > most:
            raise SpaceError(f"There are more than {most:,} items, the most that can be added here.")
        start = next((share for name, share in SHARES.items() if stage.startswith(name)), 0.28)
        count = f": {done:,} of {total:,}" if total else ""
        job.announce(f"{stage.capitalize()}{count}", start + (STEP * done / total if total else 0.0))

    return announce


def _stored(files: Sequence[UploadedFile], folder: Path) -> tuple[Path, Path | None]:
    """Write the files into a folder; return that of the vectors, and that of the items if there is one."""
    if len(files) > 2:
        raise SpaceError("Take one file of vectors and, if they are apart, one table of the items.")
    paths = sorted((stored_file(file, folder) for file in files), key=_is_metadata)
    return paths[0], paths[1] if len(paths) > 1 else None


def _is_metadata(path: Path) -> tuple[bool, bool, int]:
    """Return the sort key that puts a file of vectors before a table of items."""
    return path.suffix not in VECTOR_SUFFIXES, "meta" in path.stem.lower(), -path.stat().st_size
