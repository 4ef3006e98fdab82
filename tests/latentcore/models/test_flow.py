"""The latent flow: its solver, the way there and back, and what fewer steps change."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from latentcore.datasets import load_dataset
from latentcore.models import make_model
from latentcore.models.capabilities import HasFlow
from latentcore.models.flow import FlowModel
from latentcore.models.flow.model import MAX_SOLVER_STEPS
from latentcore.models.flow.velocity import VelocityField, integrate, log_volume_change, time_features

SETTINGS = {
    "latent_dim": 2,
    "hidden": (64, 32),
    "n_epochs": 30,
    "field_hidden": (64, 64),
    "flow_epochs": 300,
    "flow_batch_size": 128,
}


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits", "train")


@pytest.fixture(scope="module")
def model(digits):
    fitted = make_model("flow", SETTINGS).fit(digits.images, seed=0)
    assert isinstance(fitted, FlowModel)
    return fitted


class Growth(torch.nn.Module):
    """The velocity z + t, whose solution from z(0) = 0 is exp(t) - t - 1."""

    def forward(self, codes: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        return codes + time


def test_the_solver_is_of_second_order():
    start = torch.zeros(1, 1, dtype=torch.float64)
    exact = np.e - 2
    errors = [abs(float(integrate(Growth(), start, n_steps=n)[-1]) - exact) for n in (10, 20, 40)]
    ratios = np.array(errors[:-1]) / np.array(errors[1:])
    assert ratios == pytest.approx(4, rel=0.1)


def test_the_solver_keeps_every_state_and_goes_back():
    start = torch.randn(5, 3)
    states = integrate(Growth(), start, n_steps=20)
    assert len(states) == 21
    assert torch.equal(states[0], start)
    back = integrate(Growth(), states[-1], n_steps=20, backward=True)
    assert torch.allclose(back[-1], start, atol=5e-3)


def test_an_untrained_flow_moves_nothing():
    field = VelocityField(4, (16, 8))
    codes = torch.randn(7, 4)
    assert torch.equal(integrate(field, codes, n_steps=3)[-1], codes)
    assert field(codes, torch.rand(7, 1)).shape == codes.shape
    assert time_features(torch.rand(7, 1)).shape == (7, 12)


def test_the_flow_goes_there_and_back(model, digits):
    prior = model.sample_codes(500, seed=1)
    codes = model.flow_path(prior, 20)[-1]
    back = model.codes_to_prior(codes, 20)
    assert np.linalg.norm(back - prior, axis=1).mean() <= 0.05 * np.linalg.norm(prior, axis=1).mean()
    carried = model.flow_path(model.encode(digits.images), model.solver_steps)[-1]
    own = model.autoencoder_codes(digits.images)
    assert np.linalg.norm(carried - own, axis=1).mean() <= 0.05 * np.linalg.norm(own, axis=1).mean()


def test_the_flow_carries_the_prior_to_the_codes(model, digits):
    own = model.autoencoder_codes(digits.images)
    assert np.abs(own.mean(axis=0)).max() < 1e-3
    assert own.std(axis=0) == pytest.approx(1, abs=1e-2)
    carried = model.flow_path(model.sample_codes(2000, seed=1), model.solver_steps)[-1]

    def distance(codes: np.ndarray) -> float:
        """Mean distance of codes to the nearest code of an image."""
        return float(np.linalg.norm(codes[:, None] - own[None], axis=2).min(axis=1).mean())

    prior = np.random.default_rng(0).standard_normal((2000, 2), dtype=np.float32)
    assert distance(carried) < 0.75 * distance(prior)
    assert carried.std(axis=0) == pytest.approx(1, abs=0.15)
    encoded = model.encode(digits.images)
    assert np.abs(encoded.mean(axis=0)).max() < 0.25
    assert encoded.std(axis=0) == pytest.approx(1, abs=0.25)


def test_decoding_takes_the_steps_that_the_settings_say(model):
    codes = model.sample_codes(4, seed=3)
    assert model.solver_steps == 10
    assert np.array_equal(model.decode_in_steps(codes, 10), model.decode(codes))
    path = model.decode_path(codes, 10)
    assert path.shape == (11, 4, 1, 8, 8)
    assert np.allclose(path[-1], model.decode(codes), atol=1e-6)
    assert np.allclose(path[0], model.decode_autoencoder_codes(codes), atol=1e-6)
    exact = model.decode_in_steps(codes, MAX_SOLVER_STEPS)
    few, many = (float(np.abs(model.decode_in_steps(codes, n) - exact).mean()) for n in (1, 20))
    assert many < few


def test_the_volume_change_of_a_linear_field_is_known():
    start = torch.randn(6, 3)
    assert torch.allclose(log_volume_change(Growth(), start, n_steps=10), torch.full((6,), 3.0), atol=1e-5)


def test_the_density_of_codes_is_that_of_the_prior_by_the_jacobian(model):
    codes = model.sample_codes(20, seed=5)
    points = torch.from_numpy(codes)
    jacobians = torch.stack(
        [
            torch.autograd.functional.jacobian(
                lambda one: integrate(model.network_.velocity, one[None], n_steps=100)[-1][0], point
            )
            for point in points
        ]
    )
    expected = -0.5 * (codes**2).sum(axis=1) - np.log(2 * np.pi) - torch.linalg.slogdet(jacobians)[1].numpy()
    assert model.log_code_density(codes, 100) == pytest.approx(expected, abs=0.02)
    assert model.log_code_density(codes) == pytest.approx(expected, abs=0.3)


def test_the_density_of_codes_sums_to_one(model):
    side = np.linspace(-4, 4, 101, dtype=np.float32)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    density = np.exp(model.log_code_density(model.codes_to_prior(grid, 50), 50).astype(np.float64))
    assert density.sum() * float(side[1] - side[0]) ** 2 == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("n_steps", [0, MAX_SOLVER_STEPS + 1])
def test_a_number_of_steps_out_of_range_is_refused(model, n_steps):
    with pytest.raises(ValueError, match=f"n_steps is {n_steps}; expected 1 to"):
        model.decode_in_steps(model.sample_codes(2, seed=0), n_steps)
    with pytest.raises(ValueError, match=f"n_steps is {n_steps}; expected 1 to"):
        model.log_code_density(model.sample_codes(2, seed=0), n_steps)


def test_bad_codes_and_images_are_refused(model):
    with pytest.raises(ValueError, match="expected"):
        model.decode_path(np.zeros((2, 3), np.float32), 4)
    with pytest.raises(ValueError, match="expected"):
        model.autoencoder_codes(np.zeros((2, 1, 9, 8), np.float32))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"field_hidden": ()}, "field_hidden is empty"),
        ({"solver_steps": 0}, "solver_steps is 0; expected 1 to 20"),
        ({"flow_rate": 0.0}, "flow_rate"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        make_model("flow", {"latent_dim": 2, **settings})


def test_a_flow_is_recognised(model):
    assert isinstance(model, HasFlow)
    assert not isinstance(make_model("ae", {"latent_dim": 2}), HasFlow)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("n_images", [2, 12])
def test_few_images_of_any_kind_are_fitted(channels, n_images):
    images = np.random.default_rng(0).random((n_images, channels, 10, 14), dtype=np.float32)
    settings = {**SETTINGS, "n_epochs": 3, "flow_epochs": 3, "decoder_residual": True, "channels": (4,)}
    model = make_model("flow", settings).fit(images, seed=0)
    assert np.isfinite(model.reconstruct(images)).all()
    assert model.sample(3, seed=0).shape == (3, channels, 10, 14)
