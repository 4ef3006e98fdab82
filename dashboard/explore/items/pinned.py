"""The pinned item: owns the name "point", which holds its id."""

from __future__ import annotations

from dashboard import state
from dashboard.data.items.spaces import ItemSpace, open_space
from dashboard.explore.services.item_map import row_at
from dashboard.ui.fragments import bundle_callback

PINNED_NOW = "pinned now"
"""Flag: the visitor has pinned an item since the last run."""


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
    state.flag(PINNED_NOW)


@bundle_callback
def pin_item(space_id: str, item_id: str) -> None:
    """Pin an item by its id, and ring it on the map."""
    space = open_space(space_id)
    row = space.items.row_of(item_id)
    if row is not None:
        select_item(space, row)
        state.release("anchor")
