"""Clusters of codes that were found without labels."""

import numpy as np
import pytest

from latentcore.metrics.clusters import assigned_clusters, cluster_centres


@pytest.mark.parametrize("k", [2, 3, 5])
def test_separate_heaps_are_found(k):
    generator = np.random.default_rng(0)
    places = generator.normal(0, 10, (k, 4)).astype(np.float32)
    sizes = [60 - 8 * j for j in range(k)]
    codes = np.concatenate(
        [place + generator.normal(0, 0.2, (n, 4)) for place, n in zip(places, sizes, strict=True)]
    )
    codes = codes.astype(np.float32)
    centres = cluster_centres(codes)
    assert np.allclose(centres, places, atol=0.2)
    assert np.bincount(assigned_clusters(centres, codes)).tolist() == sizes


@pytest.mark.parametrize("codes", [np.zeros((9, 3)), np.eye(3), np.ones((1, 2))])
def test_too_few_different_codes_are_one_cluster(codes):
    codes = codes.astype(np.float32)
    centres = cluster_centres(codes)
    assert np.allclose(centres, codes.mean(axis=0))
    assert (assigned_clusters(centres, codes) == 0).all()
