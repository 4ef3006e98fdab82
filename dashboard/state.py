"""The only place that touches the URL and the session state.

The state is a small set of named strings. It outlives a change of page, is read from the URL
whenever the URL changed from outside (a pasted link, a link between pages), and each page writes
the names that concern it back into the URL.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import streamlit as st

NAMES = (
    *("dataset", "model", "models", "plane", "colour", "points", "shade", "point", "at"),
    *("start", "end", "path", "steps"),
    *("n", "seed", "temperature", "truncation", "density", "sample", "present"),
    *("view", "group", "ranks", "match", "by", "x", "y", "likeness", "source"),
    *("align", "first", "second"),
    *("step", "share", "rate"),
    *("labels", "maker", "labelled"),
    *("noise", "level"),
    *("normal", "against", "detector", "score", "flagged"),
)
"""Every name that a URL may carry."""

LISTS = ("models",)
"""Names that a URL repeats, once a value; here their values are joined with commas."""

_VALUES, _WRITTEN, _NOTICES, _HELD, _WIDTH = "_values", "_written", "_notices", "_held", "_window_width"
USUAL_WIDTH = 1366
_MARKUP = re.compile(r"[\\`*_{}\[\]<>()#|~$:!]")
"""Characters that Markdown may take for more than themselves."""
HeldT = TypeVar("HeldT")


def begin() -> bool:
    """Take over what the URL says, if it is not what this session wrote; call once at the top of a run.

    Returns
    -------
    bool
        Whether anything was taken over.
    """
    session = st.session_state
    values, written = session.setdefault(_VALUES, {}), session.setdefault(_WRITTEN, {})
    session.setdefault(_NOTICES, {})
    session.setdefault(_HELD, {})
    current = {name: ",".join(st.query_params.get_all(name)) for name in NAMES if name in st.query_params}
    if not current or current == written:
        return False
    if "point" in current or "at" in current:
        values.pop("point", None)
        values.pop("at", None)
    values.update(current)
    return True


def is_addressed(name: str) -> bool:
    """Return whether the URL carries a name at this moment."""
    return name in st.query_params


def get(name: str) -> str | None:
    """Return the value of a name, or None."""
    value: str | None = st.session_state[_VALUES].get(name)
    return value


def put(name: str, value: str | None) -> None:
    """Set a name, or forget it with None; its notice, if any, has been answered."""
    values, notices = st.session_state[_VALUES], st.session_state[_NOTICES]
    notices.pop(name, None)
    if value is None:
        values.pop(name, None)
    else:
        values[name] = value


def choose(name: str, options: Sequence[str], default: str, word: str | None = None) -> str:
    """Return the value of a name; an unknown one falls back to `default`, with a notice.

    The notice calls it by `word`, where its name is none that a reader would know.
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
    """Return the value of a name as a number; one that is none, or out of range, is mended, with a notice.

    The notice calls it by `word`, where its name is none that a reader would know.
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
    """Keep a sentence for the user until `name` is chosen anew; what it quotes is shown as it is typed."""
    st.session_state[_NOTICES][name] = _MARKUP.sub(r"\\\g<0>", sentence)


def notices() -> list[str]:
    """Return the sentences that are still to be shown."""
    return list(st.session_state[_NOTICES].values())


def reset() -> None:
    """Forget every choice and notice."""
    for part in (_VALUES, _NOTICES, _HELD):
        st.session_state[part].clear()


def publish(**values: str | None) -> None:
    """Write the names of this page into the URL; None leaves one out."""
    shown = {name: value for name, value in values.items() if value is not None}
    if (step := get("present")) is not None:
        shown["present"] = step
    st.session_state[_WRITTEN] = shown
    current = {name: ",".join(st.query_params.get_all(name)) for name in st.query_params}
    if current != shown:
        st.query_params.from_dict({name: _as_list(name, value) for name, value in shown.items()})


def republish(*names: str) -> None:
    """Write these names into the URL as they are now, beside what the page has published."""
    publish(**st.session_state[_WRITTEN] | {name: get(name) for name in names})


def link() -> str:
    """Return the address of the page as it stands, with the state in it."""
    address = (st.context.url or "").split("?")[0]
    written = st.session_state[_WRITTEN]
    query = "&".join(
        f"{name}={_quote(part)}"
        for name, value in written.items()
        for part in (value.split(",") if name in LISTS else [value])
    )
    return f"{address}?{query}" if query else address


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
    """Return what was held under `name` as long as `token` is the same, else hold and return `value`."""
    held = st.session_state[_HELD]
    if name not in held or held[name][0] != token:
        held[name] = (token, value)
    kept: HeldT = held[name][1]
    return kept


def held(name: str, token: Hashable) -> Any:  # noqa: ANN401 - whatever was held
    """Return what is held under `name` for this token, or None."""
    kept = st.session_state[_HELD].get(name)
    return kept[1] if kept is not None and kept[0] == token else None


def release(name: str) -> None:
    """Forget what is held under `name`."""
    st.session_state[_HELD].pop(name, None)


def flag(name: str) -> None:
    """Raise a flag that the next `lower` of that name takes down."""
    st.session_state[_HELD][name] = (None, True)


def lower(name: str) -> bool:
    """Return whether the flag was up, and take it down."""
    return st.session_state[_HELD].pop(name, None) is not None


def note_window_width(pixels: int) -> None:
    """Remember how wide the visitor's window is, on all pages."""
    st.session_state[_WIDTH] = pixels


def window_width() -> int:
    """Return how wide the window is, or `USUAL_WIDTH` until a page has told."""
    width: int = st.session_state.get(_WIDTH, USUAL_WIDTH)
    return width


def _as_list(name: str, value: str) -> str | list[str]:
    return value.split(",") if name in LISTS else value


def _quote(value: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415

    return quote(value, safe=",")
