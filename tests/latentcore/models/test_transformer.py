"""The patch Transformer: patches, padding, and its attention maps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from latentcore.datasets import load_dataset
from latentcore.models import make_model
from latentcore.models.capabilities import HasAttention
from latentcore.models.transformer import TransformerModel
from latentcore.models.transformer.layers import Patches, SelfAttention

SETTINGS = {"latent_dim": 8, "patch": 2, "width": 16, "encoder_layers": 3, "n_epochs": 10}


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits", "train")


@pytest.fixture(scope="module")
def model(digits):
    fitted = make_model("transformer", SETTINGS).fit(digits.images, seed=0)
    assert isinstance(fitted, TransformerModel)
    return fitted


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 12, 8), (1, 9, 7), (3, 33, 47), (1, 2, 3)])
def test_images_are_cut_into_patches_and_joined_again(shape):
    patches = Patches(shape, 4)
    rows = torch.rand(5, int(np.prod(shape)))
    cut = patches(rows)
    assert cut.shape == (5, patches.n_patches, patches.n_values)
    assert patches.grid == (-(-shape[1] // 4), -(-shape[2] // 4))
    assert torch.equal(patches.join(cut), rows)


def test_a_patch_holds_the_pixels_of_its_square():
    images = torch.arange(2 * 64, dtype=torch.float32).view(1, 2, 8, 8)
    cut = Patches((2, 8, 8), 4)(images.reshape(1, -1))
    assert torch.equal(cut[0, 1].view(2, 4, 4), images[0, :, :4, 4:])
    assert torch.equal(cut[0, 2].view(2, 4, 4), images[0, :, 4:, :4])


def test_attention_mixes_the_values_by_its_weights():
    torch.manual_seed(0)
    attention = SelfAttention(8, 2)
    tokens = torch.randn(3, 5, 8)
    _, _, values = attention._split(tokens)
    expected = attention.mix((attention.weights(tokens) @ values).transpose(1, 2).reshape(3, 5, 8))
    assert torch.allclose(attention(tokens), expected, atol=1e-5)


def test_attention_maps_have_a_row_per_patch_that_sums_to_one(model, digits):
    weights = model.attention(digits.images[:6])
    assert isinstance(model, HasAttention)
    assert model.patch_grid == (4, 4)
    assert model.patch_side == 2
    assert weights.shape == (6, 3, 4, 16, 16)
    assert weights.dtype == np.float32
    assert weights.min() >= 0
    assert weights.sum(axis=-1) == pytest.approx(1, abs=1e-5)
    assert np.abs(weights[0] - weights[1]).max() > 1e-3
    with pytest.raises(ValueError, match="expected"):
        model.attention(np.zeros((2, 1, 9, 8), np.float32))
    assert not isinstance(make_model("ae", {"latent_dim": 2}), HasAttention)


def test_it_reconstructs_better_than_the_mean_image(model, digits):
    error = ((model.reconstruct(digits.images) - digits.images) ** 2).mean()
    assert error < 0.4 * digits.images.var(axis=0).mean()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"width": 18, "n_heads": 4}, "width is 18; expected a multiple of n_heads, 4"),
        ({"n_heads": 0}, "multiple of n_heads, 0"),
        ({"patch": 0}, "patch is 0; expected 1 to 64"),
        ({"masked_share": 1.0}, "masked_share"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        make_model("transformer", {"latent_dim": 2, **settings})


@pytest.mark.parametrize("shape", [(1, 9, 7), (3, 8, 8), (3, 33, 20), (1, 64, 64)])
@pytest.mark.parametrize("n_images", [2, 12])
def test_images_of_any_size_are_fitted(shape, n_images):
    images = np.random.default_rng(0).random((n_images, *shape), dtype=np.float32)
    settings = {"latent_dim": 2, "width": 8, "hidden": (16,), "n_epochs": 2}
    model = make_model("transformer", settings).fit(images, seed=0)
    assert model.reconstruct(images).shape == images.shape
    assert np.isfinite(model.sample(3, seed=0)).all()
