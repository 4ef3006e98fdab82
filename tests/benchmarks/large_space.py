"""A space of 200,000 items: adding it, opening its map, hovering and searching.

Run from the repository root: ``python -m tests.benchmarks.large_space``; ``--items 5000`` is short. The
vectors are clusters of different widths within 30 of the dimensions, with noise in all, so that neighbours
mean something. Adding is done by the command, in a process of its own, on all cores.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from playwright.sync_api import Page

from dashboard.explore.charts.preview import SPACING
from dashboard.explore.items.item_map import PREVIEW, WIDE_SIZE
from tests.benchmarks.latency import HOVER_SCRIPT
from tests.browser.explore import MAP_CANVAS
from tests.serving import ROOT, machine, new_page, opened_chromium, started_server

N_ITEMS, N_DIMENSIONS, N_CLUSTERS, N_INNER = 200_000, 384, 40, 30
N_HOVERS, N_OPENINGS, MARGIN = 200, 5, 20
WORDS = (
    "red",
    "green",
    "blue",
    "small",
    "large",
    "old",
    "new",
    "river",
    "mountain",
    "city",
    "street",
    "house",
)
SEARCHES = ("river", "mountain city", "old house", "blue", "street red")
BARS = {
    "pca_seconds": 60,
    "umap_seconds": 900,
    "peak_mb": 1200,
    "warm_opening_s": 2,
    "hover_p90_ms": 16.7,
    "search_median_ms": 150,
}

RUN = """
import json, resource, subprocess, sys, time
begun = time.perf_counter()
command = [sys.executable, "-c", "from latentcore.cli import main; main()", *sys.argv[1:]]
subprocess.run(command, check=True, capture_output=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3 * 1.024
print(json.dumps([time.perf_counter() - begun, peak]))
"""

SEARCH_SCRIPT = """
([text]) => new Promise((done) => {
  const field = document.querySelector('input[aria-label="Search all items"]');
  const words = () => document.querySelector(".stMain").innerText.includes(`“${text}”`);
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  field.focus(); set.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const start = performance.now();
  for (const type of ["keydown", "keypress"]) {
    field.dispatchEvent(new KeyboardEvent(type, { key: "Enter", code: "Enter", keyCode: 13, bubbles: true }));
  }
  const look = () => {
    if (words() || performance.now() - start > 10000) done(performance.now() - start);
    else setTimeout(look, 2);
  };
  look();
})
"""


def write_vectors(folder: Path, n: int, n_dimensions: int = N_DIMENSIONS) -> None:
    """Write ``vectors.npy`` and ``items.parquet``: a text, a group and a price for each."""
    generator = np.random.default_rng(0)
    groups = generator.integers(0, N_CLUSTERS, n)
    inner = generator.normal(size=(N_CLUSTERS, N_INNER)) * 2
    widths = generator.uniform(0.3, 1.2, (N_CLUSTERS, N_INNER))
    rotation = np.linalg.qr(generator.normal(size=(n_dimensions, N_INNER)))[0].T
    vectors = np.lib.format.open_memmap(folder / "vectors.npy", "w+", np.float32, (n, n_dimensions))
    for start in range(0, n, 10_000):
        own = groups[start : start + 10_000]
        codes = inner[own] + widths[own] * generator.normal(size=(len(own), N_INNER))
        vectors[start : start + len(own)] = codes @ rotation
        vectors[start : start + len(own)] += 0.05 * generator.normal(size=(len(own), n_dimensions))
    vectors.flush()
    texts = [" ".join(words) for words in generator.choice(WORDS, (n, 8))]
    table = {"text": texts, "group": [f"group {k}" for k in groups], "price": generator.lognormal(3, 1, n)}
    pd.DataFrame(table).to_parquet(folder / "items.parquet")


def add(folder: Path, name: str, plane: str) -> tuple[float, float]:
    """Add the vectors by the command; return seconds, and the peak of its resident memory in MB."""
    options = ["--metadata", "items.parquet", "--text", "text", "--label", "group", "--plane", plane]
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", RUN, "space", "add", name, "vectors.npy", *options],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT), "LATENTCORE_DATA": str(folder / "data")},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


def open_space(page: Page, address: str, name: str) -> float:
    """Return the seconds until map and panel stand, the page being loaded anew."""
    begun = time.perf_counter()
    page.goto(f"{address}/explore?dataset={name}&model=vectors&points=5000")
    page.wait_for_selector(MAP_CANVAS, timeout=120_000)
    page.wait_for_selector(".st-key-decode_panel h4", timeout=120_000)
    return time.perf_counter() - begun


def looked_at(folder: Path, name: str) -> dict[str, Any]:
    """Return what opening, hovering and searching take, and the server's memory."""
    with started_server(LATENTCORE_DATA=str(folder / "data")) as server, opened_chromium() as browser:
        page = new_page(browser)
        openings = [open_space(page, server.address, name) for _ in range(1 + N_OPENINGS)]
        page.wait_for_timeout(3000)
        box = page.locator(MAP_CANVAS).bounding_box()
        assert box is not None
        left = box["x"] + box["width"] - PREVIEW - SPACING - WIDE_SIZE
        low = np.array([left, box["y"]]) + MARGIN
        places = np.random.default_rng(0).uniform(low, low + WIDE_SIZE - 2 * MARGIN, (N_HOVERS, 2))
        hovers = page.evaluate(HOVER_SCRIPT.replace("drawImage", "fillText"), [MAP_CANVAS, places.tolist()])
        searches = []
        for text in SEARCHES:
            searches.append(float(page.evaluate(SEARCH_SCRIPT, [text])))
            page.wait_for_timeout(1500)
        return {
            "first_opening_s": round(openings[0], 2),
            "warm_opening_s": round(float(np.median(openings[1:])), 2),
            "hover_p90_ms": round(float(np.quantile(hovers, 0.9)), 1),
            "search_ms": [round(one) for one in searches],
            "search_median_ms": round(float(np.median(searches))),
            "server_mb": round(server.megabytes()),
        }


def main() -> None:
    """Print what was measured as JSON lines, with the names of what is over its bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=N_ITEMS)
    parser.add_argument("--dimensions", type=int, default=N_DIMENSIONS)
    parser.add_argument(
        "--folder", type=Path, help="where vectors and spaces lie from an earlier run, or will"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        found: dict[str, Any] = {"items": chosen.items, "dimensions": chosen.dimensions}
        if not (folder / "data").exists():
            folder.mkdir(exist_ok=True)
            write_vectors(folder, chosen.items, chosen.dimensions)
            peaks = []
            for plane in ("pca", "umap"):
                seconds, peak = add(folder, f"large-{plane}", plane)
                found[f"{plane}_seconds"] = round(seconds)
                peaks.append(peak)
            found["peak_mb"] = round(max(peaks))
        found |= looked_at(folder, "large-umap")
    over = [name for name, bar in BARS.items() if found.get(name, 0) > bar]
    sys.stdout.write(json.dumps({**found, "over": over, "machine": machine()}) + "\n")


if __name__ == "__main__":
    main()
