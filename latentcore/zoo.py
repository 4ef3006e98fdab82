"""Training all missing bundles of the zoo, locally or on a Dask cluster."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from latentcore.bundling import train_bundle
from latentcore.exceptions import LatentcoreError
from latentcore.recipes import ZOO, Recipe, make_recipe
from latentcore.store import list_bundles
from latentcore.store.folders import replace_folder
from latentcore.training import OnEvent

OnDone = Callable[[str], None]
"""Receives one sentence whenever a model is finished or has failed."""


def missing_recipes(root: Path, dataset: str | None = None) -> list[Recipe]:
    """Return the recipes of the zoo whose bundles are missing in a models folder."""
    return missing_of([make_recipe(*entry) for entry in ZOO if dataset in (None, entry[0])], root)


def missing_of(recipes: list[Recipe], root: Path) -> list[Recipe]:
    """Return those of the recipes whose bundles are missing in a models folder."""
    present = {spec.id for spec in list_bundles(root)}
    return [recipe for recipe in recipes if recipe.id not in present]


def train_locally(
    recipes: list[Recipe],
    root: Path,
    make_callbacks: Callable[[str], tuple[OnEvent, Callable[[str], None]]],
    on_done: OnDone,
) -> dict[str, str]:
    """Train bundles one after the other on this machine.

    Parameters
    ----------
    recipes : list of Recipe
    root : Path
        Models folder. Folders that cannot be read as bundles are replaced.
    make_callbacks : callable
        ``make_callbacks(bundle_id)`` returns the callbacks for its epochs and stages.
    on_done : callable
        See `OnDone`.

    Returns
    -------
    dict of str to str
        Error messages by bundle id; the other bundles are trained nevertheless.
    """
    failures: dict[str, str] = {}
    for recipe in recipes:
        on_event, on_stage = make_callbacks(recipe.id)
        try:
            train_bundle(recipe, root, overwrite=True, on_event=on_event, on_stage=on_stage)
        except (LatentcoreError, ValueError) as error:
            failures[recipe.id] = str(error)
        on_done(_outcome(recipe.id, failures))
    return failures


def train_on_cluster(recipes: list[Recipe], root: Path, address: str, on_done: OnDone) -> dict[str, str]:
    """Train bundles on the workers of a Dask cluster and save each on this machine when it is finished.

    The workers need this library and the dataset; no shared disk is needed.

    Parameters
    ----------
    recipes : list of Recipe
    root : Path
        Models folder on this machine.
    address : str
        Address of the scheduler, such as "tcp://10.0.0.1:8786".
    on_done : callable
        See `OnDone`.

    Returns
    -------
    dict of str to str
        Error messages by bundle id.

    Raises
    ------
    ValueError
        If Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client, as_completed  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise ValueError('--scheduler needs Dask: pip install "latent-atlas[dask]".') from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise ValueError(f"No Dask scheduler answers at {address} ({error}).") from error
    failures: dict[str, str] = {}
    with client:
        futures = {client.submit(make_files, recipe, pure=False): recipe for recipe in recipes}
        for future in as_completed(futures):
            recipe = futures[future]
            try:
                write_files(future.result(), root / recipe.id)
            except Exception as error:  # noqa: BLE001 - any error of a worker is reported
                failures[recipe.id] = str(error) or type(error).__name__
            on_done(_outcome(recipe.id, failures))
    return failures


CONNECT_SECONDS = 10


def make_files(recipe: Recipe) -> dict[str, bytes]:
    """Train a bundle and return its files by relative path: the result that a worker sends back."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = train_bundle(recipe, Path(folder))
        return {
            path.relative_to(bundle).as_posix(): path.read_bytes()
            for path in bundle.rglob("*")
            if path.is_file()
        }


def write_files(files: dict[str, bytes], folder: Path) -> None:
    """Write the files of a bundle atomically."""

    def write(temporary: Path) -> None:
        for name, content in files.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    replace_folder(folder, write, overwrite=True)


def _outcome(bundle_id: str, failures: dict[str, str]) -> str:
    return f"{bundle_id}: {failures.get(bundle_id, 'done')}"
