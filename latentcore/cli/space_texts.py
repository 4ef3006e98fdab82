"""The commands ``latentcore space embed`` and ``make``: texts as a space, and the shipped spaces again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from latentcore.cli.stages import stages
from latentcore.shipped_spaces import SHIPPED, make_spaces
from latentcore.spaces import find_collection
from latentcore.spaces.adding.new_codes import space_names
from latentcore.spaces.folders import collection_folders, own_spaces, shipped_spaces
from latentcore.spaces.taken_names import taken_names
from latentcore.spaces.writing import check_new
from latentcore.texts.embedding import EmbedOptions, embed_collection, embed_table
from latentcore.texts.encoders import load_encoder

console = Console()


def embed_command(
    table: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="Table of texts: csv, tsv, parquet, arrow; or a collection that was added, which gets one "
            "more space.",
        ),
    ],
    *,
    text: Annotated[str, typer.Option(help="Column of the texts.")],
    encoder: Annotated[
        str, typer.Option(help="wordllama, tfidf, or a sentence Transformer: its folder, or name on the hub.")
    ] = "wordllama",
    name: Annotated[
        str | None, typer.Option(help="Name of the collection; by default that of the file.")
    ] = None,
    label: Annotated[str | None, typer.Option(help="Column of classes.")] = None,
    id_column: Annotated[
        str | None, typer.Option("--id", help="Column of ids; - to number the items.")
    ] = None,
    plane: Annotated[
        Literal["umap", "pca"], typer.Option(help="Plane of the map: UMAP, or principal components (faster).")
    ] = "umap",
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave rows without a text out.")] = False,
) -> None:
    """Turn a column of texts into vectors and add them as a space."""
    path = Path(table)
    command = f"latentcore space embed {path.name} --text {text} --encoder {encoder}"
    options = EmbedOptions(
        text=text, label=label, id=id_column, plane=plane, skip_bad=skip_bad, command=command
    )
    is_collection = not path.exists() and table in collection_folders(own_spaces())
    name = table if is_collection else name or space_names([path.stem])[0]
    if not is_collection:
        check_new(name, own_spaces(), taken_names())
    with stages() as on_stage:
        on_stage("encoder", 0, None)
        loaded = load_encoder(encoder)
        if is_collection:
            made = embed_collection(find_collection(name), loaded, options, on_stage=on_stage)
        else:
            made = embed_table(name, path, loaded, options, on_stage=on_stage)
    for note in made.notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"{made.id}: {made.n_items:,} texts of {made.latent_dim:,} dimensions, in {own_spaces() / name}.",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def make_command(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(SHIPPED)}.")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="Folder of collections; by default that of the shipped ones.")
    ] = None,
    encoder: Annotated[
        str | None, typer.Option(help="Folder of a sentence Transformer: one more space of the texts.")
    ] = None,
) -> None:
    """Make a collection again that comes with the library."""
    with stages() as on_stage:
        made = make_spaces(name, out or shipped_spaces(), encoder=encoder, on_stage=on_stage)
    for space in made:
        console.print(f"Made {space}.", markup=False, highlight=False)
