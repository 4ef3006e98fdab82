"""What networks learn with, and how the zoo is trained: here, interrupted, and on a cluster."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from latentcore import bundling, zoo
from latentcore.datasets import load_dataset
from latentcore.exceptions import BundleError
from latentcore.models import make_model
from latentcore.models.batch_norm import add_batch_norm, fold_batch_norm
from latentcore.models.critic import PENALTY_INTERVAL, AdversarialLoss, make_critic, squared_gradient
from latentcore.models.gan import GANModel
from latentcore.models.networks import decoder_network, encoder_network
from latentcore.models.precision import round_to_half
from latentcore.models.vae_training import binarise
from latentcore.recipes import ZOO, Recipe, make_recipe
from latentcore.store import list_bundles, load_bundle
from latentcore.store.names import check_name
from latentcore.training import Losses, run_one_cycle

SHAPE = (1, 28, 28)


@pytest.fixture(scope="module")
def shapes():
    return load_dataset("shapes", "train").take(np.arange(256))


def test_a_decoder_mirrors_its_encoder():
    encoder = encoder_network(SHAPE, (4, 8), (32,), 5)
    decoder = decoder_network(SHAPE, (4, 8), (32,), 5)
    rows = torch.rand(3, 784)
    assert decoder(encoder(rows)).shape == rows.shape
    assert make_critic(SHAPE, (4, 8), (16,))(rows).shape == (3, 1)


def test_a_training_that_diverges_ends_with_a_sentence(shapes):
    model = make_model("vae", {"latent_dim": 2, "hidden": (64, 64), "n_epochs": 3, "learning_rate": 1.0})
    with pytest.raises(ValueError, match=r"diverged: .* in epoch \d of 3"):
        model.fit(shapes.images, seed=0)


@pytest.mark.parametrize("limit", [0.0, 0.5])
def test_a_gradient_is_limited_where_it_should_be(limit):
    weight = torch.nn.Parameter(torch.zeros(4))
    optimiser = torch.optim.SGD([weight], lr=1.0, momentum=0.9)
    norms: list[float] = []

    def compute_losses(_rows: torch.Tensor, _progress: float) -> Losses:
        return 100 * weight.sum(), {"loss": weight.sum()}

    run_one_cycle(
        optimiser,
        compute_losses,
        n_samples=4,
        batch_size=2,
        n_epochs=2,
        gradient_limit=limit,
        after_step=lambda: norms.append(float(weight.grad.norm())),
    )
    assert norms == pytest.approx([limit or 200.0] * 4, rel=1e-3)


def test_an_image_that_cannot_be_halved_is_refused():
    with pytest.raises(ValueError, match="28x28 is no multiple of 8"):
        encoder_network(SHAPE, (4, 8, 16), (), 2)


def test_a_residual_convolution_needs_others_beside_it():
    with pytest.raises(ValueError, match="give the decoder channels"):
        decoder_network(SHAPE, (), (16,), 3, residual=True)


def test_the_gradient_of_a_linear_critic_is_its_weights():
    critic = make_critic((1, 4, 4), (), (), normalised=False)
    weights = critic[0].weight
    found = squared_gradient(critic, torch.rand(5, 16))
    assert torch.allclose(found, (weights**2).sum())
    found.backward()
    assert torch.allclose(weights.grad, 2 * weights)


def test_a_critic_is_penalised_once_in_so_many_steps_and_as_much_the_more():
    torch.manual_seed(0)
    critic = make_critic((1, 4, 4), (), (8,), normalised=False)
    real, fake = torch.rand(6, 16), torch.rand(6, 16)
    adversarial_loss = AdversarialLoss(0.5)
    losses = torch.stack(
        [adversarial_loss.critic_loss(critic, real, fake) for _ in range(2 * PENALTY_INTERVAL)]
    )
    plain = -torch.log(torch.sigmoid(critic(real))).mean() - torch.log(1 - torch.sigmoid(critic(fake))).mean()
    expected = plain + 0.5 / 2 * squared_gradient(critic, real)
    assert torch.allclose(losses.mean(), expected, atol=1e-5)
    assert torch.allclose(losses[0], plain, atol=1e-5)
    assert torch.isclose(
        adversarial_loss.generator_loss(critic, fake), -torch.log(torch.sigmoid(critic(fake))).mean()
    )


def test_a_critic_without_a_penalty_is_normalised_and_hinged():
    torch.manual_seed(0)
    critic = make_critic((1, 4, 4), (), (8,))
    adversarial_loss = AdversarialLoss(0.0)
    real, fake = torch.rand(6, 16), torch.rand(6, 16)
    for _ in range(60):
        critic(real)  # each pass takes a step of the power iteration
    assert float(torch.linalg.matrix_norm(critic[0].weight.detach(), 2)) == pytest.approx(1, abs=1e-3)
    assert not hasattr(make_critic((1, 4, 4), (), (8,), normalised=False)[0], "parametrizations")
    critic.eval()
    expected = (1 - critic(real)).clamp(min=0).mean() + (1 + critic(fake)).clamp(min=0).mean()
    assert torch.isclose(adversarial_loss.critic_loss(critic, real, fake), expected)
    assert torch.isclose(adversarial_loss.generator_loss(critic, fake), -critic(fake).mean())


def test_batch_normalisation_is_folded_without_changing_the_output():
    torch.manual_seed(0)
    network = add_batch_norm(decoder_network(SHAPE, (4, 8), (16,), 3, residual=True))
    assert sum(isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d) for layer in network.modules()) == 4
    for _ in range(20):
        network(torch.randn(32, 3))
    codes = torch.randn(5, 3)
    expected = network.eval()(codes)
    folded = fold_batch_norm(network)
    assert not any(isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d) for layer in folded.modules())
    assert torch.allclose(folded(codes), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("family", "settings"),
    [
        ("ae", {"channels": (4, 8), "hidden": (16,), "n_epochs": 2}),
        ("dae", {"channels": (4, 8), "hidden": (16,), "n_epochs": 2}),
        ("vae", {"channels": (4, 8), "hidden": (16,), "n_epochs": 2, "binarised_share": 0.5}),
        ("vae", {"channels": (4, 8), "hidden": (16,), "n_epochs": 2, "aggregate_weight": 5.0}),
        ("beta_vae", {"channels": (4, 8), "hidden": (16,), "n_epochs": 2}),
        (
            "gan",
            {
                "generator_channels": (4, 8),
                "generator_hidden": (),
                "critic_channels": (4, 8),
                "critic_hidden": (),
                "inverter_channels": (4, 8),
                "inverter_hidden": (16,),
                "batch_norm": True,
                "half_precision": True,
                "generator_residual": True,
                "gradient_penalty": 0.1,
                "n_epochs": 2,
                "inversion_epochs": 2,
            },
        ),
    ],
)
def test_convolutional_models_keep_the_contract(family, settings, shapes):
    make = lambda: make_model(family, {"latent_dim": 3, **settings})  # noqa: E731
    model = make().fit(shapes.images, seed=0)
    assert model.reconstruct(shapes.images).shape == shapes.images.shape
    again = type(model).from_state(model.config(), model.state())
    assert np.array_equal(again.reconstruct(shapes.images), model.reconstruct(shapes.images))
    other = make().fit(shapes.images, seed=0)
    assert all(np.array_equal(array, other.state()[name]) for name, array in model.state().items())


def test_a_denoiser_removes_noise_that_an_autoencoder_keeps():
    digits = load_dataset("digits", "train")
    noise = np.random.default_rng(0).standard_normal(digits.images.shape, dtype=np.float32)
    noisy = np.clip(digits.images + np.float32(0.5) * noise, 0, 1)

    def error(family: str) -> float:
        model = make_model(family, {"latent_dim": 16, "hidden": (64,), "n_epochs": 40})
        model.fit(digits.images, seed=0)
        return float(((model.reconstruct(noisy) - digits.images) ** 2).mean())

    assert error("dae") < 0.8 * error("ae")


def test_binarised_images_are_black_and_white_and_true_on_average():
    torch.manual_seed(0)
    rows = torch.full((4000, 4), 0.3)
    drawn = binarise(rows, share=0.5)
    binary = ((drawn == 0) | (drawn == 1)).all(dim=1)
    assert binary.float().mean().item() == pytest.approx(0.5, abs=0.05)
    assert drawn.mean().item() == pytest.approx(0.3, abs=0.02)
    assert binarise(rows, share=0) is rows


def test_refining_lowers_the_error_and_reports_each_step():
    digits = load_dataset("digits", "test").take(np.arange(20))
    model = load_bundle("digits/gan-d8").model
    assert isinstance(model, GANModel)
    codes = model.encode(digits.images)
    heard: list[tuple[int, float]] = []
    refined = model.refine(digits.images, codes, n_steps=50, on_step=lambda k, e: heard.append((k, e)))
    errors = [((model.decode(z) - digits.images) ** 2).mean() for z in (codes, refined)]
    assert errors[1] < 0.8 * errors[0]
    assert [step for step, _ in heard] == list(range(1, 51))
    assert heard[0][1] == pytest.approx(float(errors[0]), rel=1e-3)
    with pytest.raises(ValueError, match="19 codes for 20 images"):
        model.refine(digits.images, codes[1:])


def test_halving_is_idempotent_and_close():
    model = load_bundle("digits/vae-d8").model
    assert all(
        np.array_equal(array, round_to_half(model).state()[name]) for name, array in model.state().items()
    )


def test_the_best_seed_on_validation_is_kept_and_all_are_recorded(tmp_path):
    recipe = Recipe(
        dataset="digits",
        family="ae",
        latent_dim=2,
        settings={"n_epochs": 1, "hidden": (8,)},
        seeds=(3, 4),
    )
    bundling.train_bundle(recipe, tmp_path)
    facts = load_bundle("digits/ae-d2", tmp_path).config["recipe"]
    by_seed = {entry["seed"]: entry["validation_mse"] for entry in facts["by_seed"]}
    assert set(by_seed) == {3, 4}
    assert by_seed[facts["seed"]] == min(by_seed.values())
    assert facts["n_train"] < 1257
    assert facts["command"].endswith("--seed 3 --seed 4")
    card = load_bundle("digits/ae-d2", tmp_path).card
    assert "standard deviation" in card


def test_a_variant_has_a_name_of_its_own_beside_the_usual_bundle(tmp_path):
    for name in ("", "pca-plain.2"):
        bundling.train_bundle(make_recipe("digits", "pca", 2, name=name), tmp_path)
    specs = list_bundles(tmp_path)
    assert [spec.id for spec in specs] == ["digits/pca-d2", "digits/pca-plain.2"]
    assert [spec.title for spec in specs] == ["PCA, 2-D", "PCA, 2-D (pca-plain.2)"]
    assert (
        load_bundle("digits/pca-plain.2", tmp_path)
        .config["recipe"]["command"]
        .endswith("--latent-dim 2 --seed 0 --name pca-plain.2")
    )


@pytest.mark.parametrize("name", ["../pca", "Pca", "", "a b", "-x", "a" * 65, "ä"])
def test_a_name_that_no_folder_should_have_is_refused(name):
    with pytest.raises(ValueError, match="cannot be named"):
        check_name(name)


@pytest.fixture
def small_zoo(monkeypatch):
    # No more than two dimensions: UMAP compiles itself for half a minute in each process.
    monkeypatch.setattr(zoo, "ZOO", (("digits", "pca", 2), ("digits", "pca", 1), ("digits", "lda", 2)))


def train(root) -> dict[str, str]:
    return zoo.train_locally(
        zoo.missing_recipes(root), root, lambda _: (lambda _: None, lambda _: None), print
    )


@pytest.mark.slow
def test_training_goes_on_where_it_was_interrupted(small_zoo, tmp_path, monkeypatch):
    real = zoo.train_bundle
    calls = []

    def interrupted(recipe, root, **keywords):
        calls.append(recipe.id)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(recipe, root, **keywords)

    monkeypatch.setattr(zoo, "train_bundle", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path)
    assert [spec.id for spec in list_bundles(tmp_path)] == ["digits/pca-d2"]
    assert not list(tmp_path.glob("*/_*"))
    assert train(tmp_path) == {}
    assert calls == ["digits/pca-d2", "digits/pca-d1", "digits/pca-d1", "digits/lda-d2"]
    assert zoo.missing_recipes(tmp_path) == []


@pytest.mark.slow
def test_one_failure_does_not_stop_the_others(small_zoo, tmp_path, monkeypatch):
    real = zoo.train_bundle

    def failing(recipe, root, **keywords):
        if recipe.family == "lda":
            raise BundleError("no room")
        return real(recipe, root, **keywords)

    monkeypatch.setattr(zoo, "train_bundle", failing)
    assert train(tmp_path) == {"digits/lda-d2": "no room"}
    assert len(list_bundles(tmp_path)) == 2


@pytest.mark.filterwarnings("ignore")
@pytest.mark.slow
def test_a_cluster_of_two_workers_trains_the_same_bundles(small_zoo, tmp_path):
    from distributed import LocalCluster  # noqa: PLC0415 - slow to import

    recipes = [*zoo.missing_recipes(tmp_path), make_recipe("digits", "lda", 40)]
    heard: list[str] = []
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        failures = zoo.train_on_cluster(recipes, tmp_path, cluster.scheduler_address, heard.append)
    assert list(failures) == ["digits/lda-d40"]
    assert "allows 9" in failures["digits/lda-d40"]
    assert len(heard) == 4
    assert [spec.id for spec in list_bundles(tmp_path)] == ["digits/lda-d2", "digits/pca-d1", "digits/pca-d2"]
    here = zoo.make_files(make_recipe("digits", "pca", 2))
    assert (tmp_path / "digits/pca-d2/model.safetensors").read_bytes() == here["model.safetensors"]


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_does_not_answer_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(zoo, "CONNECT_SECONDS", 1)
    with pytest.raises(ValueError, match="No Dask scheduler answers at tcp://127.0.0.1:9"):
        zoo.train_on_cluster([], tmp_path, "tcp://127.0.0.1:9", print)


def test_the_zoo_names_each_bundle_once():
    assert len(set(ZOO)) == len(ZOO)
    for entry in ZOO:
        make_recipe(*entry).make_model()
