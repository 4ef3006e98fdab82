"""The commands that list, show, evaluate and study bundles, and the program that all commands belong to."""

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

from latentcore.bundling import record_scores
from latentcore.cli.archive import export_command, import_command
from latentcore.cli.codec import compress_command, decompress_command
from latentcore.cli.data import data_app
from latentcore.cli.progress import error_console
from latentcore.cli.space import space_app
from latentcore.cli.space_ratings import factorise_command, fetch_command
from latentcore.cli.space_texts import embed_command, make_command
from latentcore.cli.train import features, fetch, index_command, record_command, train
from latentcore.datasets import DATASETS, load_dataset
from latentcore.evaluation import compare_scores, evaluate
from latentcore.evaluation.agreement import tolerance_note
from latentcore.evaluation.suite import kind_of
from latentcore.exceptions import BundleError, LatentcoreError
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

USER_ERROR = 2

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Latent spaces of generative models.")
app.add_typer(data_app, name="data")
app.add_typer(space_app, name="space")
space_app.command("embed")(embed_command)
space_app.command("factorise")(factorise_command)
space_app.command("fetch")(fetch_command)
space_app.command("make")(make_command)
app.command("train")(train)
app.command("fetch")(fetch)
app.command("record")(record_command)
app.command("features")(features)
app.command("index")(index_command)
app.command("export")(export_command)
app.command("import")(import_command)
app.command("compress")(compress_command)
app.command("decompress")(decompress_command)
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
