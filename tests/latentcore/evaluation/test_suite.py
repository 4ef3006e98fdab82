"""The metrics of the suite against other implementations, closed forms, and what must not change them."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from scipy.stats import mannwhitneyu
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import trustworthiness as reference_trustworthiness
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from latentcore.datasets import load_dataset
from latentcore.datasets.torchvision_import import torchvision_datasets
from latentcore.evaluation import evaluate
from latentcore.evaluation.class_conditional import real_accuracy, sample_classes
from latentcore.evaluation.suite import GROUPS, SUITE, absent_reason
from latentcore.exceptions import BundleError, EndScoring, UnknownNameError
from latentcore.metrics.classification import probe_correct
from latentcore.metrics.factors import dci_scores
from latentcore.metrics.generation import copying, kernel_distance
from latentcore.metrics.neighbourhoods import (
    continuity,
    neighbour_ratios,
    neighbourhood_hit,
    trustworthiness,
    two_nn_dimension,
)
from latentcore.metrics.reconstruction import image_mse, image_psnr, psnr, ssim
from latentcore.store import list_bundles, load_bundle
from latentcore.studies import read_study, run_study

torchvision_datasets()  # torchmetrics imports torchvision


def normal(n: int, d: int = 8, *, mean: float = 0, seed: int = 0) -> np.ndarray:
    return (mean + np.random.default_rng(seed).standard_normal((n, d))).astype(np.float32)


def pictures(n: int, side: int = 28, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((n, 1, side, side), np.float32)


@pytest.mark.parametrize("side", [28, 8])
def test_structural_similarity_agrees_with_torchmetrics(side):
    from torchmetrics.functional.image import structural_similarity_index_measure  # noqa: PLC0415

    one = pictures(12, side)
    other = np.clip(one + 0.2 * normal(12 * side * side, 1).reshape(one.shape), 0, 1)
    pair = (torch.from_numpy(rows).double() for rows in (other, one))
    expected = structural_similarity_index_measure(*pair, sigma=1.5, data_range=1.0, reduction="none")
    assert np.allclose(ssim(one, other), expected.numpy(), rtol=1e-4, atol=1e-6)
    assert np.allclose(ssim(one, one), 1)
    with pytest.raises(ValueError, match="differ"):
        ssim(pictures(2), pictures(3))


def test_both_signal_to_noise_ratios_agree_with_torchmetrics():
    from torchmetrics.functional.image import peak_signal_noise_ratio  # noqa: PLC0415

    one = pictures(30)
    other = np.clip(one + 0.1 * normal(one.size, 1).reshape(one.shape), 0, 1)
    pair = (torch.from_numpy(other), torch.from_numpy(one))
    pooled = peak_signal_noise_ratio(*pair, data_range=1.0)
    each = peak_signal_noise_ratio(*pair, data_range=1.0, reduction="none", dim=(1, 2, 3))
    errors = image_mse(one, other)
    assert psnr(float(errors.mean())) == pytest.approx(float(pooled), rel=1e-4)
    assert np.allclose(image_psnr(one, other), each.numpy(), rtol=1e-4)
    assert image_psnr(one, other).mean() >= psnr(float(errors.mean())) - 1e-4


@pytest.mark.filterwarnings("ignore:Metric `Kernel Inception Distance`:UserWarning")
def test_the_kernel_distance_agrees_with_torchmetrics():
    from torchmetrics.image.kid import KernelInceptionDistance  # noqa: PLC0415

    class Rows(torch.nn.Module):
        num_features = 8

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return images.flatten(1)

    one, other = normal(300), normal(300, mean=0.4, seed=1)
    torchmetrics_score = KernelInceptionDistance(feature=Rows(), subsets=1, subset_size=300, normalize=True)
    torchmetrics_score.update(torch.from_numpy(one).view(-1, 1, 1, 8).double(), real=True)
    torchmetrics_score.update(torch.from_numpy(other).view(-1, 1, 1, 8).double(), real=False)
    assert kernel_distance(one, other) == pytest.approx(float(torchmetrics_score.compute()[0]), rel=1e-4)


def test_the_kernel_distance_ignores_order_is_near_zero_for_one_source_and_never_likes_noise():
    one, other = normal(2000), normal(2000, seed=1)
    assert abs(kernel_distance(one, other)) < 0.02
    assert kernel_distance(one, other[::-1]) == pytest.approx(kernel_distance(one, other), rel=1e-6)
    noisy = [kernel_distance(one, other + level * normal(2000, seed=2)) for level in (0, 0.5, 1)]
    assert noisy == sorted(noisy)


def test_copying_is_the_mann_whitney_statistic():
    real, held, drawn = normal(400), normal(150, seed=1), normal(120, mean=0.2, seed=2)

    def reach(rows: np.ndarray) -> np.ndarray:
        return NearestNeighbors(n_neighbors=1).fit(real).kneighbors(rows)[0][:, 0]

    statistic = mannwhitneyu(reach(held), reach(drawn)).statistic / (len(held) * len(drawn))
    assert copying(real, held, drawn).mean() == pytest.approx(statistic, abs=1e-6)


def test_copies_are_found_and_fresh_images_are_not():
    real, held = normal(2000), normal(2000, seed=1)
    assert copying(real, held, real[:500]).mean() == 1
    assert copying(real, held, normal(2000, seed=2)).mean() == pytest.approx(0.5, abs=0.03)


def test_trustworthiness_and_continuity_agree_with_scikit_learn():
    images, codes = normal(200, 12), normal(200, 2, seed=1)
    codes[:, 0] += images[:, 0]
    for k in (3, 10):
        assert trustworthiness(images, codes, k=k).mean() == pytest.approx(
            reference_trustworthiness(images, codes, n_neighbors=k), rel=1e-4
        )
        assert continuity(images, codes, k=k).mean() == pytest.approx(
            reference_trustworthiness(codes, images, n_neighbors=k), rel=1e-4
        )
    assert np.all(trustworthiness(images, images) == 1)
    with pytest.raises(ValueError, match="less than half"):
        trustworthiness(images, codes, k=100)


def test_neighbours_do_not_feel_a_rotation():
    images, codes, labels = normal(300, 12), normal(300, 4, seed=1), np.arange(300) % 3
    turn = np.linalg.qr(normal(4, 4, seed=2))[0].astype(np.float32)
    turned = codes @ turn
    assert np.allclose(trustworthiness(images, codes), trustworthiness(images, turned), atol=1e-6)
    assert np.array_equal(neighbourhood_hit(codes, labels), neighbourhood_hit(turned, labels))
    assert neighbour_ratios(codes) == pytest.approx(neighbour_ratios(turned), rel=1e-3)


def test_neighbourhood_hit_of_separate_and_of_mixed_classes():
    labels = np.repeat([0, 1], 100)
    apart = normal(200, 2) + 50 * labels[:, None]
    assert neighbourhood_hit(apart.astype(np.float32), labels).mean() == 1
    mixed = neighbourhood_hit(normal(200, 2), np.random.default_rng(0).integers(0, 2, 200))
    assert mixed.mean() == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_the_intrinsic_dimension_of_a_cube_is_its_own(dimension):
    cube = np.random.default_rng(0).random((5000, dimension)).astype(np.float32)
    inside = np.hstack([cube, np.zeros((5000, 3), np.float32)])
    assert two_nn_dimension(neighbour_ratios(inside)) == pytest.approx(dimension, rel=0.08)
    with pytest.raises(ValueError, match="at least 10"):
        two_nn_dimension(neighbour_ratios(inside[:5]))


def test_the_intrinsic_dimension_has_its_closed_form():
    ratios = np.sort(np.random.default_rng(0).random(20_000) ** (-1 / 7))
    assert two_nn_dimension(ratios) == pytest.approx(7, rel=0.03)


def test_the_probe_is_a_logistic_regression_and_shuffled_labels_leave_chance():
    labels = np.arange(600) % 3
    codes = (normal(600, 4) + 2 * np.eye(3, 4)[labels]).astype(np.float32)
    scaler = StandardScaler().fit(codes[:400])
    classifier = LogisticRegression(max_iter=1000).fit(scaler.transform(codes[:400]), labels[:400])
    expected = classifier.score(scaler.transform(codes[400:]), labels[400:])
    assert probe_correct(codes[:400], labels[:400], codes[400:], labels[400:]).mean() == pytest.approx(
        expected
    )
    shuffled = np.random.default_rng(0).permutation(labels)
    assert probe_correct(codes[:400], shuffled[:400], codes[400:], shuffled[400:]).mean() < 0.45


def test_disentanglement_tells_separate_dimensions_from_mixed_ones():
    factors = np.random.default_rng(0).random((3000, 2)).astype(np.float32)
    turned = (factors @ np.array([[1, -1], [1, 1]]) / np.sqrt(2)).astype(np.float32)

    def measure(codes: np.ndarray):
        known, held = list(factors[:2000].T), list(factors[2000:].T)
        return dci_scores(codes[:2000], known, codes[2000:], held, seed=0)

    apart, mixed = measure(factors), measure(turned)
    assert min(apart.disentanglement, apart.completeness, apart.informativeness) > 0.98
    assert max(mixed.disentanglement, mixed.completeness) < 0.2
    with pytest.raises(ValueError, match="needs 2"):
        dci_scores(factors[:, :1], list(factors.T), factors[:, :1], list(factors.T), seed=0)


def test_a_classifier_learns_from_samples_of_each_class_and_nothing_from_shuffled_ones():
    bundle, test = load_bundle("digits/vae-d8"), load_dataset("digits", "test")
    images, labels = sample_classes(
        bundle.model, bundle.train.codes, bundle.train.labels, n_per_class=60, seed=0
    )
    assert images.shape == (600, 1, 8, 8)
    assert np.array_equal(np.bincount(labels), np.full(10, 60))
    assert real_accuracy(images, labels, test).mean() > 0.8
    shuffled = np.random.default_rng(0).permutation(labels)
    assert real_accuracy(images, shuffled, test).mean() < 0.4


def test_every_score_of_every_bundle_is_in_the_suite_or_is_a_profile():
    profiles = {
        "class_shares",
        "code_mean",
        "code_std",
        "kl",
        "explained_variance_ratio",
        "mse_of_mean_image",
    }
    known = {measure.name for measure in SUITE} | profiles
    for spec in list_bundles():
        assert set(spec.metrics) <= known


def test_an_absent_score_has_a_reason():
    assert {measure.group for measure in SUITE} == set(GROUPS)
    for spec in list_bundles():
        for measure in SUITE:
            if measure.name not in spec.metrics:
                reason = absent_reason(measure, spec)
                assert reason, (spec.id, measure.name)


def test_an_evaluation_says_what_it_does_and_can_be_ended():
    bundle = load_bundle("digits/pca-d2")
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")
    seen: list[tuple[str, float]] = []

    class EnoughError(Exception):
        pass

    def on_part(name: str, share: float) -> None:
        seen.append((name, share))
        if name == "geometry":
            raise EnoughError

    with pytest.raises(EnoughError):
        evaluate(bundle.model, train, test, on_part=on_part)
    assert [name for name, _ in seen] == ["codes", "reconstructions", "neighbours", "structure", "geometry"]
    assert [share for _, share in seen] == sorted(share for _, share in seen)


@pytest.mark.parametrize(
    ("ended_at", "measured"), [("codes", {"mse", "ssim"}), ("structure", {"mse", "ssim", "knn_accuracy"})]
)
def test_scores_measured_before_the_end_of_an_evaluation_are_kept(ended_at, measured):
    bundle = load_bundle("digits/pca-d2")
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test")

    def on_part(name: str, share: float) -> None:
        if name == ended_at:
            raise EndScoring

    scores = evaluate(bundle.model, train, test, on_part=on_part)
    assert measured <= set(scores)
    assert "trustworthiness" not in scores
    assert ("knn_accuracy" in scores) is (ended_at == "structure")


def test_a_study_is_written_whole_and_read_back(tmp_path):
    path = run_study("real", "digits", tmp_path)
    found = read_study("digits", "real", tmp_path)
    assert found is not None
    assert found.command == "latentcore study real digits"
    assert found.found["cas"]["value"] > 0.9
    assert [p.name for p in path.parent.iterdir()] == ["real.json"]
    assert read_study("digits", "similarity", tmp_path) is None


def test_a_damaged_study_is_refused(tmp_path):
    path = run_study("real", "digits", tmp_path)
    good = path.read_text(encoding="utf-8")
    for bad in (good[:50], "[]", json.dumps({"format_version": 9}), good.replace('"found"', '"lost"')):
        path.write_text(bad, encoding="utf-8")
        with pytest.raises(BundleError, match=r"real\.json"):
            read_study("digits", "real", tmp_path)
    with pytest.raises(UnknownNameError, match="no study"):
        run_study("nonsense", "digits", tmp_path)
