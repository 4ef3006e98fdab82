"""Load the scores of bundles and of real images as rows of the scoreboard; filter rows by budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import streamlit as st

from dashboard.data.catalogue import catalogue
from dashboard.data.items.spaces import SpaceSpec
from dashboard.data.ownership import dataset_spec
from latentcore.evaluation.agreement import tolerance_note
from latentcore.evaluation.suite import GROUPS, SUITE, Better, Measure, absent_reason, kind_of
from latentcore.store import BundleSpec
from latentcore.studies import read_study

__all__ = ["GROUPS", "SUITE", "Better", "Measure"]

REAL_IMAGES = "Real images"
BUDGETS = ("dimensions", "parameters", "epochs", "CPU time")
MAX_BUDGET_RATIO = {"dimensions": 1.0, "parameters": 1.25, "epochs": 1.25, "CPU time": 1.5}
"""Largest ratio of two budgets that count as equal."""


@dataclass(frozen=True)
class Score:
    """A measured score.

    Attributes
    ----------
    value : float
    interval : (float, float) or None
        None where the value is exact.
    n : int
        Sample size.
    seed : int or None
    protocol : str
        How it was measured, and how much it may differ on another machine.
    """

    value: float
    interval: tuple[float, float] | None = None
    n: int = 0
    seed: int | None = None
    protocol: str = ""

    @property
    def bounds(self) -> tuple[float, float]:
        """The interval; the value twice where the value is exact."""
        return self.interval or (self.value, self.value)


@dataclass(frozen=True)
class MissingScore:
    """Stands for a score that a model does not have.

    Attributes
    ----------
    reason : str
        Why it is missing, in a few words.
    """

    reason: str


Cell: TypeAlias = Score | MissingScore


@dataclass(frozen=True)
class Row:
    """All scores and budgets of one model.

    Attributes
    ----------
    id : str
        Bundle id; "" for real images.
    title : str
    budget : dict of str to float
        By the names in `BUDGETS`; CPU time in seconds. Empty for real images.
    cells : dict of str to Score or MissingScore
        By name of the measure.
    by_training_seed : list of dict
        One dict of scores by name per training seed of the recipe.
    """

    id: str
    title: str
    budget: Mapping[str, float]
    cells: Mapping[str, Cell]
    by_training_seed: Sequence[Mapping[str, float]]

    def score(self, measure: Measure) -> Score | None:
        """Return the score of a measure, or None if it is missing."""
        cell = self.cells[measure.name]
        return cell if isinstance(cell, Score) else None

    def missing_reason(self, measure: Measure) -> str:
        """Return why the score of a measure is missing; empty if it is not."""
        cell = self.cells[measure.name]
        return cell.reason if isinstance(cell, MissingScore) else ""


def score_rows(ids: Sequence[str]) -> list[Row]:
    """Return one row per bundle or space, in order."""
    found = catalogue()
    return [
        _bundle_row(found.specs[one]) if one in found.specs else _space_row(found.spaces[one])
        for one in ids
        if one in found.specs or one in found.spaces
    ]


def space_scores(space_id: str) -> dict[str, Score]:
    """Return the scores of a space that are no part of the suite, by name, such as those of its plane."""
    spec = catalogue().spaces[space_id]
    known = {measure.name for measure in SUITE}
    return {name: read_score(entry) for name, entry in spec.metrics.items() if name not in known}


@st.cache_resource(max_entries=8, ttl=60, show_spinner=False)
def real_row(dataset: str) -> Row | None:
    """Return the scores of real images in the place of samples, or None if they were not measured.

    Raises
    ------
    LatentcoreError
        If the study's file is damaged.
    """
    study = read_study(dataset, "real")
    if study is None:
        return None
    cells: dict[str, Cell] = {
        measure.name: _stored_score(
            measure.name, study.found[measure.name], dataset_spec(dataset).image_shape
        )
        if measure.name in study.found
        else MissingScore("needs a model")
        for measure in SUITE
    }
    return Row("", REAL_IMAGES, {}, cells, [])


def measures_of(group: str, rows: Sequence[Row]) -> list[Measure]:
    """Return the measures of a group for which at least one row has a score."""
    return [
        measure
        for measure in SUITE
        if measure.group == group and any(row.score(measure) is not None for row in rows)
    ]


def within_budget(rows: Sequence[Row], reference: str, names: Sequence[str]) -> list[Row]:
    """Return the rows whose budgets equal those of a reference model, up to `MAX_BUDGET_RATIO`.

    Parameters
    ----------
    rows : sequence of Row
    reference : str
        Bundle id of the reference model, one of the rows.
    names : sequence of str
        Budgets that must match, of `BUDGETS`.
    """
    wanted = next(row.budget for row in rows if row.id == reference)

    def matches(row: Row) -> bool:
        for name in names:
            smaller, larger = sorted((row.budget[name], wanted[name]))
            if larger > MAX_BUDGET_RATIO[name] * max(smaller, 1e-9):
                return False
        return True

    return [row for row in rows if matches(row)]


def read_score(entry: Mapping[str, Any], agreement: str = "") -> Score:
    """Return one entry of ``metrics.json`` as a `Score`; `agreement` is appended to its protocol."""
    interval = entry.get("interval")
    return Score(
        value=float(entry["value"]),
        interval=(float(interval[0]), float(interval[1])) if interval else None,
        n=int(entry["n"]),
        seed=entry["seed"],
        protocol=f"{entry['protocol']} {agreement}".strip(),
    )


def _bundle_row(spec: BundleSpec) -> Row:
    recipe = spec.config["recipe"]
    cells: dict[str, Cell] = {
        measure.name: _stored_score(
            measure.name, spec.metrics[measure.name], tuple(spec.config["image_shape"])
        )
        if measure.name in spec.metrics
        else MissingScore(absent_reason(measure, spec))
        for measure in SUITE
    }
    return Row(
        id=spec.id,
        title=spec.title,
        budget={
            "dimensions": float(spec.latent_dim),
            "parameters": float(spec.config["n_parameters"]),
            "epochs": float(_n_epochs(spec.config["settings"])),
            "CPU time": float(recipe.get("cpu_seconds", 0.0)),
        },
        cells=cells,
        by_training_seed=recipe.get("by_seed", []),
    )


def _space_row(spec: SpaceSpec) -> Row:
    """Return the scores of a space without a model; what needs one is missing."""
    cells: dict[str, Cell] = {
        measure.name: read_score(spec.metrics[measure.name])
        if measure.name in spec.metrics
        else MissingScore(spec.absent.get(measure.name, "needs a model"))
        for measure in SUITE
    }
    return Row(spec.id, spec.title, {"dimensions": float(spec.latent_dim)}, cells, [])


def _n_epochs(settings: Mapping[str, Any]) -> int:
    """Return the number of training epochs, all phases together; 0 for closed forms."""
    return sum(int(settings.get(name, 0)) for name in ("n_epochs", "inversion_epochs", "flow_epochs"))


def _stored_score(name: str, entry: Mapping[str, Any], image_shape: tuple[int, ...]) -> Score:
    return read_score(entry, tolerance_note(kind_of(name, image_shape), entry))
