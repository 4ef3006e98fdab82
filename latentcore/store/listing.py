"""Finding bundles in a models folder: their specs, from config and scores, without loading a model."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from latentcore.exceptions import BundleError, UnknownNameError
from latentcore.models import MODELS
from latentcore.store.bundle import FORMAT_VERSION, METRICS_FILE, BundleSpec
from latentcore.store.config import read_config, read_scores
from latentcore.store.owners import owners_of


@dataclass(frozen=True)
class BundleProblem:
    """A folder that should be a bundle but cannot be read as one.

    Attributes
    ----------
    id : str
    message : str
        One sentence with file and cause.
    """

    id: str
    message: str


def models_folder() -> Path:
    """Return ``LATENTCORE_MODELS``, else the ``pretrained`` folder that came with the library."""
    chosen = os.environ.get("LATENTCORE_MODELS")
    if chosen:
        return Path(chosen)
    package = Path(__file__).resolve().parents[1]
    installed = package / "pretrained"
    return installed if installed.is_dir() else package.parent / "pretrained"


def bundle_folders(root: Path) -> dict[str, Path]:
    """Return the bundle folders of a models folder by id; names beginning with ``_`` or ``.`` are skipped."""
    folders = (folder for folder in sorted(root.glob("[!_.]*/[!_.]*")) if folder.is_dir())
    return {f"{folder.parent.name}/{folder.name}": folder for folder in folders}


def scan_bundles(root: Path | None = None) -> tuple[list[BundleSpec], list[BundleProblem]]:
    """Return the specs of all bundles, and a problem for each folder that cannot be read as a bundle.

    Parameters
    ----------
    root : Path, optional
        Models folder; `models_folder` by default. Folders that begin with ``_`` are no bundles.
    """
    root = models_folder() if root is None else root
    specs: list[BundleSpec] = []
    problems: list[BundleProblem] = []
    for bundle_id, folder in bundle_folders(root).items():
        try:
            specs.append(read_spec(folder))
        except BundleError as error:
            problems.append(BundleProblem(bundle_id, str(error)))
    return sorted(specs, key=lambda spec: (spec.dataset, spec.family, spec.latent_dim)), problems


def list_bundles(root: Path | None = None) -> list[BundleSpec]:
    """Return the specs of all readable bundles, by dataset, family and dimension; see `scan_bundles`.

    Those of a dashboard's visitors are left out.
    """
    return [spec for spec in scan_bundles(root)[0] if not owners_of(spec.id)]


def find_folder(bundle_id: str, root: Path | None) -> Path:
    """Return the folder of a bundle; raise `UnknownNameError` if there is none."""
    root = models_folder() if root is None else root
    parts = bundle_id.split("/")
    folder = root.joinpath(*parts)
    if len(parts) != 2 or any(part[:1] in {"", ".", "_"} for part in parts) or not folder.is_dir():  # noqa: PLR2004
        known = ", ".join(spec.id for spec in list_bundles(root)) or f"none in {root}"
        raise UnknownNameError(f"No bundle {bundle_id!r}. There is: {known}.")
    return folder


def read_spec(folder: Path, *, min_version: int = FORMAT_VERSION) -> BundleSpec:
    """Return the spec of the bundle in a folder.

    Raises
    ------
    BundleError
        If config or scores cannot be read, or the format is older than `min_version` or too new.
    """
    config = read_config(folder, min_version=min_version)
    return BundleSpec(
        id=config["id"],
        dataset=config["dataset"],
        family=config["family"],
        latent_dim=config["latent_dim"],
        capabilities=MODELS[config["family"]].capabilities,
        config=config,
        metrics=read_scores(folder, METRICS_FILE, config),
        folder=folder,
    )
