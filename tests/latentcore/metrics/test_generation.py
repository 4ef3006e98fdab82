"""Scores of samples and of factors, against closed forms and other implementations."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import mutual_info_score

from latentcore.datasets import load_dataset
from latentcore.datasets.torchvision_import import torchvision_datasets
from latentcore.evaluation import RealReference
from latentcore.evaluation.real_reference import SampleSizes
from latentcore.evaluation.sample_scores import sample_scores
from latentcore.features import load_feature_network
from latentcore.metrics.factors import entropy, mutual_information, mutual_information_gap, quantile_bins
from latentcore.metrics.generation import class_shares, frechet_distance, prdc, two_sample_accuracy
from latentcore.metrics.nearest_neighbours import nearest
from latentcore.metrics.reconstruction import bootstrap_interval, psnr
from latentcore.types import Capability


def normal(n: int, d: int = 8, *, mean: float = 0, scale: float = 1, seed: int = 0) -> np.ndarray:
    return (mean + scale * np.random.default_rng(seed).standard_normal((n, d))).astype(np.float32)


def test_the_frechet_distance_of_two_gaussians_has_its_closed_form():
    one, other = normal(200_000, 4), normal(200_000, 4, mean=1, scale=2, seed=1)
    assert frechet_distance(one, other) == pytest.approx(4 * 1 + 4 * (2 - 1) ** 2, rel=0.02)


def test_the_frechet_distance_agrees_with_torchmetrics():
    torchvision_datasets()
    from torchmetrics.image.fid import FrechetInceptionDistance  # noqa: PLC0415 - imports torchvision

    class Rows(torch.nn.Module):
        num_features = 8

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return images.flatten(1)

    one, other = normal(500), normal(400, mean=0.3, scale=1.5, seed=1)
    torchmetrics_score = FrechetInceptionDistance(feature=Rows(), normalize=True, input_img_size=(1, 1, 8))
    torchmetrics_score.set_dtype(torch.float64)
    torchmetrics_score.update(torch.from_numpy(one).view(-1, 1, 1, 8).double(), real=True)
    torchmetrics_score.update(torch.from_numpy(other).view(-1, 1, 1, 8).double(), real=False)
    assert frechet_distance(one, other) == pytest.approx(float(torchmetrics_score.compute()), rel=1e-4)


def test_the_frechet_distance_ignores_order_and_never_likes_noise():
    one, other = normal(3000), normal(3000, seed=1)
    shuffled = other[np.random.default_rng(2).permutation(3000)]
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-4)
    assert frechet_distance(one, shuffled) == pytest.approx(frechet_distance(one, other), rel=1e-5)
    noisy = [frechet_distance(one, other + level * normal(3000, seed=3)) for level in (0, 0.5, 1, 2)]
    assert noisy == sorted(noisy)


def test_support_of_identical_and_of_distant_sets():
    one = normal(300)
    same = prdc(one, one)
    assert same.precision == same.recall == same.coverage == 1
    assert same.density > 1
    far = prdc(one, one + 100)
    assert far.precision == far.recall == far.density == far.coverage == 0


def test_support_agrees_with_its_definition():
    real, samples = normal(60, 3), normal(50, 3, mean=0.5, seed=1)
    k = 3

    def reach(rows: np.ndarray) -> np.ndarray:
        return np.sort(np.linalg.norm(rows[:, None] - rows[None], axis=2), axis=1)[:, k]

    apart = np.linalg.norm(real[:, None] - samples[None], axis=2)
    found = prdc(real, samples, k=k)
    inside = apart <= reach(real)[:, None]
    assert found.precision == pytest.approx(inside.any(axis=0).mean())
    assert found.density == pytest.approx(inside.sum(axis=0).mean() / k)
    assert found.coverage == pytest.approx((apart.min(axis=1) <= reach(real)).mean())
    assert found.recall == pytest.approx((apart <= reach(samples)[None]).any(axis=1).mean())


def test_a_classifier_cannot_tell_two_halves_apart_and_can_tell_a_shift():
    assert two_sample_accuracy(normal(1000), normal(1000, seed=1), seed=0).mean() == pytest.approx(
        0.5, abs=0.05
    )
    assert two_sample_accuracy(normal(500), normal(500, mean=3, seed=1), seed=0).mean() > 0.98


def test_mutual_information_agrees_with_scikit_learn():
    generator = np.random.default_rng(0)
    one = generator.integers(0, 5, 1000)
    other = (one + generator.integers(0, 3, 1000)) % 7
    assert mutual_information(one, other) == pytest.approx(mutual_info_score(one, other), rel=1e-6)
    assert entropy(np.repeat(np.arange(8), 10)) == pytest.approx(np.log(8))


def test_the_gap_is_one_for_separate_dimensions_and_near_zero_for_a_rotation():
    generator = np.random.default_rng(0)
    codes = generator.uniform(size=(20_000, 2)).astype(np.float32)
    factors = [quantile_bins(codes[:, 0]), quantile_bins(codes[:, 1])]
    assert mutual_information_gap(codes, factors).min() > 0.95
    turned = (codes @ np.array([[1, -1], [1, 1]]) / np.sqrt(2)).astype(np.float32)
    assert mutual_information_gap(turned, factors).max() < 0.05
    with pytest.raises(ValueError, match="at least 2"):
        mutual_information_gap(codes[:, :1], factors)


def test_both_ways_of_finding_neighbours_agree():
    for d in (3, 12):
        reference, queries = normal(200, d), normal(20, d, seed=1)
        distances, rows = nearest(reference, queries, k=4)
        brute = np.linalg.norm(queries[:, None] - reference[None], axis=2)
        assert np.allclose(distances, np.sort(brute, axis=1)[:, :4], atol=1e-4)
        assert np.array_equal(rows[:, 0], brute.argmin(axis=1))


def test_intervals_of_rows_are_those_of_their_columns():
    values = normal(400, 3)
    low, high = bootstrap_interval(values, seed=0)
    for k in range(3):
        alone = bootstrap_interval(values[:, k], seed=0)
        assert low[k] == pytest.approx(float(alone[0]), abs=1e-6)
        assert high[k] == pytest.approx(float(alone[1]), abs=1e-6)
    width = 2 * 1.96 * values.std(axis=0) / np.sqrt(400)
    assert np.allclose(high - low, width, rtol=0.15)


def test_psnr_of_a_known_error():
    assert psnr(0.01) == pytest.approx(20)


def test_shares_sum_to_one():
    assert class_shares(np.array([0, 2, 2, 1]), n_classes=4).tolist() == [0.25, 0.25, 0.5, 0]


@pytest.mark.parametrize("dataset", ["mnist", "fashion_mnist", "shapes"])
def test_a_shipped_feature_network_is_whole(dataset):
    network = load_feature_network(dataset)
    assert network is not None
    assert network.metadata["name"] == "LeNet64 v1"
    images = load_dataset("shapes", "test").images[:50]
    assert network.features(images).shape == (50, 64)
    assert np.allclose(network.probabilities(images).sum(axis=1), 1, atol=1e-5)


def test_the_network_of_shapes_is_as_accurate_as_it_says():
    network, test = load_feature_network("shapes"), load_dataset("shapes", "test")
    assert network is not None
    predicted = network.probabilities(test.images).argmax(axis=1)
    assert (predicted == test.labels).mean() == pytest.approx(network.metadata["accuracy"], abs=5e-4)


@pytest.mark.slow
def test_real_images_score_better_than_any_model():
    """The scores of real test images passed off as samples: what a perfect model would get."""
    train, test = load_dataset("shapes", "train"), load_dataset("shapes", "test")
    # Sets of full size, as distances depend on it; two of them, as each has to pass.
    reference = RealReference.compute(train, test, SampleSizes(n_seeds=2))

    class Perfect:
        capabilities: frozenset[Capability] = frozenset()
        sampling = "the data"

        def sample(self, n: int, *, seed: int) -> np.ndarray:
            rows = np.random.default_rng(seed + 100).choice(len(train), n, replace=False)
            return train.images[rows]

    scores = sample_scores(Perfect(), reference)  # type: ignore[arg-type]
    assert scores["fd_percent"].value < 1
    assert scores["precision"].value > 0.9
    assert scores["recall"].value > 0.9
    assert abs(scores["c2st"].value - 0.5) < 0.05
