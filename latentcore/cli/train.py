"""Commands that make things: bundles, feature networks, image indexes, and datasets on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from latentcore.bundling import train_bundle
from latentcore.bundling.fitting import record_formation
from latentcore.cli.progress import error_console, training_progress
from latentcore.datasets import DATASETS, dataset_spec, load_dataset
from latentcore.features import train_feature_network
from latentcore.image_index import make_index, save_index
from latentcore.models import MODELS
from latentcore.recipes import Recipe, checkpoint_folder, make_recipe
from latentcore.recipes.grid import grid_recipes
from latentcore.recipes.holdout import holdout_mse
from latentcore.recipes.overrides import read_overrides
from latentcore.store import load_bundle, models_folder
from latentcore.store.names import check_chosen_name
from latentcore.zoo import missing_of, missing_recipes, train_locally, train_on_cluster

console = Console()


def train(
    dataset: Annotated[
        str | None, typer.Argument(help=f"One of {', '.join(DATASETS)}, or a dataset that was added.")
    ] = None,
    model: Annotated[str | None, typer.Argument(help=f"One of {', '.join(MODELS)}.")] = None,
    latent_dim: Annotated[int | None, typer.Option(help="Number of latent dimensions.")] = None,
    *,
    seed: Annotated[
        list[int] | None,
        typer.Option(
            help="Seed of weights, batches and noise. If given several times, a model is trained with each, "
            "and the one with the lowest validation error is kept.",
        ),
    ] = None,
    name: Annotated[
        str,
        typer.Option(
            help="Name of the bundle, for a variant beside the one of the same family and dimension."
        ),
    ] = "",
    minutes: Annotated[
        float | None,
        typer.Option(
            help="About how long to train, in place of the recipe's number of epochs, which a short trial on "
            "this machine then decides."
        ),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="A setting of the family in place of the recipe's, such as n_epochs=20, beta=4 or "
            "hidden=128,64; several times for several.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Models folder to write into.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing bundle.")] = False,
    record: Annotated[
        bool,
        typer.Option("--record", help="Record how the latent space forms, for the player on Explore."),
    ] = False,
    holdout: Annotated[
        float | None,
        typer.Option(
            help="Hold out this share of train, fit on the rest, and only print the MSE on the held-out part."
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Keep a checkpoint while training, every 20 seconds at the end of an epoch, and go on from "
            "it if there is one: after Ctrl-C or a crash, the same command ends in the same model. It is "
            "in DATASET/_checkpoint-NAME of the models folder, and removed once the bundle is written.",
        ),
    ] = False,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Train all missing bundles of the zoo, or of the given dataset."),
    ] = False,
    grid: Annotated[
        str | None,
        typer.Option(
            help='Train the missing bundles of several models by several latent dimensions, as "ae,vae x '
            '2,4,8,16"; Compare then plots a score against the dimension.',
        ),
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="With --all or --grid: address of a Dask scheduler to train on.")
    ] = None,
) -> None:
    """Train, evaluate and save one bundle, or all missing ones."""
    root = out or models_folder()
    if resume and (grid is not None or holdout is not None):
        raise ValueError("--resume applies to one bundle, not to --grid or --holdout.")
    if grid is not None:
        if dataset is None or model is not None or latent_dim is not None or everything:
            raise ValueError("Give a dataset and --grid, without model, --latent-dim and --all.")
        dataset_spec(dataset)
        _train_many(missing_of(grid_recipes(dataset, grid, minutes=minutes), root), root, scheduler)
        return
    if everything:
        single = {"--set": setting, "--minutes": minutes, "--resume": resume}
        if given := [option for option, value in single.items() if value]:
            raise ValueError(f"{given[0]} applies to one bundle, not to --all.")
        _train_all(dataset, root, scheduler)
        return
    if dataset is None or model is None or latent_dim is None:
        raise ValueError("Give a dataset, a model and --latent-dim, or --all.")
    if scheduler is not None:
        raise ValueError("--scheduler requires --all or --grid.")
    if name:
        check_chosen_name(name)
    seeds = tuple(seed) if seed else None
    overrides = read_overrides(model, setting or ())
    recipe = make_recipe(
        dataset, model, latent_dim, seeds=seeds, name=name, minutes=minutes, overrides=overrides
    )
    with training_progress() as progress:
        on_event, on_stage = progress.callbacks_for(recipe.id)
        if holdout is not None:
            mse = holdout_mse(recipe, holdout, on_event=on_event)
            console.print(f"{recipe.id}: MSE {mse:.5f} on the {holdout:.0%} of train that was held out.")
            return
        folder = train_bundle(
            recipe,
            root,
            overwrite=overwrite,
            record=record,
            on_event=on_event,
            on_stage=on_stage,
            checkpoints=checkpoint_folder(root, recipe) if resume else None,
        )
    console.print(f"Wrote {folder}", soft_wrap=True)


def _train_all(dataset: str | None, root: Path, scheduler: str | None) -> None:
    if dataset is not None:
        dataset_spec(dataset)
    _train_many(missing_recipes(root, dataset), root, scheduler)


def _train_many(missing: list[Recipe], root: Path, scheduler: str | None) -> None:
    if not missing:
        console.print(f"Every bundle that was asked for is in {root}.", soft_wrap=True)
        return
    with training_progress() as progress:
        done = progress.overall(len(missing))
        if scheduler is None:
            failures = train_locally(missing, root, progress.callbacks_for, done)
        else:
            failures = train_on_cluster(missing, root, scheduler, done)
    console.print(
        f"Wrote {len(missing) - len(failures)} of {len(missing)} bundles to {root}.", soft_wrap=True
    )
    for bundle_id, message in failures.items():
        error_console.print(f"{bundle_id}: {message}", style="red", markup=False, soft_wrap=True)
    if failures:
        raise typer.Exit(1)


def record_command(
    bundle_id: Annotated[str, typer.Argument(metavar="ID", help="Bundle, such as digits/vae-d2.")],
) -> None:
    """Train a bundle's model once more to record how its space forms; the bundle's model and scores stay."""
    bundle = load_bundle(bundle_id)
    with training_progress() as progress:
        on_event, _ = progress.callbacks_for(bundle_id)
        is_same = record_formation(bundle, on_event=on_event)
    which = "the very weights" if is_same else "other weights, and is marked as a second run"
    console.print(f"Recorded {bundle_id}: the training ended in {which}.", soft_wrap=True, highlight=False)


def fetch(
    dataset: Annotated[str, typer.Argument(help="Dataset, such as mnist.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Download even if the files exist.")] = False,
) -> None:
    """Download a dataset into LATENTCORE_DATA, or the user's cache folder."""
    spec = dataset_spec(dataset)
    if spec.fetch is None or (spec.is_present() and not force):
        console.print(f"{spec.title} is here already: nothing to download.")
        return
    folder = spec.fetch(None)  # torchvision shows its own progress bar
    console.print(f"{spec.title} is in {folder}.", soft_wrap=True)


