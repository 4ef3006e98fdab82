"""The command line: parses, calls, prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from latentcore.datasets import load_dataset
from latentcore.evaluation import compare_scores, evaluate
from latentcore.recipes import hold_out_mse, make_recipe, train_bundle
from latentcore.store import BundleSpec, load_bundle, models_folder, scan_bundles
from latentcore.training import EpochEnd
from latentcore.types import LatentcoreError

USER_ERROR = 2
INTERRUPTED = 130

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Latent spaces of generative models.")
console = Console()
errors = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of a table.")]
BundleId = Annotated[str, typer.Argument(metavar="ID", help="Bundle, such as digits/vae-d2.")]


def main() -> None:
    """Run the command line; a user's mistake ends in one sentence and exit code 2, without a traceback."""
    try:
        app()
    except (LatentcoreError, ValueError) as error:
        errors.print(f"Error: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(USER_ERROR)
    except KeyboardInterrupt:
        errors.print("Stopped. Nothing was written.")
        sys.exit(INTERRUPTED)


@app.command("list")
def list_command(*, as_json: AsJson = False) -> None:
    """List the bundles in LATENTCORE_MODELS, or those that ship with the library."""
    specs, problems = scan_bundles()
    for problem in problems:
        errors.print(f"Skipped {problem.id}: {problem.message}", markup=False, soft_wrap=True)
    if as_json:
        _print_json([spec.facts() for spec in specs])
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
    """Show a bundle's configuration, recipe and every score."""
    spec = load_bundle(bundle_id).spec
    if as_json:
        _print_json({**spec.facts(), "config": dict(spec.config)})
        return
    console.print(f"[bold]{spec.id}[/bold]: {', '.join(sorted(spec.capabilities))}")
    console.print(f"{spec.config['n_parameters']:,} learned numbers; licence {spec.config['licence']}")
    console.print(spec.config["recipe"].get("command", ""), style="cyan", soft_wrap=True, highlight=False)
    _print_scores(spec)


@app.command()
def train(
    dataset: Annotated[str, typer.Argument(help="Dataset, such as digits.")],
    model: Annotated[str, typer.Argument(help="Family: pca, lda, ae, vae or gan.")],
    latent_dim: Annotated[int, typer.Option(help="Number of code dimensions.")],
    *,
    seed: Annotated[int, typer.Option(help="Seed of weights, batches and noise.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Models folder to write into.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a bundle that is there.")] = False,
    holdout: Annotated[
        float | None,
        typer.Option(
            help="Only fit without this share of train and print the MSE on it: for choosing settings."
        ),
    ] = None,
) -> None:
    """Train, evaluate and save one bundle."""
    recipe = make_recipe(dataset, model, latent_dim, seed=seed)
    with _progress(recipe.id) as (on_event, on_stage):
        if holdout is not None:
            mse = hold_out_mse(recipe, holdout, on_event=on_event)
            console.print(f"{recipe.id}: MSE {mse:.5f} on the {holdout:.0%} of train that was held out.")
            return
        folder = train_bundle(
            recipe, out or models_folder(), overwrite=overwrite, on_event=on_event, on_stage=on_stage
        )
    console.print(f"Wrote {folder}", soft_wrap=True)


@app.command("evaluate")
def evaluate_command(bundle_id: BundleId, *, as_json: AsJson = False) -> None:
    """Measure every score again and compare with what the bundle records; exit code 1 if they differ."""
    bundle = load_bundle(bundle_id)
    train_split, test_split = (load_dataset(bundle.spec.dataset, split) for split in ("train", "test"))
    measured = evaluate(bundle.model, train_split, test_split)
    differences = compare_scores(dict(bundle.metrics), measured)
    if as_json:
        _print_json({"id": bundle_id, "scores": measured, "differences": differences})
    else:
        _print_scores(bundle.spec, measured)
    for difference in differences:
        errors.print(f"Differs: {difference}", markup=False, soft_wrap=True)
    if differences:
        raise typer.Exit(1)


@contextmanager
def _progress(title: str) -> Iterator[tuple[Callable[[EpochEnd], None], Callable[[str], None]]]:
    """Show a bar with losses and time left; yields the receivers of epochs and of stages."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[losses]}"),
    )
    with Progress(*columns, console=errors) as progress:
        tasks: dict[str, TaskID] = {}

        def on_event(event: EpochEnd) -> None:
            if event.phase not in tasks:
                tasks[event.phase] = progress.add_task(f"{title} {event.phase}", losses="")
            losses = "  ".join(f"{name} {loss:.4g}" for name, loss in event.losses.items())
            progress.update(tasks[event.phase], total=event.n_epochs, completed=event.epoch, losses=losses)

        def on_stage(stage: str) -> None:
            progress.console.print(f"{title}: {stage}", highlight=False)

        yield on_event, on_stage


def _print_scores(spec: BundleSpec, measured: dict[str, Any] | None = None) -> None:
    """Print the scores with n and interval; with fresh ones beside the recorded."""
    table = Table(
        "score", "recorded", *(["measured now"] if measured else []), "95% interval", "n", "protocol"
    )
    for name, score in spec.metrics.items():
        fresh = [_number(measured.get(name, {}).get("value"))] if measured else []
        interval = score.get("interval")
        between = f"{interval[0]:.4g} to {interval[1]:.4g}" if interval else ""
        table.add_row(
            name,
            _number(score.get("value")),
            *fresh,
            between,
            str(score.get("n", "")),
            score.get("protocol", ""),
        )
    console.print(table)


def _number(value: float | list[float] | None) -> str:
    if value is None:
        return ""
    return ", ".join(f"{v:.3g}" for v in value) if isinstance(value, list) else f"{value:.4g}"


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=1, allow_nan=False) + "\n")
