"""The scoreboard as CSV and as a Markdown table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from dashboard.compare.scores.services.scores import BUDGETS, Cell, Measure, Row


def scores_csv(measures: Sequence[Measure], rows: Sequence[Row]) -> bytes:
    """Return one line a model: budgets, then value, both ends of the interval, n and seed of each measure.

    A score that a model cannot have leaves its cells empty.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    parts = ("", "_low", "_high", "_n", "_seed")
    writer.writerow(
        [
            "model",
            *(name.replace(" ", "_") for name in BUDGETS),
            *(m.name + part for m in measures for part in parts),
        ]
    )
    for row in rows:
        budget = [f"{row.budget[name]:g}" if name in row.budget else "" for name in BUDGETS]
        cells = (part for m in measures for part in _csv_parts(row.cells[m.name]))
        writer.writerow([row.id or row.title, *budget, *cells])
    return buffer.getvalue().encode()


def scores_markdown(measures: Sequence[Measure], rows: Sequence[Row]) -> str:
    """Return a Markdown table with intervals, and under it how each measure was taken."""
    heads = ["model", "dimensions", *(f"{m.title} ({m.better})" for m in measures)]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for row in rows:
        dimensions = f"{row.budget['dimensions']:.0f}" if row.budget else ""
        cells = (_markdown_cell(m, row.cells[m.name]) for m in measures)
        lines.append(f"| {' | '.join([row.title, dimensions, *cells])} |")
    notes = []
    for measure in measures:
        cell = next((c for row in rows if (c := row.cells[measure.name]).value is not None), None)
        if cell is not None:
            notes.append(f"- {measure.title}: {cell.protocol} n = {cell.n:,}.")
    return "\n".join([*lines, "", *notes]) + "\n"


def _csv_parts(cell: Cell) -> list[str]:
    if cell.value is None:
        return [""] * 5
    low, high = cell.interval or ("", "")
    return [str(part) for part in (cell.value, low, high, cell.n, "" if cell.seed is None else cell.seed)]


def _markdown_cell(measure: Measure, cell: Cell) -> str:
    if cell.value is None:
        return cell.reason
    shown = format(cell.value, measure.style)
    if cell.interval is None:
        return shown
    low, high = (format(end, measure.style) for end in cell.interval)
    return f"{shown} [{low}, {high}]"
