"""The normal classes in the address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.data.class_names import NONE, format_classes, parse_classes

NAMES = st.lists(
    st.text(min_size=1, max_size=6) | st.sampled_from([NONE, ",", "%", "%2C", "a,b", "a", "b", "%6Eone"]),
    unique=True,
    max_size=6,
)


@given(NAMES, st.data())
def test_every_set_of_classes_survives_the_address(classes, data):
    chosen = data.draw(st.lists(st.sampled_from(classes), unique=True) if classes else st.just([]))
    labels, unknown = parse_classes(format_classes(chosen), classes)
    assert labels == sorted(map(classes.index, chosen))
    assert not unknown


@given(st.text(max_size=40), NAMES)
def test_any_text_names_classes_or_is_unknown(text, classes):
    labels, unknown = parse_classes(text, classes)
    assert all(0 <= label < len(classes) for label in labels)
    assert not set(unknown) & set(classes)


@pytest.mark.parametrize(
    ("text", "labels", "unknown"),
    [
        ("three", [2], []),
        ("three,one", [0, 2], []),
        ("none", [], []),
        ("", [], []),
        ("none,one", [0], []),
        ("ten,one", [0], ["ten"]),
        ("cat, small", [3], []),
        ("one,cat, small,ten", [0, 3], ["ten"]),
        ("50%", [4], []),
        ("cat%2C small,50%25", [3, 4], []),
    ],
)
def test_links_of_before_names_were_escaped_are_read(text, labels, unknown):
    classes = ("one", "two", "three", "cat, small", "50%")
    assert parse_classes(text, classes) == (labels, unknown)


def test_plain_names_are_written_as_before():
    assert format_classes(["one", "three"]) == "one,three"
    assert format_classes([]) == "none"
    assert format_classes(["none"]) != "none"
