"""How long the tests with hostile input go on, and how bytes and JSON are spoilt.

By default a few dozen examples a test; ``LATENT_ATLAS_FUZZ=long pytest tests -k hostile`` tries thousands.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

_COMMON: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}
settings.register_profile("hostile-ci", max_examples=40, derandomize=True, **_COMMON)
settings.register_profile("hostile-long", max_examples=2000, **_COMMON)

FUZZ = settings.get_profile(f"hostile-{os.environ.get('LATENT_ATLAS_FUZZ', 'ci')}")
"""Decorates every test with hostile input."""

HOSTILE_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 10**9, 10**30, -(10**30), 0.5, 1e308, -1e308, 5e-324),
    *("", "x", "../../etc/passwd", "\x00", "a" * 5000, "NaN", "<script>alert(1)</script>", "![x](//x)"),
    *([], [[]], [1], [0, 0, 0], [-1], [None], ["x"], [10**9] * 3, list(range(300)), {}, {"x": {}}),
    {"value": "x"},
]

_EDITS = st.tuples(
    st.sampled_from(["set", "flip", "cut", "insert", "repeat"]),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 255),
)


@st.composite
def spoilt_bytes(draw: st.DrawFn, sources: list[bytes]) -> bytes:
    """One of the sources with one to eight changes, most near the beginning, where the headers are."""
    data = bytearray(draw(st.sampled_from(sources)))
    near = draw(st.sampled_from([64, 512, 10**9]))
    for what, place, value in draw(st.lists(_EDITS, min_size=1, max_size=8)):
        at = int(place * min(len(data), near))
        if what == "cut":
            del data[int(place * len(data)) :]
        elif what == "insert":
            data[at:at] = bytes([value]) * (1 + value % 9)
        elif what == "repeat":
            data[at:at] = data[at : at + value]
        elif at < len(data):
            data[at] = value if what == "set" else data[at] ^ (1 << value % 8)
    return bytes(data)


@st.composite
def spoilt_json(draw: st.DrawFn, sources: list[Any]) -> Any:
    """One of the sources with one to three values anywhere in it replaced or left out."""
    value = copy.deepcopy(draw(st.sampled_from(sources)))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(value))
        if not places:
            break
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        if draw(st.integers(0, 4)) == 0:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(draw(st.sampled_from(HOSTILE_VALUES)))
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every holder and key within a JSON value; of a list, only the first and the last entry."""
    keys = value.keys() if isinstance(value, dict) else {0, len(value) - 1} if value else ()
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
