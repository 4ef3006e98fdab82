"""Measure what memory the server needs: imports, one session, many sessions, and a soak.

Run from the repository root: ``python -m tests.benchmarks.memory``; ``--visits 50 --sessions 4`` is a short
form, ``--only imports one many soak`` chooses parts. Memory is resident memory in MB of 10^6 bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from contextlib import AsyncExitStack
from itertools import cycle, islice

import numpy as np

from latentcore.store import list_bundles
from tests.benchmarks.visitor import Visitor
from tests.serving import ROOT, Server, machine, started_server

IMPORTS = (
    "numpy",
    "streamlit",
    "pandas",
    "pyarrow",
    "altair",
    "PIL.Image",
    "scipy.spatial",
    "torch",
    "sklearn",
    "umap",
)
N_SESSIONS, N_VISITS = 20, 500
BAR_ONE, BAR_MANY = 500, 690
PAUSE_AFTER = 150
"""Seconds until the memory of sessions that left is looked at: Streamlit keeps them for two minutes."""
PAGES = ("", "interpolate", "sample", "edit", "compression", "anomaly", "denoise", "synthesis", "transfer")
COMPARE = ("scores", "image", "maps", "neighbours", "spaces", "inside", "geometry")

WEIGH = (
    "import psutil, time; p = psutil.Process(); before = p.memory_info().rss; start = time.perf_counter();"
    "import {0}; print((p.memory_info().rss - before) / 1e6, time.perf_counter() - start)"
)


def imports() -> dict[str, dict[str, float]]:
    """Return MB and seconds of each import in a process of its own; what two share counts for both."""
    found = {}
    for name in IMPORTS:
        command = [sys.executable, "-W", "ignore", "-c", WEIGH.format(name)]
        words = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.split()
        found[name] = {"mb": round(float(words[-2]), 1), "s": round(float(words[-1]), 2)}
    return found


def all_pages() -> list[tuple[str, str]]:
    """Return path and query of every page for every dataset, and the map of every bundle."""
    specs = list_bundles()
    datasets = list(dict.fromkeys(spec.dataset for spec in specs))
    visits = [("explore", f"dataset={spec.dataset}&model={spec.name}") for spec in specs]
    for dataset in datasets:
        visits += [(page, f"dataset={dataset}") for page in PAGES]
        visits += [("compare", f"dataset={dataset}&view={view}") for view in COMPARE]
    return visits


async def one_session(server: Server) -> dict[str, float]:
    """Return what a server needs with one session on the map."""
    idle = server.megabytes()
    async with Visitor(server.address) as visitor:
        _check(await visitor.open("explore", "dataset=mnist&model=vae-d2"))
        return {"idle_mb": round(idle), "one_session_mb": round(server.megabytes())}


def _check(run: object) -> None:
    if found := run.exceptions():  # type: ignore[attr-defined]
        raise RuntimeError(found[0])


async def many_sessions(server: Server, n_sessions: int, pause: float) -> dict[str, float]:
    """Let sessions that stay open walk through all pages, each from another start; return the MB."""
    visits, highest = all_pages(), [0.0]

    async def walk(visitor: Visitor, first: int) -> None:
        for page, query in islice(cycle(visits), first, first + len(visits)):
            _check(await visitor.open(page, query))
            highest[0] = max(highest[0], server.megabytes())

    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(Visitor(server.address)) for _ in range(n_sessions)]
        steps = np.linspace(0, len(visits), n_sessions, endpoint=False).astype(int)
        await asyncio.gather(*(walk(*pair) for pair in zip(visitors, steps.tolist(), strict=True)))
        stayed = server.megabytes()
    await asyncio.sleep(pause)
    async with Visitor(server.address) as visitor:  # a new session makes Streamlit forget those that left
        await visitor.open("", "")
    await asyncio.sleep(pause / 2)
    return {
        "sessions": n_sessions,
        "visits_each": len(visits),
        "highest_mb": round(highest[0]),
        "all_open_mb": round(stayed),
        "after_they_left_mb": round(server.megabytes()),
    }


async def soak(server: Server, n_visits: int) -> dict[str, object]:
    """Open pages in a random order, a new session for every tenth; return the curve and its slope."""
    visits = all_pages()
    order = np.random.default_rng(0).integers(0, len(visits), n_visits)
    curve: list[float] = []
    for start in range(0, n_visits, 10):
        async with Visitor(server.address) as visitor:
            for number in order[start : start + 10]:
                _check(await visitor.open(*visits[number]))
                curve.append(server.megabytes())
    half = np.array(curve[n_visits // 2 :])
    slope = float(np.polyfit(np.arange(len(half)), half, 1)[0]) * 100
    shown = [round(float(part.mean())) for part in np.array_split(curve, min(10, n_visits))]
    return {
        "visits": n_visits,
        "curve_mb": shown,
        "highest_mb": round(max(curve)),
        "mb_per_100_visits": round(slope, 1),
    }


def main() -> None:
    """Measure and print a JSON line for each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=["imports", "one", "many", "soak"])
    parser.add_argument("--sessions", type=int, default=N_SESSIONS)
    parser.add_argument("--visits", type=int, default=N_VISITS)
    parser.add_argument("--pause", type=float, default=PAUSE_AFTER)
    chosen = parser.parse_args()
    parts = {
        "one": one_session,
        "many": lambda server: many_sessions(server, chosen.sessions, chosen.pause),
        "soak": lambda server: soak(server, chosen.visits),
    }
    if "imports" in chosen.only:
        sys.stdout.write(json.dumps({"imports": imports()}) + "\n")
    for name in (name for name in parts if name in chosen.only):
        with started_server() as server:
            sys.stdout.write(json.dumps(asyncio.run(parts[name](server))) + "\n")
            sys.stdout.flush()
    sys.stdout.write(json.dumps({"machine": machine()}) + "\n")


if __name__ == "__main__":
    main()
