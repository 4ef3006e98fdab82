"""The selected test image, or the selected position on a map: owns the names "point" and "at"."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from dashboard import state
from dashboard.data.catalogue import Bundle
from dashboard.data.maps import plane_of
from dashboard.data.places import (
    CodeDetails,
    image_number,
    inspect_code,
    inspect_image,
    position_code,
    row_of,
)


@dataclass(frozen=True)
class SelectedImage:
    """A test image, by its index in the test split."""

    index: int


@dataclass(frozen=True)
class SelectedPosition:
    """A position on a plane, by its coordinates."""

    x: float
    y: float


Selection: TypeAlias = SelectedImage | SelectedPosition


def chosen_image(bundle: Bundle) -> int:
    """Return the index of the chosen test image; an unknown one falls back to the first, with a notice."""
    text = state.get("point")
    first = int(bundle.test.indices[0])
    if text is None:
        return first
    number = image_number(bundle, text)
    if number is not None:
        return number
    state.put("point", None)
    state.notify("point", f"There is no test image “{text[:30]}”; showing image {first}.")
    return first


def current_selection(bundle: Bundle) -> Selection:
    """Return the selection; the first test image until something else is selected."""
    return _parse_position(state.get("at")) or SelectedImage(chosen_image(bundle))


def select_image(index: int) -> None:
    """Select a test image."""
    state.put("at", None)
    state.put("point", str(index))


def select_position(x: float, y: float) -> None:
    """Select a position on the plane."""
    state.put("point", None)
    state.put("at", _coordinates(x, y))


def inspect_selection(bundle: Bundle, plane: str, selection: Selection) -> CodeDetails:
    """Return code, decode, neighbours and errors of the selection."""
    if isinstance(selection, SelectedImage):
        return inspect_image(bundle, selection.index)
    return inspect_code(bundle, position_code(plane_of(bundle, plane), (selection.x, selection.y)))


def selected_position(bundle: Bundle, plane: str, selection: Selection) -> tuple[float, float]:
    """Return the position of the selection on a plane."""
    if isinstance(selection, SelectedPosition):
        return selection.x, selection.y
    x, y = plane_of(bundle, plane).points[row_of(bundle, selection.index)]
    return float(x), float(y)


def published_selection(selection: Selection) -> dict[str, str | None]:
    """Return the selection as names and values of the URL."""
    if isinstance(selection, SelectedPosition):
        return {"at": _coordinates(selection.x, selection.y)}
    return {"point": str(selection.index)}


def _coordinates(x: float, y: float) -> str:
    return f"{x:.5g},{y:.5g}"


def _parse_position(text: str | None) -> SelectedPosition | None:
    """Return the position in "x,y"; None without a text, or with a notice if it is no position."""
    if text is None:
        return None
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        x = y = math.nan
    if math.isfinite(x) and math.isfinite(y) and max(abs(x), abs(y)) < 1e6:
        return SelectedPosition(x, y)
    state.put("at", None)
    state.notify(
        "at", f"The position “{text[:30]}” is not two numbers separated by a comma; showing a test image."
    )
    return None
