"""The URL and the session state; no other module reads or writes them.

The state is a small set of named strings. It persists across pages, is read from the URL when the URL was
changed from outside (a pasted link, a link between pages), and each page writes its own names back.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from dashboard.address import full_address, page_address, read_query, without_defaults, write_query

NAMES = (
    *("dataset", "model", "models", "plane", "colour", "points", "shade", "classes", "point", "at"),
    *("formed", "find", "where", "box", "near", "liked"),
    *("start", "end", "path", "steps", "corners", "grid"),
    *("n", "seed", "temperature", "truncation", "density", "sample", "present"),
    *("view", "group", "ranks", "match", "by", "x", "y", "over", "likeness", "source"),
    *("align", "first", "second"),
    *("step", "share", "rate"),
    *("labels", "maker", "labelled"),
    *("noise", "level"),
    *("normal", "against", "detector", "score", "flagged"),
    *("run", "front"),
)
"""Every name that a URL may have."""

_VALUES, _WRITTEN, _NOTICES, _HELD, _WIDTH = "_values", "_written", "_notices", "_held", "_window_width"
_ADDRESS = "_address"
"""The page's address and the names of its query, as this session last saw or wrote them."""
USUAL_WIDTH = 1366
_MARKUP = re.compile(r"[\\`*_{}\[\]<>()#|~$:!]")
"""Characters with a meaning in Markdown."""
HeldT = TypeVar("HeldT")


def begin() -> bool:
    """Read the state from the URL, unless this session wrote it; call once at the start of a run.

    On the same page, a name that the former URL had and this one lacks is removed: the browser's Back leads
    to the state before it was set. Names that another page had are kept.

    Returns
    -------
    bool
        Whether the state was read from the URL.
    """
    session = st.session_state
    values = session.setdefault(_VALUES, {})
    written = session.setdefault(_WRITTEN, {})
    path, address = session.setdefault(_ADDRESS, (None, {}))
    session.setdefault(_NOTICES, {})
    session.setdefault(_HELD, {})
    current = {name: value for name, value in read_query().items() if name in NAMES}
    if not current or current == address:
        return False
    if path is not None and path == page_address():
        for name in written.keys() - current.keys() - {"present"}:
            values.pop(name, None)
    if "point" in current or "at" in current:
        values.pop("point", None)
        values.pop("at", None)
    values.update(current)
    return True


def is_addressed(name: str) -> bool:
    """Return whether the URL has a name."""
    return name in st.query_params


def get(name: str) -> str | None:
    """Return the value of a name, or None."""
    value: str | None = st.session_state[_VALUES].get(name)
    return value


def put(name: str, value: str | None) -> None:
    """Set a name, or remove it with None; its notice, if any, is cleared."""
    values, notices = st.session_state[_VALUES], st.session_state[_NOTICES]
    notices.pop(name, None)
    if value is None:
        values.pop(name, None)
    else:
        values[name] = value


def choose(name: str, options: Sequence[str], default: str, word: str | None = None) -> str:
    """Return the value of a name; a value that is not an option falls back to `default`, with a notice.

    `word` replaces the name in the notice, where readers would not know the name.
    """
    value = get(name)
    if value is None or value in options:
        chosen = default if value is None else value
    else:
        chosen = default
        put(name, default)
        notify(name, f"There is no {word or name} “{value[:60]}” here; showing “{default}” instead.")
    return chosen


def number(
    name: str, default: float, low: float, high: float, *, whole: bool = False, word: str | None = None
) -> float:
    """Return the value of a name as a number; invalid and out-of-range values are corrected, with a notice.

    `word` replaces the name in the notice, where readers would not know the name.
    """
    text = get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value) or (whole and not value.is_integer() and math.isfinite(value)):
        put(name, f"{default:g}" if whole else None)
        kind = "whole number" if whole else "number"
        notify(name, f"The {word or name} “{text[:20]}” is no {kind}; taking {default:g}.")
        return default
    if not low <= value <= high:
        value = min(max(value, low), high)
        put(name, f"{value:g}")
        scale = f"The {word or name} goes from {low:g} to {high:g}"
        notify(name, f"{scale}, not “{text[:12]}”; taking {value:g}.")
    return value