def features(
    dataset: Annotated[
        str, typer.Argument(help="Labelled dataset of 16 to 32 pixels per side, such as mnist.")
    ],
    *,
    out: Annotated[Path | None, typer.Option(help="Models folder to write into.")] = None,
) -> None:
    """Train the feature network of a dataset, on which generated images are evaluated."""
    train_split, test_split = (load_dataset(dataset, split) for split in ("train", "test"))
    with training_progress() as progress:
        on_event, _ = progress.callbacks_for(dataset)
        network = train_feature_network(train_split, test_split, out or models_folder(), on_event=on_event)
    console.print(f"Accuracy {network.metadata['accuracy']:.4f} on {network.metadata['n']:,} test images.")


def index_command(
    dataset: Annotated[str, typer.Argument(help=f"One of {', '.join(DATASETS)}.")],
    *,
    out: Annotated[Path | None, typer.Option(help="Models folder to write into.")] = None,
) -> None:
    """Build the image index of a dataset, which finds the nearest train images of any image."""
    train_split, test_split = (load_dataset(dataset, split) for split in ("train", "test"))
    index = make_index(train_split, test_split)
    folder = save_index(index, out or models_folder(), n_train=len(train_split))
    console.print(f"Wrote {folder}: {len(index.indices):,} train images.", soft_wrap=True, highlight=False)
