"""The command line ``latentcore``: parses arguments, calls the library, prints."""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from latentcore.bundling import holdout_mse, record_scores, train_bundle
from latentcore.cli_data import data_app
from latentcore.codec.codec import DEFAULT_STEP
from latentcore.codec.commands import compress_path, decompress_path
from latentcore.datasets import DATASETS, dataset_spec, load_dataset
from latentcore.evaluation import compare_scores, evaluate
from latentcore.evaluation.agreement import tolerance_note
from latentcore.evaluation.suite import kind_of
from latentcore.exceptions import BundleError, LatentcoreError
from latentcore.features import train_feature_network
from latentcore.image_index import make_index, save_index
from latentcore.models import MODELS
from latentcore.progress import error_console, training_progress
from latentcore.recipes import make_recipe
from latentcore.store import (
    BundleSpec,
    bundle_folders,
    check_writable,
    load_bundle,
    load_outdated,
    models_folder,
    repack,
    scan_bundles,
)
from latentcore.studies import STUDIES, run_study
from latentcore.zoo import missing_recipes, train_locally, train_on_cluster

USER_ERROR = 2

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Latent spaces of generative models.")
app.add_typer(data_app, name="data")
console = Console()

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
BundleId = Annotated[str, typer.Argument(metavar="ID", help="Bundle, such as digits/vae-d2.")]


def main() -> None:
    """Run the command line; user errors print one sentence and exit with code 2, without a traceback."""
    try:
        app()
    except (LatentcoreError, ValueError) as error:
        error_console.print(f"Error: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(USER_ERROR)


@app.command("list")
def list_command(*, as_json: AsJson = False) -> None:
    """List the bundles in LATENTCORE_MODELS, or those shipped with the library."""
    specs, problems = scan_bundles()
    for problem in problems:
        error_console.print(f"Skipped {problem.id}: {problem.message}", markup=False, soft_wrap=True)
    if as_json:
        _print_json([spec.summary() for spec in specs])
        return
    if not specs:
        console.print(f"No bundles in {models_folder()}. Make one with: latentcore train", soft_wrap=True)
        return
    table = Table("bundle", "family", "dimensions", "test MSE", "5-NN accuracy")
    for spec in specs:
        scores = (spec.metrics.get(name, {}).get("value") for name in ("mse", "knn_accuracy"))
        shown = (f"{value:.4f}" if isinstance(value, float) else "" for value in scores)
        table.add_row(spec.id, spec.family, str(spec.latent_dim), *shown)
    console.print(table)


@app.command()
def info(bundle_id: BundleId, *, as_json: AsJson = False) -> None:
    """Show a bundle's configuration, recipe and scores."""
    spec = load_bundle(bundle_id).spec
    if as_json:
        _print_json({**spec.summary(), "config": dict(spec.config)})
        return
    console.print(f"[bold]{spec.id}[/bold]: {', '.join(sorted(spec.capabilities))}")
    console.print(f"{spec.config['n_parameters']:,} learned numbers; licence {spec.config['licence']}")
    console.print(spec.config["recipe"].get("command", ""), style="cyan", soft_wrap=True, highlight=False)
    _print_scores(spec)


@app.command()
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
    out: Annotated[Path | None, typer.Option(help="Models folder to write into.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing bundle.")] = False,
    holdout: Annotated[
        float | None,
        typer.Option(
            help="Hold out this share of train, fit on the rest, and only print the MSE on the held-out part."
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Train all missing bundles of the zoo, or of the given dataset."),
    ] = False,
    scheduler: Annotated[
        str | None, typer.Option(help="With --all: address of a Dask scheduler to train on.")
    ] = None,
) -> None:
    """Train, evaluate and save one bundle, or all missing ones."""
    root = out or models_folder()
    if everything:
        _train_all(dataset, root, scheduler)
        return
    if dataset is None or model is None or latent_dim is None:
        raise ValueError("Give a dataset, a model and --latent-dim, or --all.")
    if scheduler is not None:
        raise ValueError("--scheduler requires --all.")
    recipe = make_recipe(dataset, model, latent_dim, seeds=tuple(seed) if seed else None, name=name)
    with training_progress() as progress:
        on_event, on_stage = progress.callbacks_for(recipe.id)
        if holdout is not None:
            mse = holdout_mse(recipe, holdout, on_event=on_event)
            console.print(f"{recipe.id}: MSE {mse:.5f} on the {holdout:.0%} of train that was held out.")
            return
        folder = train_bundle(recipe, root, overwrite=overwrite, on_event=on_event, on_stage=on_stage)
    console.print(f"Wrote {folder}", soft_wrap=True)


def _train_all(dataset: str | None, root: Path, scheduler: str | None) -> None:
    if dataset is not None:
        dataset_spec(dataset)
    missing = missing_recipes(root, dataset)
    if not missing:
        console.print(f"Every bundle of the zoo is in {root}.", soft_wrap=True)
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


@app.command()
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


@app.command()
def features(
    dataset: Annotated[str, typer.Argument(help="Dataset of grey 28x28 images, such as mnist.")],
    *,
    out: Annotated[Path | None, typer.Option(help="Models folder to write into.")] = None,
) -> None:
    """Train the feature network of a dataset, on which generated images are evaluated."""
    train_split, test_split = (load_dataset(dataset, split) for split in ("train", "test"))
    with training_progress() as progress:
        on_event, _ = progress.callbacks_for(dataset)
        network = train_feature_network(train_split, test_split, out or models_folder(), on_event=on_event)
    console.print(f"Accuracy {network.metadata['accuracy']:.4f} on {network.metadata['n']:,} test images.")


@app.command("index")
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


@app.command("evaluate")
def evaluate_command(
    bundle_id: BundleId,
    *,
    as_json: AsJson = False,
    record: Annotated[
        bool, typer.Option("--record", help="Write the measured scores into the bundle and its card.")
    ] = False,
) -> None:
    """Measure every score again and compare with the recorded ones; exit code 1 if they differ."""
    bundle = load_bundle(bundle_id)
    if record:
        check_writable(bundle.spec.folder, overwrite=True)
    train_split, test_split = (load_dataset(bundle.spec.dataset, split) for split in ("train", "test"))
    measured = evaluate(bundle.model, train_split, test_split)
    differences = compare_scores(dict(bundle.metrics), measured, tuple(bundle.config["image_shape"]))
    if as_json:
        _print_json({"id": bundle_id, "scores": measured, "differences": differences})
    else:
        _print_scores(bundle.spec, measured)
    for difference in differences:
        error_console.print(f"Differs: {difference}", markup=False, soft_wrap=True)
    if record:
        record_scores(bundle, measured)
        error_console.print(f"Recorded {len(measured)} scores in {bundle.spec.folder}.", soft_wrap=True)
    elif differences:
        raise typer.Exit(1)


@app.command("repack")
def repack_command(
    bundle_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Bundle; by default all that need it.")
    ] = None,
) -> None:
    """Convert bundles of an older format without training; scores and models are unchanged."""
    if bundle_id is not None:
        chosen = [bundle_id]
    else:
        chosen = [name for name in bundle_folders(models_folder()) if not _is_current(name)]
    for name in chosen:
        repack(load_outdated(name))
        console.print(f"Repacked {name}.", highlight=False)
    if not chosen:
        console.print(f"Every bundle in {models_folder()} is up to date.", soft_wrap=True)


