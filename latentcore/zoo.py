"""Training the whole zoo, here or on a Dask cluster; what is finished stays finished."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from latentcore.bundling import train_bundle
from latentcore.exceptions import LatentcoreError
from latentcore.recipes import ZOO, Recipe, make_recipe
from latentcore.store import list_bundles
from latentcore.store.writing import replace_folder
from latentcore.training import OnEvent

Done = Callable[[str], None]
"""Receives one sentence each time a model is finished or has failed."""


def missing_recipes(root: Path, dataset: str | None = None) -> list[Recipe]:
    """Return the recipes whose bundles are not in a models folder, in the order of the zoo."""
    present = {spec.id for spec in list_bundles(root)}
    recipes = (make_recipe(*entry) for entry in ZOO if dataset in (None, entry[0]))
    return [recipe for recipe in recipes if recipe.id not in present]


def train_here(
    recipes: list[Recipe],
    root: Path,
    receivers: Callable[[str], tuple[OnEvent, Callable[[str], None]]],
    done: Done,
) -> dict[str, str]:
    """Train bundles one after the other.

    Parameters
    ----------
    recipes : list of Recipe
    root : Path
        Models folder. A folder that cannot be read as a bundle is replaced.
    receivers : callable
        From a bundle's id to the receivers of its epochs and stages.
    done : callable

    Returns
    -------
    dict of str to str
        What went wrong, by bundle id; the other bundles are trained all the same.
    """
    failures: dict[str, str] = {}
    for recipe in recipes:
        on_event, on_stage = receivers(recipe.id)
        try:
            train_bundle(recipe, root, overwrite=True, on_event=on_event, on_stage=on_stage)
        except (LatentcoreError, ValueError) as error:
            failures[recipe.id] = str(error)
        done(_outcome(recipe.id, failures))
    return failures


def train_on_cluster(recipes: list[Recipe], root: Path, address: str, done: Done) -> dict[str, str]:
    """Train bundles on the workers of a Dask cluster and write each here as it arrives.

    The workers need this library and the dataset; they share no disk with this machine.

    Parameters
    ----------
    recipes : list of Recipe
    root : Path
        Models folder on this machine.
    address : str
        Of the scheduler, such as "tcp://10.0.0.1:8786".
    done : callable

    Returns
    -------
    dict of str to str
        What went wrong, by bundle id.

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
            except Exception as error:  # noqa: BLE001 - whatever the worker raised is reported, not swallowed
                failures[recipe.id] = str(error) or type(error).__name__
            done(_outcome(recipe.id, failures))
    return failures


CONNECT_SECONDS = 10


def make_files(recipe: Recipe) -> dict[str, bytes]:
    """Train a bundle and return its files by their path in it: what a worker sends back."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = train_bundle(recipe, Path(folder))
        return {
            path.relative_to(bundle).as_posix(): path.read_bytes()
            for path in bundle.rglob("*")
            if path.is_file()
        }


def write_files(files: dict[str, bytes], folder: Path) -> None:
    """Put the files of a bundle in their place, all or none."""

    def write(draft: Path) -> None:
        for name, content in files.items():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    replace_folder(folder, write, overwrite=True)


def _outcome(bundle_id: str, failures: dict[str, str]) -> str:
    return f"{bundle_id}: {failures.get(bundle_id, 'done')}"
