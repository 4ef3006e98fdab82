"""A meeting on a fresh server: what a page takes at first, and how long visitors who come together wait.

Run from the repository root: ``python -m tests.benchmarks.meeting``; ``--quick`` is a short form. The server
has shown one page of digits, so that its imports are done. Visitors are websocket clients
(`tests.benchmarks.visitor`) that arrive one after the other within ten seconds and open pages at random,
every page and every part of Compare and Apply, 60% of them of MNIST, with pauses of 1 to 3 s. A page stands
when its script has ended. All is measured with the datasets of ``LATENTCORE_DATA`` and with an empty folder.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.visitor import Visitor
from tests.serving import Server, machine, started_server

PAGES = (
    "",
    "explore",
    "interpolate",
    "sample",
    "edit",
    "compression",
    "anomaly",
    "denoise",
    "synthesis",
    "transfer",
)
COMPARE = ("scores", "image", "maps", "neighbours", "spaces", "inside", "geometry")
DATASETS = {"mnist": 0.6, "fashion_mnist": 0.1, "shapes": 0.1, "digits": 0.1, "rooms": 0.1}
"""Which share of the pages is of which dataset."""
ARRIVAL_SECONDS, PAUSES = 10.0, (1.0, 3.0)
FIRST, LATER, END = 30.0, 60.0, 120.0
"""Openings that begin within the first 30 s are the cold ones, those from one minute on the warm ones."""
N_AGAIN, N_ALONE = 3, 60
FIRST_RATIO, MEDIAN_RATIO, P95_RATIO, LATER_P95 = 2.5, 3.0, 8.0, 1.5


@dataclass(frozen=True)
class Opening:
    """One page that a visitor opened: when, after the first arrival, and how long it took; in s."""

    page: str
    began: float
    seconds: float


def visits() -> list[tuple[str, str]]:
    """Return path and further query of every page and every part of Compare."""
    return [*((page, "") for page in PAGES), *(("compare", f"&view={view}") for view in COMPARE)]


def title_of(visit: tuple[str, str]) -> str:
    """Return a short name of a page."""
    page, query = visit
    return f"compare {query.partition('=')[2]}" if query else page or "overview"


@contextmanager
def fresh_server(*, data: bool, pause: float) -> Iterator[Server]:
    """Start a server, with or without datasets, let it show one page of digits, and wait `pause` seconds."""
    with tempfile.TemporaryDirectory() as empty:
        environment = {} if data else {"LATENTCORE_DATA": empty}
        with started_server(**environment) as server:
            asyncio.run(opening(server, "", "dataset=digits"))
            time.sleep(pause)
            yield server


async def opening(server: Server, page: str, query: str) -> float:
    """Return the seconds that a new visitor waits for a page; an exception on it ends the benchmark."""
    async with Visitor(server.address) as visitor:
        run = await visitor.open(page, query)
        if found := run.exceptions():
            raise RuntimeError(f"{page} {query}: {found[0]}")
        return run.seconds


def first_and_second(
    visit: tuple[str, str], dataset: str, *, data: bool, pause: float
) -> tuple[float, float]:
    """Return the first opening of a page on a fresh server, and the median of the next three, in s."""
    page, further = visit
    with fresh_server(data=data, pause=pause) as server:
        times = [
            asyncio.run(opening(server, page, f"dataset={dataset}{further}")) for _ in range(1 + N_AGAIN)
        ]
    return times[0], float(np.median(times[1:]))


async def one_visitor(server: Server, seed: int, start: float, began: float, end: float) -> list[Opening]:
    """Arrive after `start` s, then open random pages until `end` s after `began`."""
    generator = np.random.default_rng(seed)
    choices = visits()
    openings = []
    await asyncio.sleep(start)
    async with Visitor(server.address) as visitor:
        while (now := time.monotonic() - began) < end:
            visit = choices[generator.integers(len(choices))]
            dataset = generator.choice(list(DATASETS), p=list(DATASETS.values()))
            run = await visitor.open(visit[0], f"dataset={dataset}{visit[1]}")
            if found := run.exceptions():
                raise RuntimeError(f"{title_of(visit)} of {dataset}: {found[0]}")
            openings.append(Opening(f"{title_of(visit)} of {dataset}", now, run.seconds))
            await asyncio.sleep(generator.uniform(*PAUSES))
    return openings


async def crowd(server: Server, n_visitors: int, end: float) -> list[Opening]:
    """Let visitors come one after the other; return what all of them have opened until `end` s."""
    began = time.monotonic()
    starts = np.linspace(0, ARRIVAL_SECONDS, n_visitors, endpoint=False)
    visitors = (one_visitor(server, seed, start, began, end) for seed, start in enumerate(starts))
    return [one for found in await asyncio.gather(*visitors) for one in found]


async def alone(server: Server, n: int) -> float:
    """Return the median of a single visitor who opens the same mixture of pages on the same, warm server."""
    generator = np.random.default_rng(0)
    choices, times = visits(), []
    for _ in range(n):
        page, further = choices[generator.integers(len(choices))]
        dataset = generator.choice(list(DATASETS), p=list(DATASETS.values()))
        times.append(await opening(server, page, f"dataset={dataset}{further}"))
    return float(np.median(times))


def summary(openings: list[Opening], low: float, high: float) -> dict[str, float | str]:
    """Return n, median, p95 and worst of the openings that began between two times, in s."""
    chosen = [one for one in openings if low <= one.began < high]
    if not chosen:
        return {"n": 0}
    times = [one.seconds for one in chosen]
    worst = max(chosen, key=lambda one: one.seconds)
    return {
        "n": len(times),
        "median": round(float(np.median(times)), 2),
        "p95": round(float(np.quantile(times, 0.95)), 2),
        "worst": round(worst.seconds, 2),
        "worst_page": worst.page,
    }


def meeting(n_visitors: int, *, data: bool, pause: float, end: float, n_alone: int) -> dict[str, object]:
    """Return what visitors wait on a fresh server, beside what one waits on it afterwards."""
    with fresh_server(data=data, pause=pause) as server:
        openings = asyncio.run(crowd(server, n_visitors, end))
        single = asyncio.run(alone(server, n_alone))
        first = summary(openings, 0, FIRST)
        return {
            "visitors": n_visitors,
            "datasets": data,
            "pause": pause,
            "single_warm_median": round(single, 3),
            "first_30_s": first,
            "first_over_single": {
                name: round(float(first[name]) / single, 1) for name in ("median", "p95", "worst")
            },
            "after_a_minute": summary(openings, LATER, float("inf")),
            "mb": round(server.megabytes()),
        }


def show_openings(chosen: list[tuple[str, str]], dataset: str, *, data: bool, pause: float) -> None:
    """Print a Markdown table: first and second opening of each page, and their ratio."""
    words = f"{dataset}, {'with' if data else 'without'} datasets"
    sys.stdout.write(f"\n| {words} | first | second | ratio |\n|---|---|---|---|\n")
    for visit in chosen:
        first, second = first_and_second(visit, dataset, data=data, pause=pause)
        over = " **over**" if first > FIRST_RATIO * second else ""
        sys.stdout.write(f"| {title_of(visit)} | {first:.2f} | {second:.2f} | {first / second:.1f}{over} |\n")
        sys.stdout.flush()


def main() -> None:
    """Measure and print: tables of first openings, a JSON line for each meeting, the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="8 visitors for 30 s, three pages, no dataset")
    parser.add_argument(
        "--only", nargs="+", choices=["openings", "meetings"], default=["openings", "meetings"]
    )
    parser.add_argument("--visitors", nargs="+", type=int, default=[8, 20])
    parser.add_argument("--dataset", default="mnist", choices=list(DATASETS))
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between the page and the visitors")
    parser.add_argument("--data", nargs="+", choices=["with", "without"], default=["without", "with"])
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.visitors, chosen.data = [8], ["without"]
    pages = [("interpolate", ""), ("", ""), ("compare", "&view=maps")] if chosen.quick else visits()
    for data in (word == "with" for word in chosen.data):
        if "openings" in chosen.only:
            show_openings(pages, chosen.dataset, data=data, pause=chosen.pause)
        if "meetings" in chosen.only:
            for n_visitors in chosen.visitors:
                end, n_alone = (FIRST, 15) if chosen.quick else (END, N_ALONE)
                found = meeting(n_visitors, data=data, pause=chosen.pause, end=end, n_alone=n_alone)
                sys.stdout.write(json.dumps(found) + "\n")
                sys.stdout.flush()
    sys.stdout.write(json.dumps({"machine": machine()}) + "\n")


if __name__ == "__main__":
    main()
