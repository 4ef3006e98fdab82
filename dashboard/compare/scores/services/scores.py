"""The scores of bundles as a table: values, intervals, ranks, budgets, and the words for what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from dashboard.data.catalogue import catalogue, family_title
from latentcore.datasets import dataset_spec
from latentcore.evaluation.agreement import tolerance_note
from latentcore.evaluation.suite import GROUPS, SUITE, Better, Measure, absent_reason, kind_of
from latentcore.store import BundleSpec
from latentcore.studies import read_study

__all__ = ["GROUPS", "SUITE", "Better", "Measure"]

REAL = "Real images"
BUDGETS = ("dimensions", "parameters", "epochs", "CPU time")
CLOSE = {"dimensions": 1.0, "parameters": 1.25, "epochs": 1.25, "CPU time": 1.5}
"""Largest factor between two budgets that count as equal."""


@dataclass(frozen=True)
class Cell:
    """One score of one model.

    Attributes
    ----------
    value : float or None
        None where there is no score; then `reason` says why.
    interval : (float, float) or None
    n : int
    seed : int or None
    protocol : str
        With how far the score may differ when it is measured elsewhere.
    reason : str
    """

    value: float | None
    interval: tuple[float, float] | None = None
    n: int = 0
    seed: int | None = None
    protocol: str = ""
    reason: str = ""

    @property
    def ends(self) -> tuple[float, float]:
        """The interval, or the value twice."""
        assert self.value is not None  # noqa: S101 - asked of cells with a value only
        return self.interval or (self.value, self.value)


@dataclass(frozen=True)
class Row:
    """All scores of one model, and what they cost.

    Attributes
    ----------
    id : str
        Bundle id; "" for real images.
    title : str
    budget : dict of str to float
        By the names in `BUDGETS`; CPU time in seconds. Empty for real images.
    cells : dict of str to Cell
        By the name of the measure.
    seeds : list of dict
        Scores of the same recipe by training seed.
    """

    id: str
    title: str
    budget: Mapping[str, float]
    cells: Mapping[str, Cell]
    seeds: Sequence[Mapping[str, Any]]


def score_rows(ids: Sequence[str]) -> list[Row]:
    """Return a row a bundle, in order."""
    specs = catalogue().specs
    return [_row(specs[bundle_id]) for bundle_id in ids if bundle_id in specs]


@st.cache_resource(max_entries=8, ttl=60, show_spinner=False)
def real_row(dataset: str) -> Row | None:
    """Return what real images score, or None where that was not measured.

    Raises
    ------
    LatentcoreError
        If the study's file is damaged.
    """
    study = read_study(dataset, "real")
    if study is None:
        return None
    cells = {
        measure.name: _cell(measure.name, study.found[measure.name], dataset_spec(dataset).image_shape)
        if measure.name in study.found
        else Cell(None, reason="of models only")
        for measure in SUITE
    }
    return Row("", REAL, {}, cells, [])


def measures_of(group: str, rows: Sequence[Row]) -> list[Measure]:
    """Return the measures of a group that at least one model has."""
    return [
        measure
        for measure in SUITE
        if measure.group == group and any(row.cells[measure.name].value is not None for row in rows)
    ]


def ranks(measure: Measure, rows: Sequence[Row]) -> dict[str, int]:
    """Return the rank of each model by bundle id: 1 and how many are better beyond both intervals.

    Models whose intervals overlap with those of the best share the first rank. Measures that rank nothing
    give none.
    """
    if measure.better is Better.NEITHER:
        return {}
    spans = {row.id: _losses(measure, row.cells[measure.name]) for row in rows}
    known = {name: span for name, span in spans.items() if span is not None}
    return {name: 1 + sum(other[1] < span[0] for other in known.values()) for name, span in known.items()}


def pareto_front(horizontal: Measure, vertical: Measure, rows: Sequence[Row]) -> list[str]:
    """Return the ids of the models that no other one beats in both measures beyond the intervals."""
    spans = {}
    for row in rows:
        both = [_losses(measure, row.cells[measure.name]) for measure in (horizontal, vertical)]
        if None not in both:
            spans[row.id] = np.array(both)  # (2, 2): smallest and largest loss of each measure
    return [
        name
        for name, span in spans.items()
        if not any((rival[:, 1] < span[:, 0]).all() for rival in spans.values())
    ]


def within_budget(rows: Sequence[Row], anchor: str, names: Sequence[str]) -> list[Row]:
    """Return the rows whose budgets of these names equal the anchor's, to the factors in `CLOSE`."""
    wanted = next(row.budget for row in rows if row.id == anchor)

    def fits(row: Row) -> bool:
        for name in names:
            one, other = sorted((row.budget[name], wanted[name]))
            if other > CLOSE[name] * max(one, 1e-9):
                return False
        return True

    return [row for row in rows if fits(row)]


def _row(spec: BundleSpec) -> Row:
    recipe = spec.config["recipe"]
    return Row(
        id=spec.id,
        title=f"{family_title(spec.family)}, {spec.latent_dim}-D",
        budget={
            "dimensions": float(spec.latent_dim),
            "parameters": float(spec.config["n_parameters"]),
            "epochs": float(_epochs(spec.config["settings"])),
            "CPU time": float(recipe.get("cpu_seconds", 0.0)),
        },
        cells={
            measure.name: _cell(measure.name, spec.metrics[measure.name], tuple(spec.config["image_shape"]))
            if measure.name in spec.metrics
            else Cell(None, reason=absent_reason(measure, spec))
            for measure in SUITE
        },
        seeds=recipe.get("by_seed", []),
    )


def _epochs(settings: Mapping[str, Any]) -> int:
    """Return how many passes over the data a training took; 0 for what is solved in closed form."""
    return int(settings.get("n_epochs", 0)) + int(settings.get("inversion_epochs", 0))


def _cell(name: str, score: Mapping[str, Any], image_shape: tuple[int, ...]) -> Cell:
    interval = score.get("interval")
    return Cell(
        value=float(score["value"]),
        interval=(float(interval[0]), float(interval[1])) if interval else None,
        n=int(score["n"]),
        seed=score["seed"],
        protocol=f"{score['protocol']} {tolerance_note(kind_of(name, image_shape), score)}",
    )


def _loss(measure: Measure, value: float | None) -> float | None:
    """Return a number that is smaller the better a value is."""
    if value is None:
        return None
    return {
        Better.LOWER: value,
        Better.HIGHER: -value,
        Better.HALF: abs(value - 0.5),
        Better.NEITHER: value,
    }[measure.better]


def _losses(measure: Measure, cell: Cell) -> tuple[float, float] | None:
    """Return the smallest and the largest loss within a cell's interval."""
    if cell.value is None:
        return None
    low, high = cell.ends
    if measure.better is Better.HALF and low < 0.5 < high:
        return 0.0, max(0.5 - low, high - 0.5)
    one, other = (_loss(measure, end) for end in (low, high))
    assert one is not None and other is not None  # noqa: S101, PT018 - both ends are numbers
    return min(one, other), max(one, other)
