"""Pareto plot: leader lines to far labels, and labels on a narrow screen."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import vl_convert

from dashboard.compare.scores.charts import Axis, pareto_chart


@pytest.mark.parametrize("reverse", [True, False])
def test_labels_far_from_their_point_have_a_leader_line(reverse):
    n = 6
    table = pd.DataFrame({"title": [f"Autoencoder, {k}-D" for k in range(n)], "front": False})
    table["x"] = table["x_low"] = table["x_high"] = [*np.linspace(0.9, 0.91, n - 1), 0.0]
    table["y"] = table["y_low"] = table["y_high"] = [*np.linspace(0.5, 0.51, n - 1), 0.0]
    spec = pareto_chart(table, Axis("a", reverse, ".2f"), Axis("b", reverse, ".2f"), dark=True)
    assert all(title in vl_convert.vegalite_to_svg(spec | {"width": 800}) for title in table["title"])
    (leader,) = (layer for layer in spec["layer"] if layer["encoding"].get("y2") == {"field": "at"})
    rows = spec["datasets"][leader["data"]["name"]]
    assert 0 < len(rows) < n
    assert all(row["at"] != row["y"] for row in rows)


@pytest.mark.parametrize(("width", "hidden"), [(800, 0), (300, 3)])
def test_a_narrow_plot_labels_only_the_pareto_front(width, hidden):
    table = pd.DataFrame({"title": list("abcd"), "front": [True, False, False, False]})
    for axis, values in (("x", [0.9, 0.5, 0.3, 0.1]), ("y", [0.9, 0.2, 0.6, 0.4])):
        table[axis] = table[f"{axis}_low"] = table[f"{axis}_high"] = values
    spec = pareto_chart(table, Axis("a", False, ".2f"), Axis("b", False, ".2f"), dark=False)
    picture = vl_convert.vegalite_to_svg(spec | {"width": width})
    texts = re.findall(r"<text[^>]*>[abcd]</text>", picture.partition("mark-text role-mark")[2])
    assert len(texts) == 4
    assert sum('opacity="0"' in text for text in texts) == hidden
