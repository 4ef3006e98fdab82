"""Measure every wait of a user, for each dataset, and set it against its budget.

Run from the repository root: ``python -m tests.benchmarks.table``. It prints a Markdown table and writes
``latency.png`` (`--out` names another file); ``--quick`` measures one dataset with few repeats.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
from playwright.sync_api import Browser, Page

from dashboard.explore.services.exports import chart_png
from dashboard.ui.charts.spec import to_spec
from tests.benchmarks.classic import classic_hover
from tests.benchmarks.cold import first_map
from tests.benchmarks.latency import measure, switch_times
from tests.browser.explore import open_map
from tests.serving import machine, new_page, opened_chromium, started_server

DATASETS = {"mnist": 5000, "fashion_mnist": 5000, "shapes": 5000, "digits": 540}
"""Points on the map of each."""
PAGES = {
    "Interpolate": ".st-key-interpolation img",
    "Sample": ".st-key-samples canvas",
    "Edit": "img[alt^='Edited']",
}
BUDGETS = {"hover": 16.7, "click": 100, "model switch": 1000, "page switch": 1500, "first map": 5000}
"""Milliseconds: hover p90, else medians."""

OPEN_SCRIPT = """
([link, selector]) => new Promise((done) => {
  const start = performance.now();
  const shown = () => [...document.querySelectorAll(selector)].some((part) => part.checkVisibility());
  [...document.querySelectorAll("a")].find((a) => a.innerText.trim().endsWith(link)).click();
  const look = () => {
    if (shown() || performance.now() - start > 60000) done(performance.now() - start);
    else setTimeout(look, 2);
  };
  look();
})
"""


@dataclass(frozen=True)
class Wait:
    """What was measured for one thing that a user waits for.

    Attributes
    ----------
    what, dataset : str
    times : list of float
        Milliseconds.
    note : str
    """

    what: str
    dataset: str
    times: list[float]
    note: str = ""

    def row(self) -> str:
        """Return it as a row of the table."""
        budget = BUDGETS.get(self.what)
        if not self.times:
            return f"| {self.what} | {self.dataset} | | | | {self.note} |"
        median, p90 = np.median(self.times), np.quantile(self.times, 0.9)
        value = p90 if self.what == "hover" else median
        verdict = "" if budget is None else f"{budget:g} {'kept' if value <= budget else 'MISSED'}"
        cells = (self.what, self.dataset, f"{median:.1f}", f"{p90:.1f}", verdict)
        return f"| {' | '.join(cells)} | n = {len(self.times)} {self.note} |"


def page_switches(page: Page, address: str, dataset: str, n_repeats: int) -> list[float]:
    """Return the ms from a click on another page's link to its pictures, each seen once before."""
    times = []
    for repeat in range(n_repeats + 1):
        for link, selector in PAGES.items():
            open_map(page, address, f"{dataset}/vae-d2")
            spent = page.evaluate(OPEN_SCRIPT, [link, selector])
            if repeat:
                times.append(spent)
    return times


def waits(browser: Browser, dataset: str, n_points: int, n_repeats: int) -> list[Wait]:
    """Measure all waits of one dataset."""
    starts = [1000 * first_map(browser, dataset, "vae-d2")[0] for _ in range(max(n_repeats // 4, 1))]
    with started_server() as server:
        found = measure(
            new_page(browser),
            server.address,
            f"{dataset}/vae-d2",
            "codes",
            n_points,
            n_hovers=10 * n_repeats,
            n_clicks=n_repeats,
        )
        switches = switch_times(new_page(browser), server.address, dataset, n_repeats)
        pages = page_switches(new_page(browser), server.address, dataset, max(n_repeats // 5, 1))
    return [
        Wait("hover", dataset, found.hovers, f"{n_points:,} points, {found.n_frames} frames sent"),
        Wait("click", dataset, found.clicks),
        Wait("model switch", dataset, switches),
        Wait("page switch", dataset, pages, ", ".join(PAGES)),
        Wait("first map", dataset, starts, "from server start"),
    ]


def classic(n_repeats: int) -> Wait:
    """Measure the classic way on MNIST."""
    times = classic_hover("mnist/vae-d2", 2 * n_repeats)
    what, note = "classic hover", "matplotlib redrawn with one decode a move, 10,000 points"
    return Wait(
        what, "mnist", times or [], note if times else f"{note}: not measured, matplotlib is not installed"
    )


def plot(found: list[Wait]) -> bytes:
    """Return the times against the budgets as PNG."""
    rows = pd.DataFrame(
        [
            {"what": wait.what, "dataset": wait.dataset, "ms": time, "budget": BUDGETS.get(wait.what)}
            for wait in found
            for time in wait.times
        ]
    )
    across = alt.X("ms:Q", scale=alt.Scale(type="log"), title="milliseconds (tick: one time; line: budget)")
    down = alt.Y("dataset:N", title=None)
    ticks = alt.Chart().mark_tick(opacity=0.5).encode(x=across, y=down)
    lines = alt.Chart().mark_rule(color="#bd1f01").encode(x="budget:Q")
    row = alt.Row(
        "what:N",
        title=None,
        sort=[*BUDGETS, "classic hover"],
        header=alt.Header(labelAngle=0, labelAlign="left"),
    )
    chart = alt.layer(ticks, lines).properties(width=520).facet(row=row, data=rows)
    return chart_png(to_spec(chart.resolve_scale(y="independent")))


def main() -> None:
    """Measure, print the table and write the plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("latency.png"))
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    datasets, n_repeats = ({"digits": 540}, 4) if chosen.quick else (DATASETS, 20)
    with opened_chromium() as browser:
        found = [wait for name, n in datasets.items() for wait in waits(browser, name, n, n_repeats)]
    found.append(classic(n_repeats))
    lines = ["| wait | dataset | median ms | p90 ms | budget ms | |", "|---|---|---|---|---|---|"]
    sys.stdout.write("\n".join([*lines, *(wait.row() for wait in found), "", machine(), ""]))
    chosen.out.write_bytes(plot(found))


if __name__ == "__main__":
    main()
