"""Attention of a Transformer, as pictures of one test image."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.data.catalogue import open_bundle
from dashboard.data.images.attention import AttentionMaps, attention_maps, has_attention
from latentcore.exceptions import UnsupportedOperation


@pytest.fixture
def maps() -> AttentionMaps:
    """Attention on a 5x7 image with patches of 4x4, which reach beyond it: a 2x2 grid."""
    generator = np.random.default_rng(0)
    weights = generator.random((2, 3, 4, 4)).astype(np.float32)
    weights /= weights.sum(axis=-1, keepdims=True)
    return AttentionMaps(generator.random((1, 5, 7)).astype(np.float32), None, weights, (2, 2), 4)


def test_shares_are_those_of_a_patch_or_their_mean(maps):
    assert np.array_equal(maps.shares(2), maps.weights[:, :, 2])
    assert np.allclose(maps.shares(None), maps.weights.mean(axis=2))
    assert maps.shares(None).sum(axis=-1) == pytest.approx(1, abs=1e-5)


def test_an_overlay_colours_the_patch_that_gets_the_most(maps):
    overlay = maps.overlay(np.array([0.1, 0.2, 0.7, 0.0], np.float32))
    assert overlay.shape == (3, 5, 7)
    assert 0 <= overlay.min() <= overlay.max() <= 1
    redness = overlay[0] - overlay[2]
    assert redness[4:, :4].min() > redness[:4, 4:].max() > redness[4:, 4:].max()
    assert redness[4:, 4:] == pytest.approx(0, abs=1e-6)


def test_a_patch_is_marked_in_the_image(maps):
    assert np.array_equal(maps.marked(None), np.broadcast_to(maps.image, (3, 5, 7)))
    changed = (maps.marked(3) != maps.marked(None)).any(axis=0)
    assert changed[4:, 4:].all()
    assert not changed[:4].any()
    assert not changed[:, :4].any()


def test_a_model_without_attention_is_refused():
    bundle = open_bundle("digits/vae-d8")
    assert not has_attention(bundle)
    with pytest.raises(UnsupportedOperation, match="has no attention"):
        attention_maps(bundle, 0)
