"""Chart of a gallery of small images with a click selection."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from dashboard.ui.charts.scatter import NO_PADDING
from dashboard.ui.charts.spec import to_spec


def gallery(
    uris: list[str], indices: list[int], n_columns: int, *, side: int = 44, gap: int = 4
) -> dict[str, Any]:
    """Return the gallery as a Vega-Lite spec for ``st.vega_lite_chart(..., selection_mode="picked")``.

    Parameters
    ----------
    uris : list of str
        Data URI of each image.
    indices : list of int
        Number of each image; the selection returns it as ``index``.
    n_columns : int
    side, gap : int
        Pixels of an image, and between images.
    """
    rows = np.arange(len(uris))
    frame = pd.DataFrame(
        {"uri": uris, "index": indices, "column": rows % n_columns, "row": rows // n_columns}
    )
    n_rows = int(-(-len(uris) // n_columns))
    step = side + gap
    x = alt.X("column:Q", axis=None, scale=alt.Scale(domain=[-0.5, n_columns - 0.5], nice=False))
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[n_rows - 0.5, -0.5], nice=False))
    images = alt.Chart(frame).mark_image(width=side, height=side, smooth=False, tooltip=None)
    images = images.encode(x=x, y=y, url=alt.Url("uri:N"))
    picked = alt.selection_point(
        name="picked", on="click", nearest=True, fields=["index"], toggle=False, clear=False
    )
    targets = alt.Chart(frame).mark_point(opacity=0, size=1, tooltip=None).encode(x=x, y=y)
    targets = targets.add_params(picked)
    chart = alt.layer(images, targets).properties(width=step * n_columns, height=step * n_rows)
    spec = to_spec(chart)
    spec["padding"], spec["autosize"] = NO_PADDING, {"type": "pad"}
    spec["config"]["path"] = {"opacity": 0}
    spec["config"].setdefault("view", {})["stroke"] = None
    return spec
