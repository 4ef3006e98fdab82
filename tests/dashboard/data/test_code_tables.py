"""Test images of a bundle that holds codes of a part of the test split."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from dashboard.data.catalogue import Bundle
from dashboard.data.code_tables import existing_index, find_rows, has_test_code, rows_of
from dashboard.data.places import image_number
from latentcore.exceptions import BundleError
from latentcore.store import load_bundle
from tests.dashboard.bundles import partial_bundle


@pytest.fixture(scope="module")
def part() -> Bundle:
    """Return a bundle with codes of the test images 30, 33, ... 297, in random order."""
    return partial_bundle("digits/pca-d2", np.random.default_rng(0).permutation(np.arange(30, 300, 3)))


@pytest.mark.parametrize(
    ("wanted", "former", "index"),
    [
        (33, None, 33),
        (34, None, 36),
        (34, 33, 36),
        (35, 36, 33),
        (33, 36, 33),
        (0, 60, 30),
        (0, None, 30),
        (298, None, 297),
        (539, 297, 297),
    ],
)
def test_an_index_without_a_code_becomes_the_next_one(part, wanted, former, index):
    assert existing_index(part, wanted, former) == index


def test_a_whole_table_keeps_every_index():
    bundle = load_bundle("digits/pca-d2")
    assert all(existing_index(bundle, index) == index for index in range(540))


def test_only_images_of_the_table_have_codes(part):
    assert has_test_code(part, 33)
    assert not has_test_code(part, 34)


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("539", 539), ("540", None), ("-1", None), ("1.5", None), ("", None), ("9" * 5000, None)],
)
def test_a_text_is_the_index_of_a_test_image_or_none(text, number):
    assert image_number(load_bundle("digits/vae-d2"), text) == number


@given(some.sets(some.integers(0, 30), min_size=1, max_size=12), some.lists(some.integers(0, 30), max_size=6))
def test_rows_are_found_by_number_or_not_at_all(known, wanted):
    shuffled = np.random.default_rng(0).permutation(sorted(known))
    rows = find_rows(shuffled, np.array(wanted, np.int64))
    if set(wanted) <= known:
        assert rows is not None
        assert shuffled[rows].tolist() == wanted
    else:
        assert rows is None


def test_rows_of_images_that_are_not_in_the_table_are_refused(part):
    assert part.test.indices[rows_of(part, np.array([36, 30, 297]))].tolist() == [36, 30, 297]
    with pytest.raises(BundleError, match="no code of test image 31"):
        rows_of(part, np.array([30, 31]))
