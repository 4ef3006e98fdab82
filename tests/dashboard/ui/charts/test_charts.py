"""The gallery chart compiles in Vega."""

from __future__ import annotations

import json
from typing import Any

import vl_convert

from dashboard.ui.charts.gallery import gallery

PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


def svg(spec: dict[str, Any]) -> str:
    drawn = vl_convert.vegalite_to_svg(json.dumps(spec))
    assert drawn.startswith("<svg")
    return str(drawn)


def test_a_gallery_has_a_place_for_each_image_and_names_its_selection():
    spec = gallery([PIXEL] * 7, list(range(7)), 3)
    assert svg(spec).count("<image") == 7
    assert [param["name"] for param in spec["params"]] == ["picked"]
