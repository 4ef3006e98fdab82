"""Export the scoreboard as CSV and as a Markdown table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from dashboard.compare.scores.services.scores import BUDGETS, Cell, Measure, MissingScore, Row, Score
from latentcore.store.owners import public_id


def scores_csv(measures: Sequence[Measure], rows: Sequence[Row]) -> bytes:
    """Return one line per model: budgets, then value, both ends of the interval, n and seed per measure.

    The fields of a missing score are empty.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    parts = ("", "_low", "_high", "_n", "_seed")
    writer.writerow(
        [
            "model",
            *(name.replace(" ", "_") for name in BUDGETS),
            *(measure.name + part for measure in measures for part in parts),
        ]
    )
    for row in rows:
        budget = [f"{row.budget[name]:g}" if name in row.budget else "" for name in BUDGETS]
        fields = (field for measure in measures for field in _csv_fields(row.score(measure)))
        writer.writerow([public_id(row.id) or row.title, *budget, *fields])
    return buffer.getvalue().encode()


def scores_markdown(measures: Sequence[Measure], rows: Sequence[Row]) -> str:
    """Return a Markdown table with intervals, followed by the protocol of each measure."""
    header = ["model", "dimensions", *(f"{measure.title} ({measure.better})" for measure in measures)]
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    for row in rows:
        dimensions = f"{row.budget['dimensions']:.0f}" if row.budget else ""
        cells = (_markdown_cell(measure, row.cells[measure.name]) for measure in measures)
        lines.append(f"| {' | '.join([row.title, dimensions, *cells])} |")
    notes = []
    for measure in measures:
        score = next((found for row in rows if (found := row.score(measure))), None)
        if score is not None:
            notes.append(f"- {measure.title}: {score.protocol} n = {score.n:,}.")
    return "\n".join([*lines, "", *notes]) + "\n"


def _csv_fields(score: Score | None) -> list[str]:
    if score is None:
        return [""] * 5
    low, high = score.interval or ("", "")
    seed = "" if score.seed is None else score.seed
    return [str(field) for field in (score.value, low, high, score.n, seed)]


def _markdown_cell(measure: Measure, cell: Cell) -> str:
    if isinstance(cell, MissingScore):
        return cell.reason
    value = format(cell.value, measure.style)
    if cell.interval is None:
        return value
    low, high = (format(end, measure.style) for end in cell.interval)
    return f"{value} [{low}, {high}]"
