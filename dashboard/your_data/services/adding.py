"""Adding an upload as a dataset, in a job."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from dashboard.data.items.spaces import find_collection
from dashboard.data.jobs import Job
from dashboard.data.ownership import own_datasets, session_token
from dashboard.data.upload_rules import UploadRules, quota_problem
from latentcore.atomic_files import temporary_folder
from latentcore.datasets.own.add import Added, add_dataset
from latentcore.datasets.own.array_files import MAX_ARRAY_BYTES
from latentcore.datasets.own.arrays.idx_pairs import is_idx_name
from latentcore.datasets.own.entries import PICTURE_SUFFIXES
from latentcore.datasets.own.names import check_name, title_of
from latentcore.datasets.own.options import AddOptions
from latentcore.datasets.own.stored import own_folder
from latentcore.datasets.torchvision_sets import data_folder
from latentcore.exceptions import DatasetError, LatentcoreError, TrainingCancelled
from latentcore.spaces.taken_names import taken_from_datasets

MAX_NAME, MAX_FILE_NAME = 40, 120
_ENDINGS = re.compile(r"\.(tar\.\w+|\w{1,7})$|[-.]idx[13][-.]ubyte(\.gz)?$")


class UploadedFile(Protocol):
    """A file as the browser sent it."""

    name: str
    size: int

    def getbuffer(self) -> memoryview:
        """Return its content."""


@dataclass(frozen=True)
class Request:
    """What is to be added.

    Attributes
    ----------
    name : str
    options : mapping
        Arguments of the library's options for images, or for vectors.
    rules : UploadRules
    """

    name: str
    options: dict[str, Any]
    rules: UploadRules


@dataclass(frozen=True)
class Outcome:
    """What became of an upload.

    Attributes
    ----------
    added : Added or None
    problem : str
        One sentence on why nothing was added; empty if something was.
    """

    added: Added | None
    problem: str = ""

    @property
    def title(self) -> str:
        """Display name of the dataset."""
        return "" if self.added is None else title_of(self.added.name)

    @property
    def problems(self) -> list[str]:
        """A sentence on each file that was left out."""
        return [] if self.added is None else [str(problem) for problem in self.added.problems]


def suggested_name(files: Sequence[str], rules: UploadRules) -> str:
    """Return a free name for a dataset, made of the name of its file, or of the folder of its files."""
    first = PurePosixPath(files[0].replace("\\", "/"))
    text = first.name if len(files) == 1 else first.parts[0] if len(first.parts) > 1 else "pictures"
    while (shorter := _ENDINGS.sub("", text)) != text and shorter:
        text = shorter
    name = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-").lstrip("0123456789-")[:MAX_NAME].rstrip("-")
    base, number = name or "pictures", 1
    name = base
    while name_problem(name, rules) is not None and number < 100:
        number += 1
        name = f"{base[: MAX_NAME - 4]}-{number}"
    return name


def name_problem(name: str, rules: UploadRules) -> str | None:
    """Return one sentence on why a new dataset cannot have a name, or None if it can."""
    try:
        check_name(name, taken_from_datasets())
    except DatasetError as error:
        return str(error)
    stored = f"{name}-{session_token()}" if rules.is_hosted else name
    if any(own.name == stored for own in own_datasets(of_session=rules.is_hosted)) or find_collection(stored):
        return f"There is a dataset {name!r} already: take another name, or remove that one first."
    return None


def add_upload(files: list[UploadedFile], request: Request, job: Job) -> Outcome:
    """Store an upload as a dataset; runs as a job and announces its progress.

    Parameters
    ----------
    files : list of UploadedFile
        Emptied as soon as its files are on disk, so that their memory is free.
    request : Request
    job : Job

    Raises
    ------
    TrainingCancelled
        If the job is cancelled; then nothing is stored.
    """
    rules, parent = request.rules, own_folder(data_folder())
    too_much = quota_problem(sum(file.size for file in files), rules)
    if too_much is not None:
        return Outcome(None, too_much)
    job.announce("Reading the upload", 0.0)
    draft = parent
    try:
        with temporary_folder(parent, f"upload-{session_token()}") as draft:
            source = stored_source(files, draft)
            files.clear()
            return Outcome(
                add_dataset(
                    request.name,
                    source,
                    data_folder(),
                    reserved=taken_from_datasets(),
                    options=_options(request),
                    on_progress=lambda done, n: job.announce(f"{done:,} of {n:,} images", done / n),
                    owner=session_token() if rules.is_hosted else None,
                    max_array_bytes=rules.max_array_bytes or MAX_ARRAY_BYTES,
                )
            )
    except TrainingCancelled:
        raise
    except (LatentcoreError, ValueError, OSError, MemoryError) as error:
        return Outcome(None, short_message(error, draft, parent))


def _options(request: Request) -> AddOptions:
    """Return the options that were chosen, with no more images than are kept here."""
    limits = [limit for limit in (request.options.get("limit"), request.rules.max_images) if limit]
    return AddOptions(**request.options | {"limit": min(limits, default=None)})


def stored_source(files: Sequence[UploadedFile], folder: Path) -> Path:
    """Write an upload into a folder; return what a dataset can be read from.

    One archive, array or table is a file; idx files are a folder; pictures are an archive, whose entries may
    have any name.

    Parameters
    ----------
    files : sequence of UploadedFile
    folder : Path
    """
    names = [_file_name(file.name) for file in files]
    if len(files) == 1 and PurePosixPath(names[0]).suffix not in PICTURE_SUFFIXES:
        return stored_file(files[0], folder)
    if any(is_idx_name(name) for name in names):
        path = folder / "idx files"
        path.mkdir()
        for file, name in zip(files, names, strict=True):
            (path / name).write_bytes(file.getbuffer())
        return path
    path = folder / f"{len(files):,} uploaded files"
    with zipfile.ZipFile(path, "w") as archive:
        for file, entry in zip(files, _distinct(file.name for file in files), strict=True):
            archive.writestr(entry, file.getbuffer())
    return path


def stored_file(file: UploadedFile, folder: Path) -> Path:
    """Write one file of an upload into a folder, under a name that any disk takes."""
    path = folder / _file_name(file.name)
    path.write_bytes(file.getbuffer())
    return path


def _file_name(name: str) -> str:
    """Return the last part of a file's name as one that any disk takes, its ending in small letters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    last = re.sub(r"[^\w. ()-]", "_", last)[-MAX_FILE_NAME:].lstrip(".") or "upload"
    path = PurePosixPath(last)
    return path.stem + path.suffix.lower()


def _distinct(names: Iterable[str]) -> list[str]:
    """Return the names, numbered where one occurs again."""
    distinct: dict[str, None] = {}
    for name in (re.sub(r"[\x00-\x1f]", "_", name).strip("/") or "upload" for name in names):
        path, number = PurePosixPath(name), 1
        entry = name
        while entry in distinct:
            number += 1
            entry = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
        distinct[entry] = None
    return list(distinct)


def short_message(error: BaseException, draft: Path, parent: Path) -> str:
    """Return the message of an error without the server's folders."""
    text = str(error) or type(error).__name__
    if isinstance(error, OSError):
        text = f"The upload cannot be stored: {error.strerror or text}."
    for folder in (draft, parent):
        text = text.replace(f"{folder}/", "")
    text = text.replace("--channels first or last", "where they are, under More options")
    return " ".join(text.split())
