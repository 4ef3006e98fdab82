"""Twenty visitors click the map at once: how soon each gets its answer, and whether it is its own.

Run from the repository root: ``python -m tests.benchmarks.crowd``; ``--visitors 4 --seconds 5`` is a short
form. Each visitor is a websocket client (`tests.benchmarks.visitor`) that opens Explore and clicks every 1 to
3 s at places that nobody else clicks. An answer is right if title, address and decoded image are those of
the clicked place; it counts from the click to the panel's image.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import json
import re
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import numpy as np
from PIL import Image
from streamlit.proto.Element_pb2 import Element

from dashboard.data.catalogue import open_bundle
from dashboard.data.images.pixels import image_pixels
from dashboard.data.maps import default_plane, plane_of
from dashboard.data.places import position_code
from dashboard.explore.decode_panel import DECODE_OF_POSITION, RECONSTRUCTION_OF
from tests.benchmarks.visitor import Received, Run, Visitor
from tests.browser.explore import shown_data
from tests.serving import Server, machine, started_server

MODELS = ("mnist/vae-d2", "mnist/vae-d16", "fashion_mnist/ae-d2", "shapes/vae-d2", "digits/vae-d2")
"""Visitors take these in turn."""
PAUSES = (1.0, 3.0)
N_VISITORS, SECONDS = 20, 60
BAR_MS = 400
PANEL = re.compile(
    rf'<img src="data:image/png;base64,([^"]+)" alt="(?:{RECONSTRUCTION_OF}|{DECODE_OF_POSITION})'
)
TOLERANCE = 2
"""Grey levels by which a decode may differ: a batch of one is rounded otherwise than a batch of many."""


@dataclass(frozen=True)
class Click:
    """A place to click, and the answer that belongs to it.

    Attributes
    ----------
    cell : dict
        What the chart sends.
    title : str
        Of the panel.
    query : str
        Part of the address.
    pixels : uint8 array
        Of the decode.
    """

    cell: dict[str, float]
    title: str
    query: str
    pixels: np.ndarray


@dataclass
class Tally:
    """What all visitors together have seen."""

    milliseconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def clicks_on(bundle_id: str, n: int, part: int) -> list[Click]:
    """Return `n` places of a model's map, other ones for each `part`."""
    bundle, plane = open_bundle(bundle_id), default_plane(open_bundle(bundle_id))
    cells = shown_data(bundle_id, plane).cells
    rows = np.random.default_rng(0).permutation(len(cells))[part * n : (part + 1) * n]
    clicks = []
    for cell in cells.iloc[rows][["gx", "gy", "row"]].to_dict("records"):
        row = int(cell["row"])
        if row >= 0:
            index = int(bundle.test.indices[row])
            code = bundle.test.codes[row]
            title, query = (
                f"#### Test image {index}: {bundle.classes[bundle.test.labels[row]]}",
                f"point={index}",
            )
        else:
            x, y = (float(f"{cell[name]:.5g}") for name in ("gx", "gy"))
            code = position_code(plane_of(open_bundle(bundle_id), plane), (x, y))
            title, query = f"#### Position ({x:.3g}, {y:.3g})", f"at={x:.5g}%2C{y:.5g}"
        pixels = image_pixels(bundle.model.decode(code[None])[0])
        clicks.append(Click({**cell, "row": row}, title, query, pixels))
    return clicks


def is_panel_image(element: Element) -> bool:
    """Return whether this is the panel's large image, which a visitor waits for."""
    return element.WhichOneof("type") == "html" and PANEL.search(element.html.body) is not None


def fault_of(run: Run, click: Click) -> str | None:
    """Return what is wrong with an answer, or None."""
    if found := run.exceptions():
        return found[0]
    texts = [text for text, _ in run.texts()]
    title = next((text for text in texts if text.startswith("#### ")), "no title")
    if title != click.title:
        return f"asked for “{click.title}”, got “{title}”"
    if not run.queries or click.query not in run.queries[-1].split("&"):
        return f"asked for “{click.query}”, the address says {run.queries}"
    images = [found for text in texts if (found := PANEL.search(text))]
    if not images:
        return f"“{title}” came without its image"
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(images[0][1]))), int)
    if shown.shape != click.pixels.shape or np.abs(shown - click.pixels).max() > TOLERANCE:
        return f"the image of “{title}” is another one"
    return None


async def opened_map(visitor: Visitor, bundle_id: str) -> Received:
    """Open Explore and return the chart; raises `RuntimeError` if there is none."""
    dataset, _, model = bundle_id.partition("/")
    run = await visitor.open("explore", f"dataset={dataset}&model={model}")
    chart = run.widget("latent_map")
    if chart is None or run.exceptions():
        raise RuntimeError(f"{bundle_id}: no map; {run.exceptions()}")
    return chart


async def keep_clicking(
    visitor: Visitor, chart: Received, clicks: list[Click], seconds: float, tally: Tally
) -> None:
    """Click one place after the other until the time is over."""
    pauses = np.random.default_rng(clicks[0].pixels.astype(int).sum())
    deadline = time.monotonic() + seconds
    for click in clicks:
        await asyncio.sleep(pauses.uniform(*PAUSES))
        if time.monotonic() > deadline:
            return
        run = await visitor.select(chart, {"cell": [click.cell]}, is_panel_image)
        fault = fault_of(run, click)
        if fault is None:
            tally.milliseconds.append(1000 * run.seconds)
        else:
            tally.errors.append(fault)


async def crowd(server: Server, n_visitors: int, seconds: float) -> dict[str, float]:
    """Let visitors come; return p50 and p95 in ms, CPU per click in ms, and the number of errors."""
    n_clicks = int(seconds / PAUSES[0]) + 1
    ids = [MODELS[k % len(MODELS)] for k in range(n_visitors)]
    plans = [clicks_on(name, n_clicks, k // len(MODELS)) for k, name in enumerate(ids)]
    tally = Tally()
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(Visitor(server.address)) for _ in ids]
        charts = [await opened_map(visitor, name) for visitor, name in zip(visitors, ids, strict=True)]
        cpu = server.cpu_seconds()
        clicking = (
            keep_clicking(visitor, chart, plan, seconds, tally)
            for visitor, chart, plan in zip(visitors, charts, plans, strict=True)
        )
        for outcome in await asyncio.gather(*clicking, return_exceptions=True):
            if isinstance(outcome, BaseException):
                tally.errors.append(repr(outcome))
        used = server.cpu_seconds() - cpu
    for error in tally.errors[:5]:
        sys.stderr.write(error + "\n")
    times = tally.milliseconds or [float("nan")]
    return {
        "visitors": n_visitors,
        "clicks": len(tally.milliseconds),
        "p50_ms": round(float(np.median(times)), 1),
        "p95_ms": round(float(np.quantile(times, 0.95)), 1),
        "cpu_per_click_ms": round(1000 * used / max(len(tally.milliseconds), 1), 1),
        "errors": len(tally.errors),
    }


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=N_VISITORS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    chosen = parser.parse_args()
    with started_server() as server:
        figures = asyncio.run(crowd(server, chosen.visitors, chosen.seconds))
    sys.stdout.write(json.dumps({**figures, "machine": machine()}) + "\n")


if __name__ == "__main__":
    main()
