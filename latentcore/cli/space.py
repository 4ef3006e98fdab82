"""The commands ``latentcore space``: spaces of vectors that one already has."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from latentcore.cli.progress import EXIT_INTERRUPTED, error_console
from latentcore.cli.stages import Stages
from latentcore.spaces import SpaceSpec, find_spaces, load_space, remove_space, scan_spaces
from latentcore.spaces.adding.add import Added, add_file
from latentcore.spaces.adding.add_options import AddOptions
from latentcore.spaces.folders import own_spaces
from latentcore.spaces.taken_names import name_conflicts, taken_names
from latentcore.store.owners import owners_of

MAX_LISTED = 20
"""Rows set aside that are printed; the others are counted."""

space_app = typer.Typer(no_args_is_help=True, help="Spaces of your own vectors, without a model.")
console = Console()

Name = Annotated[str, typer.Argument(metavar="NAME", help="Collection, or one space: COLLECTION/SPACE.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@space_app.command("add")
def add_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the collection of items.")],
    file: Annotated[
        Path,
        typer.Argument(
            help="Vectors: parquet, csv, tsv, npy, npz, safetensors, arrow, feather, or a memory map."
        ),
    ],
    *,
    metadata: Annotated[
        Path | None, typer.Option(help="Table with a row per vector: csv, tsv, parquet, arrow.")
    ] = None,
    vector: Annotated[
        list[str] | None,
        typer.Option(
            help="Column of vectors, or a pattern such as 'dim_*'; may be repeated. By default all."
        ),
    ] = None,
    label: Annotated[str | None, typer.Option(help="Column of classes.")] = None,
    text: Annotated[str | None, typer.Option(help="Column of texts.")] = None,
    id_column: Annotated[
        str | None, typer.Option("--id", help="Column of ids; - to number the items.")
    ] = None,
    plane: Annotated[
        Literal["umap", "pca"], typer.Option(help="Plane of the map: UMAP, or principal components (faster).")
    ] = "umap",
    metric: Annotated[
        Literal["euclidean", "cosine"], typer.Option(help="Cosine scales the vectors to length 1.")
    ] = "euclidean",
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Set rows aside that cannot be used, and name them.")
    ] = False,
    header: Annotated[
        bool | None, typer.Option("--header/--no-header", help="Whether a text file has a header.")
    ] = None,
    dim: Annotated[int | None, typer.Option(help="Numbers per vector of a memory map.")] = None,
    dtype: Annotated[
        Literal["float16", "float32", "float64"] | None, typer.Option(help="Type of a memory map.")
    ] = None,
) -> None:
    """Add vectors from a file as one or several spaces of the same items."""
    options = AddOptions(
        metadata=metadata, vectors=tuple(vector or ()), label=label, text=text, id=id_column, plane=plane,
        metric=metric, skip_bad=skip_bad, header=header, latent_dim=dim, dtype=dtype,
    )  # fmt: skip
    try:
        with Progress(console=error_console) as progress:
            added = add_file(name, file, options=options, reserved=taken_names(), on_stage=Stages(progress))
    except KeyboardInterrupt:
        error_console.print("Stopped; nothing was added.")
        sys.exit(EXIT_INTERRUPTED)
    _print_added(name, added)


@space_app.command("list")
def list_command(*, as_json: AsJson = False) -> None:
    """List the spaces that were added, and those that come with the library."""
    specs, problems = scan_spaces()
    specs = [spec for spec in specs if not owners_of(spec.id)]
    for problem in problems:
        error_console.print(f"Skipped {problem.id}: {problem.message}", markup=False, soft_wrap=True)
    for sentence in name_conflicts():
        error_console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    if as_json:
        console.print_json(json.dumps([spec.summary() for spec in specs]))
        return
    if not specs:
        console.print("No spaces. Add one with: latentcore space add NAME FILE", soft_wrap=True)
        return
    table = Table("space", "items", "dimensions", "classes", "plane")
    for spec in specs:
        n_classes = len(spec.collection.classes) - spec.collection.has_unlabelled
        table.add_row(spec.id, f"{spec.n_items:,}", str(spec.latent_dim), str(n_classes), spec.plane)
    console.print(table)


@space_app.command("info")
def info_command(name: Name, *, as_json: AsJson = False) -> None:
    """Show how spaces were made, their columns and scores, and verify their files."""
    specs = find_spaces(name)
    cards = [load_space(spec.id, verify=True).card for spec in specs]
    if as_json:
        shown = [_info(spec) for spec in specs]
        console.print_json(json.dumps(shown[0] if "/" in name else shown))
        return
    for spec, card in zip(specs, cards, strict=True):
        console.print(card, markup=False, highlight=False, soft_wrap=True)
        for column in spec.collection.columns:
            console.print(f"{column.name}: {column.summary}", markup=False, highlight=False, soft_wrap=True)
        console.print(f"{spec.folder}: all files match their checksums.", markup=False, soft_wrap=True)


@space_app.command("remove")
def remove_command(name: Name) -> None:
    """Delete spaces that were added: a whole collection, or one space of it."""
    for removed in remove_space(name):
        console.print(f"{removed} is removed.", markup=False, highlight=False)


def _info(spec: SpaceSpec) -> dict[str, object]:
    return {
        **spec.summary(),
        "absent": dict(spec.absent),
        "config": {key: value for key, value in spec.config.items() if key != "files"},
        "items": {key: value for key, value in spec.collection.config.items() if key != "files"},
    }


def _print_added(name: str, added: Added) -> None:
    for note in added.notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)
    for row in added.set_aside[:MAX_LISTED]:
        console.print(f"Set aside: {row}.", markup=False, highlight=False, soft_wrap=True)
    if len(added.set_aside) > MAX_LISTED:
        console.print(f"Set aside: {len(added.set_aside) - MAX_LISTED:,} rows more.")
    for column in added.columns:
        console.print(f"Column {column}", markup=False, highlight=False, soft_wrap=True)
    classes = f"{len(added.classes)} classes" if added.classes else "no labels"
    folder = own_spaces() / name
    for space, latent_dim in added.spaces:
        console.print(
            f"{space}: {added.n_items:,} items of {latent_dim:,} dimensions, {classes}, in {folder}.",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
