"""The commands of ``latentcore space`` that begin with ratings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from latentcore.cli.stages import stages
from latentcore.recommendation.factorising import Factorised, FactoriseOptions, factorise
from latentcore.recommendation.fetching import SOURCES, fetch_ratings, find_source
from latentcore.recommendation.reading import read_ratings
from latentcore.spaces.folders import own_spaces
from latentcore.spaces.taken_names import taken_names
from latentcore.spaces.writing import check_new

console = Console()
LatentDim = Annotated[int, typer.Option(help="Dimensions of the factors, 2 to 64.")]
Plane = Annotated[
    Literal["umap", "pca"], typer.Option(help="Plane of the map: UMAP, or principal components (faster).")
]


def factorise_command(
    ratings: Annotated[
        Path,
        typer.Argument(help="Ratings: ratings.csv, u.data, ratings.dat, a folder with one, or any table."),
    ],
    *,
    name: Annotated[str, typer.Option(help="Name of the collection of items.")],
    latent_dim: LatentDim = 16,
    items: Annotated[
        Path | None,
        typer.Option(help="Table of the items with titles and genres; by default MovieLens' one beside."),
    ] = None,
    user: Annotated[str | None, typer.Option(help="Column of users.")] = None,
    item: Annotated[str | None, typer.Option(help="Column of items.")] = None,
    rating: Annotated[str | None, typer.Option(help="Column of ratings.")] = None,
    from_rating: Annotated[float | None, typer.Option(help="Leave lower ratings out.")] = None,
    plane: Plane = "umap",
) -> None:
    """Fit factors to ratings of items by users, and add the items as a space."""
    _check_new(name)
    with stages() as on_stage:
        read = read_ratings(ratings, user=user, item=item, rating=rating, from_rating=from_rating)
        options = FactoriseOptions(
            latent_dim=latent_dim, items=items, plane=plane, source=ratings.name,
            command=f"latentcore space factorise {ratings.name} --name {name} --latent-dim {latent_dim}",
        )  # fmt: skip
        made = factorise(name, read, options=options, source=ratings, on_stage=on_stage)
    print_factorised(made)


def fetch_command(
    source: Annotated[str, typer.Argument(help=f"One of {', '.join(SOURCES)}.")],
    *,
    name: Annotated[str | None, typer.Option(help="Name of the collection; by default the source's.")] = None,
    latent_dim: LatentDim = 16,
    address: Annotated[
        str | None, typer.Option(help="Address of the zip file, where it is not the publisher's.")
    ] = None,
    plane: Plane = "umap",
) -> None:
    """Download published ratings, fit factors to them, and add the items as a space."""
    found = find_source(source)
    found = found if address is None else replace(found, address=address)
    name = name or source
    _check_new(name)
    options = FactoriseOptions(
        latent_dim=latent_dim, plane=plane,
        command=f"latentcore space fetch {source} --latent-dim {latent_dim}",
    )  # fmt: skip
    with stages() as on_stage:
        made = fetch_ratings(name, found, options=options, on_stage=on_stage)
    print_factorised(made)


def _check_new(name: str) -> None:
    check_new(name, own_spaces(), taken_names())


def print_factorised(made: Factorised) -> None:
    """Print what was recognised and how well held-out ratings are predicted."""
    for note in made.notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)
    table = Table("recommended are", "recall@10", "NDCG@10")
    for what, suffix in (
        ("by factors", ""),
        ("the most popular", "_popularity"),
        ("random items", "_chance"),
    ):
        cells = (made.scores[f"{score}_at_10{suffix}"] for score in ("recall", "ndcg"))
        table.add_row(what, *(_with_interval(cell) for cell in cells))
    console.print(table)
    console.print(f"Added {made.id}, in {own_spaces()}.", markup=False, highlight=False, soft_wrap=True)


def _with_interval(score: dict[str, Any]) -> str:
    low, high = score["interval"]
    return f"{score['value']:.3f} ({low:.3f} to {high:.3f})"
