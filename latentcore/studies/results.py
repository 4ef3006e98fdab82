"""Results of studies on disk: one JSON file per study, in ``<dataset>/_studies``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from latentcore.atomic_files import atomic_file
from latentcore.exceptions import BundleError
from latentcore.store import models_folder
from latentcore.store.checked_files import read_json
from latentcore.store.schema import check_schema

STUDIES_FOLDER = "_studies"
FORMAT_VERSION = 1
RESULT_SCHEMA = {
    "name": str,
    "dataset": str,
    "protocol": str,
    "seeds": [int],
    "cpu_seconds": float,
    "found": {},
}


@dataclass(frozen=True, kw_only=True)
class StudyResult:
    """The result of a study, with its protocol.

    Attributes
    ----------
    name, dataset : str
    protocol : str
        How it was measured, in sentences.
    seeds : tuple of int
    cpu_seconds : float
    found : dict
        JSON values, as the study defines them.
    """

    name: str
    dataset: str
    protocol: str
    seeds: tuple[int, ...]
    cpu_seconds: float
    found: Mapping[str, Any]

    @property
    def command(self) -> str:
        """The command that runs it again."""
        return f"latentcore study {self.name} {self.dataset}"


def study_path(dataset: str, name: str, root: Path | None = None) -> Path:
    """Return the path of a study's result; `root` is the models folder, the default one if None."""
    return (models_folder() if root is None else root) / dataset / STUDIES_FOLDER / f"{name}.json"


def write_study(result: StudyResult, root: Path) -> Path:
    """Write a result atomically and return its path.

    Raises
    ------
    BundleError
        If the file cannot be written.
    """
    path = study_path(result.dataset, result.name, root)
    text = json.dumps({"format_version": FORMAT_VERSION, **asdict(result)}, indent=1, allow_nan=False)
    try:
        with atomic_file(path) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise BundleError(
            f"{path} cannot be written: {error.strerror or error}. Choose a writable folder with room."
        ) from error
    return path


def read_study(
    dataset: str,
    name: str,
    root: Path | None = None,
    *,
    check: Callable[[Mapping[str, Any]], None] | None = None,
) -> StudyResult | None:
    """Return the stored result of a study, or None if it has not been run.

    Parameters
    ----------
    dataset, name : str
    root : Path, optional
        Models folder.
    check : callable, optional
        Raises `ValueError` unless the result has the schema of the study.

    Raises
    ------
    BundleError
        If the file is damaged or of another version; the message names the command that runs it again.
    """
    path = study_path(dataset, name, root)
    if not path.is_file():
        return None
    again = f"remake it with `latentcore study {name} {dataset}`."
    content = read_json(path)
    if not isinstance(content, dict) or content.pop("format_version", None) != FORMAT_VERSION:
        raise BundleError(f"{path}: not a study of version {FORMAT_VERSION}; {again}")
    try:
        check_schema(content, RESULT_SCHEMA, "study")
        if set(content) != set(RESULT_SCHEMA) or (content["name"], content["dataset"]) != (name, dataset):
            raise ValueError("the fields are not those of this study")  # noqa: TRY301
        if check is not None:
            check(content["found"])
    except ValueError as error:
        raise BundleError(f"{path}: {error}; {again}") from error
    return StudyResult(**{**content, "seeds": tuple(content["seeds"])})
