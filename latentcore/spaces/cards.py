"""The card of a space: what it is, how it was made, and its scores, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from latentcore.spaces.specs import N_DRAWN, CollectionSpec

PLANES = {"umap": "UMAP", "pca": "the first two principal components", "codes": "the codes themselves"}


def space_card(config: Mapping[str, Any], metrics: Mapping[str, Any], collection: CollectionSpec) -> str:
    """Return the card of a space.

    Parameters
    ----------
    config : mapping
        Its ``config.json``.
    metrics : mapping
        Its scores.
    collection : CollectionSpec
        Of its items.
    """
    n, drawn = collection.n_items, min(collection.n_items, N_DRAWN)
    lines = [f"# {_plain(config['title'])}", ""]
    lines += [
        f"{n:,} items of {_plain(collection.title)} with vectors of {config['latent_dim']} dimensions; maps "
        f"draw {drawn:,} of {n:,}" + (", a class-stratified random sample." if drawn < n else "."),
        "",
        f"- Source: {_plain(collection.config['source'])}",
        f"- Distance: {_distance(config)}",
        f"- Plane: {PLANES[config['plane']]}",
        f"- Neighbours: {_neighbours(config['neighbours'])}",
        f"- Licence: {_plain(collection.config['licence'])}",
    ]
    lines += [f"- {_plain(name)}: `{_plain(value)}`" for name, value in config["recipe"].items()]
    notes = [*collection.config["notes"], *config["notes"]]
    lines += ["", *(f"{_plain(note)}  " for note in notes)] if notes else []
    lines += ["", "## Scores", "", "| score | value | n | protocol |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {_value(score)} | {score['n']:,} | {_plain(score['protocol'])} |"
        for name, score in metrics.items()
    ]
    lines += [f"| {name} | not measured | | {_plain(why)} |" for name, why in config["absent"].items()]
    return "\n".join(lines) + "\n"


def _distance(config: Mapping[str, Any]) -> str:
    if config["metric"] == "cosine":
        return "cosine: vectors are scaled to length 1, where Euclidean distance gives the same order"
    return "Euclidean"


def _neighbours(lists: Mapping[str, Any]) -> str:
    if lists["recall"] is None:
        return f"the {lists['k']} nearest of all items, exact"
    return (
        f"the {lists['k']} nearest of all items, by an index of cells: recall@10 {lists['recall']:.3f} "
        f"over {lists['n_checked']:,} random items"
    )


def _value(score: Mapping[str, Any]) -> str:
    value, interval = score["value"], score["interval"]
    if isinstance(value, list):
        return f"{len(value)} numbers"
    return f"{value:.3f}" + (f" ({interval[0]:.3f} to {interval[1]:.3f})" if interval else "")


def _plain(text: object) -> str:
    """Return a text of unknown origin so that Markdown shows it as it is, on one line."""
    line = " ".join(str(text).split())
    for mark in "\\`*_[]<>|$#":
        line = line.replace(mark, f"\\{mark}" if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark])
    return line
