"""What items are selected by, in the address: owns the names "box" and "near".

A box is written as ``x_min,x_max,y_min,y_max`` on the plane that the map shows; the nearest items of one as
``k:id``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from dashboard import state
from dashboard.data.items.spaces import ItemSpace
from dashboard.explore.items.search import chosen_search
from dashboard.explore.services.item_selection import Criteria, most_nearest

USUAL_NEAREST = 25
BOXES, DRAWN_ON, ASKED = "boxes", "box drawn on", "nearest items"
"""Held: number of the map's selection of a box, with the box that it began with; space and plane of a box;
how many nearest items were asked for last."""
FIRST_BOX: tuple[int, str | None] = (0, None)
Box: TypeAlias = tuple[float, float, float, float]
_NEAR = re.compile(r"([1-9][0-9]{0,6}):(.+)", re.DOTALL)


def chosen_criteria(space: ItemSpace, plane: str) -> Criteria:
    """Return what the items are selected by; what cannot be read is left out, with a notice."""
    text, column = chosen_search(space)
    example, k = _chosen_nearest(space)
    box = _chosen_box(space, plane)
    return Criteria(text=text, column=column, box=box, plane=plane, example=example, k=k)


def box_on_map(reported: Mapping[str, Any]) -> tuple[str, Box | None]:
    """Return the name of the map's selection of a box, and the box that the map is drawn with.

    Both stay as they are while the map shows the chosen box. Where it shows another one, because the box was
    removed here or comes from the address, the selection is given another name: the browser restores by
    name what was selected when a chart changes.

    Parameters
    ----------
    reported : mapping
        What is selected on the map, by name of the selection, as the browser reports it.
    """
    number, first = state.hold(BOXES, None, FIRST_BOX)
    chosen = state.get("box")
    while (_text_of(reported[name]) if (name := f"box_{number}") in reported else first) != chosen:
        number, first = number + 1, chosen
    state.release(BOXES)
    state.hold(BOXES, None, (number, first))
    return name, _parsed_box(first)


def set_box(reported: Mapping[str, Any]) -> bool:
    """Choose the box that the browser reports; return whether it is another one than before.

    Parameters
    ----------
    reported : mapping
        See `box_on_map`.
    """
    name = f"box_{state.hold(BOXES, None, FIRST_BOX)[0]}"
    if name not in reported or _text_of(reported[name]) == state.get("box"):
        return False
    state.put("box", _text_of(reported[name]))
    return True


def asked_nearest(space: ItemSpace) -> int:
    """Return how many nearest items are selected, or were last."""
    _, k = _chosen_nearest(space)
    return k or min(state.hold(ASKED, None, USUAL_NEAREST), most_nearest(space))


def ask_nearest(k: int) -> None:
    """Set how many nearest items are selected: of the item whose nearest ones are, and later."""
    state.release(ASKED)
    state.hold(ASKED, None, k)
    parts = _NEAR.fullmatch(state.get("near") or "")
    if parts:
        select_nearest(k, parts[2])


def select_nearest(k: int, item_id: str) -> None:
    """Select the `k` nearest items of an item, by its id."""
    state.put("near", f"{k}:{item_id}")
    state.release("anchor")


def remove_criteria() -> None:
    """Remove everything that the items are selected by."""
    for name in ("find", "near", "box"):
        state.put(name, None)


def _chosen_box(space: ItemSpace, plane: str) -> Box | None:
    """Return the chosen box; one that was drawn on another plane, or in another space, is removed."""
    text = state.get("box")
    if text is None:
        return None
    box, drawn_on = _parsed_box(text), (space.id, plane)
    if box is None:
        state.put("box", None)
        state.notify("box", f"“{text[:40]}” is no box (x_min,x_max,y_min,y_max); no box is drawn.")
    elif state.hold(DRAWN_ON, text, drawn_on) != drawn_on:
        state.put("box", None)
        return None
    return box


def _parsed_box(text: str | None) -> Box | None:
    """Return the box of a text, or None if it is none."""
    try:
        x_min, x_max, y_min, y_max = map(float, (text or "").split(","))
    except ValueError:
        return None
    is_box = all(map(math.isfinite, (x_min, x_max, y_min, y_max))) and x_min < x_max and y_min < y_max
    return (x_min, x_max, y_min, y_max) if is_box else None


def _text_of(box: Mapping[str, list[float]]) -> str | None:
    """Return a box of the browser, ends along "x" and "y", as in the address; None for an empty one."""
    ends = [sorted(box[axis]) for axis in "xy"] if {"x", "y"} <= box.keys() else []
    return ",".join(f"{end:.5g}" for pair in ends for end in pair) or None


def _chosen_nearest(space: ItemSpace) -> tuple[int | None, int]:
    """Return the row of the item whose nearest ones are selected, and their number; (None, 0) without."""
    text = state.get("near")
    if text is None:
        return None, 0
    parts = _NEAR.fullmatch(text)
    row = space.items.row_of(parts[2]) if parts else None
    if parts is None or row is None:
        state.put("near", None)
        state.notify("near", f"“{text[:40]}” names no item (number:id); no nearest items are selected.")
        return None, 0
    return row, min(int(parts[1]), most_nearest(space))
