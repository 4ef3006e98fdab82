"""Which test image is chosen, or which place of a map: owns the names "point" and "at"."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dashboard import state
from dashboard.data.catalogue import Bundle
from dashboard.data.maps import plane_of
from dashboard.data.places import Place, image_number, inspect_code, inspect_image, place_code, row_of


@dataclass(frozen=True)
class Selection:
    """A test image by its number, or a place of the plane by its coordinates; always one of the two."""

    index: int | None
    at: tuple[float, float] | None


def chosen_image(bundle: Bundle) -> int:
    """Return the number of a valid test image; an unknown one falls back to the first, with a notice."""
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
    """Return the valid selection; the first test image until there is another."""
    at = _parse_place(state.get("at"))
    return Selection(chosen_image(bundle), None) if at is None else Selection(None, at)


def select_image(index: int) -> None:
    """Select a test image."""
    state.put("at", None)
    state.put("point", str(index))


def select_place(x: float, y: float) -> None:
    """Select a place of the plane."""
    state.put("point", None)
    state.put("at", f"{x:.5g},{y:.5g}")


def inspect(bundle: Bundle, plane: str, selection: Selection) -> Place:
    """Return what is known of the selection."""
    if selection.index is not None:
        return inspect_image(bundle, selection.index)
    assert selection.at is not None  # noqa: S101 - one of the two is set
    return inspect_code(bundle, place_code(plane_of(bundle, plane), selection.at))


def position(bundle: Bundle, plane: str, selection: Selection) -> tuple[float, float]:
    """Return where the selection lies on the plane."""
    if selection.at is not None:
        return selection.at
    assert selection.index is not None  # noqa: S101
    x, y = plane_of(bundle, plane).points[row_of(bundle, selection.index)]
    return float(x), float(y)


def published(selection: Selection) -> dict[str, str | None]:
    """Return the URL's part of the selection."""
    if selection.at is not None:
        return {"at": f"{selection.at[0]:.5g},{selection.at[1]:.5g}"}
    return {"point": str(selection.index)}


def _parse_place(text: str | None) -> tuple[float, float] | None:
    """Return the coordinates in "x,y", or None, with a notice if there is a text that is none."""
    if text is None:
        return None
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        x = y = math.nan
    if math.isfinite(x) and math.isfinite(y) and max(abs(x), abs(y)) < 1e6:
        return x, y
    state.put("at", None)
    state.notify("at", f"The place “{text[:30]}” is not two numbers with a comma between; showing image 0.")
    return None
