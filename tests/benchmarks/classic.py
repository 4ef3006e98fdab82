"""The classic way, to compare with: a matplotlib figure drawn anew with one decode at each pointer move.

It stands for a notebook or a Streamlit page without an atlas: scatter of 10,000 points, the decode of
the place beside it, sent as PNG. Without the way to the browser and back, so it is a lower bound.
"""

from __future__ import annotations

import importlib.util
import io
import time

import numpy as np

from dashboard.data.catalogue import open_bundle

N_POINTS, SIDE, DPI = 10_000, 410, 100


def classic_hover(bundle_id: str, n_moves: int) -> list[float] | None:
    """Return the ms of each move over the map of two-dimensional codes, or None without matplotlib."""
    if importlib.util.find_spec("matplotlib") is None:
        return None
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - optional
    from matplotlib.figure import Figure  # noqa: PLC0415

    bundle = open_bundle(bundle_id)
    codes, labels = bundle.test.codes[:N_POINTS], bundle.test.labels[:N_POINTS]
    places = np.random.default_rng(0).choice(codes, n_moves)
    times = []
    for place in places:
        started = time.perf_counter()
        image = bundle.model.decode(place[None])[0, 0]
        figure = Figure(figsize=(2 * SIDE / DPI, SIDE / DPI), dpi=DPI)
        left, right = figure.subplots(1, 2)
        left.scatter(codes[:, 0], codes[:, 1], c=labels, s=4, cmap="tab10")
        left.plot(*place, "ko")
        right.imshow(image, cmap="gray", vmin=0, vmax=1)
        FigureCanvasAgg(figure).print_png(io.BytesIO())
        times.append(1000 * (time.perf_counter() - started))
    return times
