"""The pinned item: owns the name "point", which holds its id."""

from __future__ import annotations

from dashboard import state
from dashboard.data.items.spaces import ItemSpace
from dashboard.explore.services.item_map import row_at


def pinned_row(space: ItemSpace) -> int:
    """Return the row of the pinned item; an unknown id falls back to the first, with a notice."""
    wanted = state.get("point")
    row = row_at(space, wanted)
    if row is not None:
        return row
    state.put("point", None)
    state.notify("point", f"There is no item “{str(wanted)[:30]}”; showing another one.")
    return int(space.test.indices[0])


def select_item(space: ItemSpace, row: int) -> None:
    """Pin an item."""
    state.put("at", None)
    state.put("point", str(space.items.ids[row]))
