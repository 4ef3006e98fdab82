"""The commands ``latentcore data``: datasets of one's own images."""

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
from latentcore.datasets.own.add import Added, add_dataset
from latentcore.datasets.own.options import AddOptions
from latentcore.datasets.own.stored import OwnDataset, find_own, list_own, own_folder, remove_own
from latentcore.datasets.torchvision_sets import data_folder
from latentcore.exceptions import UnknownNameError
from latentcore.spaces.taken_names import taken_from_datasets

MAX_LISTED = 20
"""Problems that are printed; the others are counted."""

data_app = typer.Typer(no_args_is_help=True, help="Datasets of your own images.")
console = Console()

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the dataset.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@data_app.command("add")
def add_command(
    name: Name,
    source: Annotated[
        Path,
        typer.Argument(help="Folder, zip or tar of pictures, or an npy, npz, idx or Parquet file."),
    ],
    *,
    size: Annotated[
        int | None, typer.Option(help="Pixels per side, 8 to 64: 28 for grey, 32 for RGB.")
    ] = None,
    colour: Annotated[
        Literal["auto", "grey", "rgb"], typer.Option(help="Auto: RGB if any of 200 pictures has colours.")
    ] = "auto",
    fit: Annotated[
        Literal["crop", "pad", "stretch"], typer.Option(help="What becomes of pictures that are not square.")
    ] = "crop",
    channels: Annotated[
        Literal["auto", "first", "last"], typer.Option(help="Axis of the channels in an array.")
    ] = "auto",
    test_share: Annotated[
        float, typer.Option(help="Share of each class held out, where the source has no test split.")
    ] = 0.2,
    seed: Annotated[int, typer.Option(help="Seed of the split.")] = 0,
    limit: Annotated[int | None, typer.Option(help="At most this many images, chosen at random.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first unusable file.")] = False,
) -> None:
    """Add images as a dataset that models can be trained on."""
    options = AddOptions(
        size=size, colour=colour, fit=fit, channels=channels, test_share=test_share, seed=seed, limit=limit,
        strict=strict,
    )  # fmt: skip
    try:
        with Progress(console=error_console) as progress:
            task = progress.add_task("images", total=None)
            added = add_dataset(
                name,
                source,
                data_folder(),
                reserved=taken_from_datasets(),
                options=options,
                on_progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
    except KeyboardInterrupt:
        error_console.print("Stopped; nothing was added.")
        sys.exit(EXIT_INTERRUPTED)
    _print_added(added)


@data_app.command("list")
def list_command(*, as_json: AsJson = False) -> None:
    """List the datasets that were added."""
    found = list_own(data_folder())
    if as_json:
        console.print_json(json.dumps([_summary(own) for own in found]))
        return
    if not found:
        console.print("No datasets were added. Add one with: latentcore data add NAME FOLDER", soft_wrap=True)
        return
    table = Table("dataset", "images", "train", "test", "classes")
    for own in found:
        shape = "x".join(map(str, own.image_shape))
        table.add_row(
            own.name, shape, f"{own.size('train'):,}", f"{own.size('test'):,}", f"{len(own.classes)}"
        )
    console.print(table)


@data_app.command("info")
def info_command(name: Name, *, as_json: AsJson = False) -> None:
    """Show how a dataset was made, and verify its files."""
    own = _found(name)
    own.verify()
    if as_json:
        console.print_json(json.dumps({**_summary(own), "config": dict(own.config)}))
        return
    console.print(f"[bold]{own.name}[/bold] from {own.config['source']}: {own.spec().description}")
    for note in own.config["notes"]:
        console.print(note, markup=False, soft_wrap=True)
    console.print("Classes: " + (", ".join(own.classes) or "none"), markup=False, soft_wrap=True)
    console.print(f"{own.folder}: all files match their checksums.", markup=False, soft_wrap=True)


@data_app.command("remove")
def remove_command(name: Name) -> None:
    """Delete a dataset that was added; models that were trained on it stay."""
    _found(name)
    remove_own(data_folder(), name)
    console.print(f"{name} is removed.")


def _found(name: str) -> OwnDataset:
    own = find_own(data_folder(), name)
    if own is None:
        known = ", ".join(one.name for one in list_own(data_folder())) or "none"
        raise UnknownNameError(f"No dataset {name!r} was added. There is: {known}.")
    return own


def _summary(own: OwnDataset) -> dict[str, object]:
    return {
        "name": own.name,
        "image_shape": list(own.image_shape),
        "classes": list(own.classes),
        "train": own.size("train"),
        "test": own.size("test"),
    }


def _print_added(added: Added) -> None:
    for note in added.notes:
        console.print(note, markup=False, soft_wrap=True)
    for problem in added.problems[:MAX_LISTED]:
        console.print(f"Left out: {problem}", markup=False, soft_wrap=True)
    if len(added.problems) > MAX_LISTED:
        console.print(f"Left out: {len(added.problems) - MAX_LISTED:,} files more.")
    shape = "x".join(map(str, added.image_shape))
    classes = f"{len(added.classes)} classes" if added.classes else "no labels"
    console.print(
        f"{added.name}: {added.n_train:,} train and {added.n_test:,} test images of {shape}, {classes}, "
        f"in {own_folder(data_folder()) / added.name}.",
        markup=False,
        soft_wrap=True,
    )
    if added.classes:
        console.print(f"Next: latentcore train {added.name} vae --latent-dim 2", style="cyan", soft_wrap=True)
