"""The dataset of rooms: its factors, and what each of them changes in an image."""

import numpy as np
import pytest

from latentcore.datasets import load_dataset
from latentcore.datasets.rooms import (
    CLASSES,
    FACTORS,
    RANGES,
    RENDERED,
    hue_colours,
    render_rooms,
)
from latentcore.exceptions import DatasetError

MIDDLE = {"floor hue": 0.0, "wall hue": 0.3, "object hue": 0.6, "size": 1.0, "orientation": 10.0}
KINDS = range(len(CLASSES))


def room(kind: int, **changes: float) -> np.ndarray:
    """Render one room, (3, 32, 32); factors are written with underscores."""
    values = MIDDLE | {name.replace("_", " "): value for name, value in changes.items()}
    return render_rooms(np.array([kind]), np.array([[values[name] for name in FACTORS]], np.float32))[0]


def changed(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return which pixels differ visibly, bool (32, 32)."""
    return np.abs(first - second).max(axis=0) > 0.02


def test_rooms_are_the_same_each_time_and_differ_between_splits():
    train, test = load_dataset("rooms", "train"), load_dataset("rooms", "test")
    assert train.images.shape == (20_000, 3, 32, 32)
    assert test.images.shape == (5_000, 3, 32, 32)
    assert not {image.tobytes() for image in train.images} & {image.tobytes() for image in test.images}
    assert train.factors is not None
    assert train.factors.shape == (20_000, len(FACTORS))


def test_an_image_is_the_same_alone_as_among_others():
    rows = np.array([4_999, 3, 250, 1_111])
    together, labels = RENDERED.read("test", np.arange(5_000))
    chosen, chosen_labels = RENDERED.read("test", rows)
    assert np.array_equal(chosen, together[rows])
    assert np.array_equal(chosen_labels, labels[rows])
    for row in rows:
        assert np.array_equal(RENDERED.read("test", np.array([row]))[0][0], together[row])
    with pytest.raises(DatasetError, match="no test image 5000"):
        RENDERED.read("test", np.array([5_000]))


def test_factors_of_rooms_are_uniform_and_independent():
    labels, factors = RENDERED.sample_factors("train")
    together = np.column_stack([labels, factors])
    correlations = np.corrcoef(together, rowvar=False)
    assert np.abs(correlations - np.eye(len(FACTORS) + 1)).max() < 0.03
    assert np.abs(np.bincount(labels) / len(labels) - 1 / len(CLASSES)).max() < 0.01
    for column, name in zip(factors.T, FACTORS, strict=True):
        counts = np.histogram(column, bins=10, range=RANGES[name])[0]
        assert counts.sum() == len(column)
        assert np.abs(counts / len(column) - 0.1).max() < 0.01


def test_no_hue_is_circular():
    for name in ("floor hue", "wall hue", "object hue"):
        ends = hue_colours(np.array(RANGES[name], np.float32))
        assert np.abs(ends[0] - ends[1]).max() > 0.3


@pytest.mark.parametrize("kind", KINDS)
def test_each_hue_colours_its_own_surface(kind):
    masks = [
        changed(room(kind), room(kind, **{name: value}))
        for name, value in (("floor_hue", 0.4), ("wall_hue", 0.7), ("object_hue", 0.1))
    ]
    floor, wall, thing = masks
    assert floor[-1].all()
    assert wall[0].all() or kind == CLASSES.index("cone")
    assert thing[16, 16]
    assert not thing[:, 0].any()
    assert np.logical_or.reduce(masks).all()
    assert (np.sum(masks, axis=0) > 1).mean() < 0.2  # only antialiased edges have two surfaces


@pytest.mark.parametrize("kind", KINDS)
def test_a_larger_object_covers_more_and_a_turn_moves_the_corner(kind):
    def area(size: float) -> int:
        first, second = (room(kind, size=size, object_hue=hue) for hue in (0.1, 0.6))
        return int(changed(first, second).sum())

    low, high = RANGES["size"]
    assert area(low) * 1.6 < area(high)
    # The darker wall is on the left of the corner: the corner's column in the uppermost row.
    corners = [
        int((room(kind, orientation=turn)[:, 0].sum(axis=0) < 1.3).sum()) for turn in (-40.0, 0.0, 40.0)
    ]
    assert corners[0] > corners[1] > corners[2]


def test_kinds_differ_at_equal_factors():
    images = [room(kind) for kind in KINDS]
    for first in KINDS:
        for second in range(first):
            assert changed(images[first], images[second]).sum() > 20