def _is_current(bundle_id: str) -> bool:
    try:
        load_bundle(bundle_id)
    except BundleError:
        return False
    return True


@app.command()
def study(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(STUDIES)}.")],
    dataset: Annotated[str, typer.Argument(help=f"One of {', '.join(DATASETS)}.")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="Models folder to read bundles from and write results into.")
    ] = None,
) -> None:
    """Run a study over all bundles of a dataset and write its results beside them."""
    path = run_study(name, dataset, out or models_folder(), on_stage=error_console.print)
    console.print(f"Wrote {path}", soft_wrap=True)


@app.command("app", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def app_command(context: typer.Context) -> None:
    """Open the dashboard, from any folder; further options, such as --server.port 8080, are Streamlit's."""
    found = find_spec("dashboard")
    if found is None or found.origin is None:
        raise LatentcoreError("The dashboard is not installed here; install the project with pip.")
    script = Path(found.origin).with_name("app.py")
    # Replaces this process, so that stopping it stops the server.
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(script), *context.args])  # noqa: S606


ModelOption = Annotated[str, typer.Option("--model", metavar="ID", help="Bundle, such as mnist/vae-d16.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an existing file or folder.")]


@app.command("compress")
def compress_command(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="An npz file with images, or a folder of PNG, JPEG or WebP.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The .lat file to write.")],
    *,
    model: ModelOption,
    step: Annotated[
        float,
        typer.Option(
            help="Quantisation step, in standard deviations of a code; larger steps give smaller files."
        ),
    ] = DEFAULT_STEP,
    force: Force = False,
) -> None:
    """Compress images to a .lat file with a model: quantised, entropy-coded codes, and the images' names."""
    compressed = compress_path(source, out, load_bundle(model), step=step, force=force)
    console.print(
        f"Wrote {out}: {compressed.n:,} images, {compressed.n_bytes:,} bytes, "
        f"{compressed.bits_per_pixel:.3f} bits per pixel, PSNR {compressed.psnr:.1f} dB.",
        soft_wrap=True,
        highlight=False,
    )
    for note in compressed.notes:
        console.print(note, soft_wrap=True, highlight=False, markup=False)


@app.command("decompress")
def decompress_command(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A .lat file.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="An .npz file or a folder of PNG to write.")],
    *,
    force: Force = False,
) -> None:
    """Decompress a .lat file to images with their stored names, or numbered in the same order."""
    n = decompress_path(source, out, force=force)
    console.print(f"Wrote {out}: {n:,} images.", soft_wrap=True, highlight=False)


def _print_scores(spec: BundleSpec, measured: dict[str, Any] | None = None) -> None:
    """Print the recorded scores with n and interval, and newly measured ones beside them."""
    table = Table("score", "recorded", *(["measured now"] if measured else []), "interval", "n", "protocol")
    shape = tuple(spec.config["image_shape"])
    for name, score in spec.metrics.items():
        fresh = [_number(measured.get(name, {}).get("value"))] if measured else []
        interval = score.get("interval")
        between = f"{_number(interval[0])} to {_number(interval[1])}" if interval else ""
        table.add_row(
            name,
            _number(score.get("value")),
            *fresh,
            between,
            str(score.get("n", "")),
            f"{score.get('protocol', '')} {tolerance_note(kind_of(name, shape), score)}",
        )
    console.print(table)


def _number(value: float | list[float] | None) -> str:
    if value is None:
        return ""
    return ", ".join(f"{v:.3g}" for v in value) if isinstance(value, list) else f"{value:.4g}"


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=1, allow_nan=False) + "\n")
