"""Measure a cold start: from the start of a server to a map that can be used, and what was sent until then.

Run from the repository root: ``python -m tests.benchmarks.cold``. A start is cold for the server and
for the browser, whose cache is empty; the operating system's file cache is warm. In turn with ours a bare
Streamlit page is started that imports torch, pandas and altair and draws one chart of 5,000 points: seconds
differ by a factor of two between machines, their ratio does not.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser

from tests.browser.explore import MAP_CANVAS
from tests.serving import ROOT, count_received, machine, new_page, opened_chromium, started_server

N_STARTS = 5
BAR_RATIO, BAR_MEGABYTES = 1.15, 10.0
BARE = """
import altair as alt
import numpy as np
import pandas as pd
import streamlit as st
import torch

places = torch.from_numpy(np.random.default_rng(0).standard_normal((5000, 2))).numpy()
frame = pd.DataFrame({"x": places[:, 0], "y": places[:, 1], "class": np.arange(5000) % 10})
st.altair_chart(alt.Chart(frame).mark_circle().encode(x="x:Q", y="y:Q", color="class:N"))
"""
CHART = "[data-testid='stVegaLiteChart'] canvas, [data-testid='stVegaLiteChart'] svg.marks"


def first_map(browser: Browser, dataset: str, model: str) -> tuple[float, float]:
    """Return the seconds from the start of a server to a visible map, and the MB that were sent."""
    address = f"explore?dataset={dataset}&model={model}"
    return _until(browser, "dashboard/app.py", ROOT, address, MAP_CANVAS)


def bare_chart(browser: Browser) -> tuple[float, float]:
    """Return the same for the bare page, from a folder without our settings."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE, encoding="utf-8")
        return _until(browser, script, Path(folder), "", CHART)


def _until(
    browser: Browser, app: str | Path, folder: Path, address: str, selector: str
) -> tuple[float, float]:
    started = time.monotonic()
    with started_server(app, folder=folder) as server:
        page = new_page(browser)
        received = count_received(page)
        page.goto(f"{server.address}/{address}")
        page.wait_for_selector(selector, timeout=120_000)
        seconds = time.monotonic() - started
        megabytes = received[0] / 1e6
        page.context.close()
    return seconds, megabytes


def measure(browser: Browser, n_starts: int = N_STARTS) -> dict[str, float]:
    """Return medians over cold starts, ours and the bare page's in turn, and the ratio of their seconds."""
    pairs = [(first_map(browser, "mnist", "vae-d2"), bare_chart(browser)) for _ in range(n_starts)]
    (seconds, megabytes), (bare_seconds, bare_megabytes) = np.median(np.array(pairs), axis=0).tolist()
    return {
        "first_map_s": round(seconds, 2),
        "bare_page_s": round(bare_seconds, 2),
        "ratio": round(seconds / bare_seconds, 2),
        "sent_mb": round(megabytes, 2),
        "bare_sent_mb": round(bare_megabytes, 2),
        "starts": n_starts,
    }


def main() -> None:
    """Measure and print one JSON line."""
    with opened_chromium() as browser:
        figures = measure(browser, int(sys.argv[1]) if len(sys.argv) > 1 else N_STARTS)
    sys.stdout.write(json.dumps({**figures, "machine": machine()}) + "\n")


if __name__ == "__main__":
    main()