def notify(name: str, sentence: str) -> None:
    """Store a notice until `name` is set again; Markdown in it is escaped."""
    st.session_state[_NOTICES][name] = escape_markdown(sentence)


def escape_markdown(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\g<0>", text)


def notices() -> list[str]:
    """Return the stored notices."""
    return list(st.session_state[_NOTICES].values())


def reset() -> None:
    """Clear the state, the notices and held values."""
    for part in (_VALUES, _NOTICES, _HELD):
        st.session_state[part].clear()


def publish(defaults: Mapping[str, str] | None = None, /, **values: str | None) -> None:
    """Write the names of this page into the URL; names with the value None are left out.

    A URL that differs only by names at their default stays as it is: writing it would add an entry to the
    browser's history, and Back would lead to the same page.

    Parameters
    ----------
    defaults : mapping of str to str, optional
        Default values by name.
    **values : str or None
        Values by name.
    """
    shown = {name: value for name, value in values.items() if value is not None}
    if (step := get("present")) is not None:
        shown["present"] = step
    st.session_state[_WRITTEN] = shown
    current = read_query()
    if without_defaults(current, defaults or {}) != without_defaults(shown, defaults or {}):
        write_query(shown)
        current = shown
    st.session_state[_ADDRESS] = page_address(), current


def republish(*names: str) -> None:
    """Write the current values of these names into the URL, in addition to what the page has published."""
    publish(**st.session_state[_WRITTEN] | {name: get(name) for name in names})


def link() -> str:
    """Return the page's address with its state."""
    return full_address(st.session_state[_WRITTEN])


def bind(key: str, value: object, on_change: Callable[..., None], *args: object) -> dict[str, Any]:
    """Return the arguments that make a widget show `value` and call `on_change` when it is changed."""
    st.session_state[key] = value
    return {"key": key, "on_change": on_change, "args": args}


def widget(key: str) -> Any:  # noqa: ANN401 - whatever the widget holds
    """Return the value of a widget in this session."""
    return st.session_state.get(key)


def set_widget(key: str, value: object) -> None:
    """Set the value that a widget shows when it is drawn next."""
    st.session_state[key] = value


def forget_widgets(prefix: str) -> None:
    """Reset every widget whose key begins with `prefix` to its default."""
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]


def hold(name: str, token: Hashable, value: HeldT) -> HeldT:
    """Return the value held under `name` with the same `token`; otherwise hold and return `value`."""
    held = st.session_state[_HELD]
    if name not in held or held[name][0] != token:
        held[name] = (token, value)
    kept: HeldT = held[name][1]
    return kept


def held(name: str, token: Hashable) -> Any:  # noqa: ANN401 - whatever was held
    """Return the value held under `name` with this token, or None."""
    kept = st.session_state[_HELD].get(name)
    return kept[1] if kept is not None and kept[0] == token else None


def release(name: str) -> None:
    """Remove the value held under `name`."""
    st.session_state[_HELD].pop(name, None)


def flag(name: str) -> None:
    """Set a flag; the next `lower` of that name clears it."""
    st.session_state[_HELD][name] = (None, True)


def lower(name: str) -> bool:
    """Return whether the flag was set, and clear it."""
    return st.session_state[_HELD].pop(name, None) is not None


def note_window_width(pixels: int) -> None:
    """Store the width of the visitor's window, for all pages."""
    st.session_state[_WIDTH] = pixels


def window_width() -> int:
    """Return the width of the window; `USUAL_WIDTH` until the browser has reported it."""
    width: int = st.session_state.get(_WIDTH, USUAL_WIDTH)
    return width
