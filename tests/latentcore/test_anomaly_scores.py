"""Anomaly scores, and how well a score tells anomalies from what is normal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import mahalanobis as scipy_mahalanobis
from sklearn.metrics import roc_auc_score
from sklearn.metrics import roc_curve as sklearn_roc_curve

from latentcore.anomaly_scores import ANOMALY_SCORES, ModelOutputs, available_scores, coarse_error
from latentcore.datasets import load_dataset
from latentcore.exceptions import UnsupportedOperation
from latentcore.metrics.detection import auroc, mean_auroc, roc_curve
from latentcore.metrics.reconstruction import image_mse
from latentcore.models import MODELS
from latentcore.out_of_distribution import ood_datasets, ood_images
from latentcore.store import load_bundle


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2, max_size=80).filter(
        lambda rows: 0 < sum(side for _, side in rows) < len(rows)
    )
)
def test_auroc_and_curve_are_those_of_scikit_learn(values):
    scores = np.array([value for value, _ in values], np.float32)
    sides = np.array([side for _, side in values])
    found = auroc(scores, sides)
    assert found.value == pytest.approx(roc_auc_score(sides, scores))
    assert found.interval[0] <= found.value <= found.interval[1]
    false_alarms, caught = roc_curve(scores, sides)
    theirs = sklearn_roc_curve(sides, scores, drop_intermediate=False)
    assert np.allclose(false_alarms, theirs[0])
    assert np.allclose(caught, theirs[1])


def test_shuffled_sides_give_chance():
    generator = np.random.default_rng(0)
    scores, sides = generator.standard_normal(2000).astype(np.float32), np.arange(2000) < 700
    shifted = scores + 2 * sides.astype(np.float32)
    assert auroc(shifted, sides).value > 0.9
    shuffled = [auroc(shifted, generator.permutation(sides)).value for _ in range(20)]
    assert np.mean(shuffled) == pytest.approx(0.5, abs=0.01)
    assert max(shuffled) < 0.55


def test_turning_scores_round_turns_the_area_round():
    generator = np.random.default_rng(1)
    scores, sides = generator.standard_normal(300).astype(np.float32), np.arange(300) < 100
    assert auroc(-scores, sides).value == pytest.approx(1 - auroc(scores, sides).value)
    assert auroc(scores, ~sides).value == pytest.approx(1 - auroc(scores, sides).value)


def test_interval_is_as_wide_as_repetition_says():
    generator = np.random.default_rng(2)
    sides = np.arange(400) < 150

    def draw() -> np.ndarray:
        return np.asarray(generator.standard_normal(400) + 1.2 * sides, np.float32)

    truth = np.mean([auroc(draw(), sides).value for _ in range(400)])
    held = [low <= truth <= high for low, high in (auroc(draw(), sides).interval for _ in range(400))]
    assert 0.91 < np.mean(held) < 0.985


def test_mean_of_areas_on_the_same_images_knows_that_they_agree():
    generator = np.random.default_rng(3)
    sides = np.arange(500) < 200
    one = auroc(np.asarray(generator.standard_normal(500) + sides, np.float32), sides)
    other = auroc(np.asarray(generator.standard_normal(500) + sides, np.float32), sides)
    twice, both = mean_auroc([one, one]), mean_auroc([one, other])
    assert twice.value == one.value
    assert twice.interval == pytest.approx(one.interval)
    assert both.interval[1] - both.interval[0] < 0.85 * (one.interval[1] - one.interval[0])


def test_perfect_scores_have_no_width_and_bad_input_is_named():
    sides = np.array([False, False, True])
    assert auroc(np.array([0, 1, 2], np.float32), sides).interval == (1, 1)
    with pytest.raises(ValueError, match="no anomaly"):
        auroc(np.zeros(3, np.float32), np.zeros(3, bool))
    with pytest.raises(ValueError, match="no normal image"):
        roc_curve(np.zeros(3, np.float32), np.ones(3, bool))
    with pytest.raises(ValueError, match="NaN"):
        auroc(np.array([0, np.nan, 1], np.float32), sides)
    with pytest.raises(ValueError, match="one of each"):
        auroc(np.zeros(4, np.float32), sides)


@pytest.fixture(scope="module")
def seen() -> tuple[ModelOutputs, ModelOutputs]:
    generator = np.random.default_rng(0)
    normal = ModelOutputs(
        generator.standard_normal((200, 4)).astype(np.float32), np.full(200, 0.01, np.float32)
    )
    codes = (2 * generator.standard_normal((30, 4))).astype(np.float32)
    return normal, ModelOutputs(codes, generator.random(30).astype(np.float32))


def test_distances_are_what_their_names_say(seen):
    normal, images = seen
    model = load_bundle("digits/pca-d2").model
    found = ANOMALY_SCORES["mahalanobis"].measure(model, normal, images)
    covariance = np.cov(normal.codes.astype(np.float64), rowvar=False, bias=True)
    mean, inverse = normal.codes.mean(axis=0), np.linalg.inv(covariance)
    expected = [scipy_mahalanobis(code, mean, inverse) for code in images.codes.astype(np.float64)]
    assert np.allclose(found, expected, rtol=1e-3)
    distance = ANOMALY_SCORES["neighbours"].measure(model, normal, images)
    all_distances = np.linalg.norm(images.codes[:, None] - normal.codes[None], axis=2)
    assert np.allclose(distance, np.sort(all_distances, axis=1)[:, :5].mean(axis=1), rtol=1e-4)
    assert np.array_equal(ANOMALY_SCORES["error"].measure(model, normal, images), images.errors)
    coarse = ModelOutputs(images.codes, images.errors, images.errors**2)
    assert np.array_equal(ANOMALY_SCORES["coarse"].measure(model, normal, coarse), coarse.coarse)
    both = ANOMALY_SCORES["both"].measure(model, normal, coarse)
    assert np.allclose(np.exp(both), coarse.coarse * distance, rtol=1e-4)
    for name in ("coarse", "both"):
        with pytest.raises(UnsupportedOperation, match="needs the original images"):
            ANOMALY_SCORES[name].measure(model, normal, images)


def test_coarse_error_forgives_a_shift_and_knows_no_brightness():
    images = load_dataset("shapes", "test").images[:50]
    noise = np.random.default_rng(0).standard_normal(images.shape).astype(np.float32)
    shifted = np.roll(images, 1, axis=3)
    blank = np.zeros_like(images)
    assert np.array_equal(coarse_error(images, images), np.zeros(50, np.float32))
    assert np.allclose(coarse_error(images / 2, shifted / 2), coarse_error(images, shifted), rtol=1e-3)
    by_shift = image_mse(images, shifted).mean() / image_mse(images, blank).mean()
    coarse = coarse_error(images, shifted).mean() / coarse_error(images, blank).mean()
    assert coarse < 0.8 * by_shift
    rough = images + np.float32(0.1) * noise
    energy = (images**2).mean(axis=(1, 2, 3))
    assert coarse_error(images, rough).mean() < 0.15 * (image_mse(images, rough) / energy).mean()


def test_every_family_has_its_scores_and_no_others():
    of_family = {name: available_scores(family.capabilities) for name, family in MODELS.items()}
    assert of_family["pca"] == of_family["ae"] == ["error", "coarse", "neighbours", "mahalanobis", "both"]
    assert of_family["gan"] == ["inversion", "coarse", "neighbours", "mahalanobis", "both"]
    assert "elbo" in of_family["vae"]
    assert [name for name, scores in of_family.items() if "density" in scores] == ["flow"]


def test_elbo_needs_a_vae_and_images(seen):
    normal, images = seen
    with pytest.raises(UnsupportedOperation, match="needs a VAE and the original images"):
        ANOMALY_SCORES["elbo"].measure(load_bundle("digits/vae-d8").model, normal, images)
    test = load_dataset("digits", "test").images[:5]
    model = load_bundle("digits/vae-d8").model
    assert ANOMALY_SCORES["elbo"].measure(model, normal, ModelOutputs.compute(model, test)).shape == (5,)


def test_the_density_of_codes_needs_a_flow(seen):
    normal, images = seen
    with pytest.raises(UnsupportedOperation, match="needs a flow"):
        ANOMALY_SCORES["density"].measure(load_bundle("digits/ae-d8").model, normal, images)
    model = load_bundle("digits/flow-d2").model
    usual, far = (
        ModelOutputs(scale * model.sample_codes(200, seed=0), np.zeros(200, np.float32)) for scale in (1, 3)
    )
    scores = ANOMALY_SCORES["density"].measure(model, normal, usual)
    assert np.array_equal(scores, -model.log_code_density(usual.codes))
    assert np.median(scores) < np.median(ANOMALY_SCORES["density"].measure(model, normal, far))


def test_stored_errors_and_codes_are_what_the_model_makes_of_the_images():
    bundle = load_bundle("digits/ae-d8")
    test = load_dataset("digits", "test").images[bundle.test.indices[:50]]
    seen = ModelOutputs.compute(bundle.model, test)
    assert np.allclose(seen.errors, bundle.test.errors[:50], rtol=1e-2, atol=1e-6)
    assert np.allclose(seen.codes, bundle.test.codes[:50], rtol=1e-2, atol=1e-3)


def test_foreign_images_take_the_shape_and_are_never_enlarged():
    assert "digits" not in ood_datasets("mnist")
    assert {"mnist", "shapes"} <= set(ood_datasets("digits"))
    images = ood_images("shapes", (1, 8, 8), 20, seed=0)
    assert images.shape == (20, 1, 8, 8)
    assert images.dtype == np.float32
    whole = ood_images("shapes", (1, 28, 28), 20, seed=0)
    assert np.allclose(images.mean(axis=(1, 2, 3)), whole.mean(axis=(1, 2, 3)), atol=0.01)
