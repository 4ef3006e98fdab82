"""Settings of a model family in plain words, with the recipe's values, and what was chosen in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_type_hints

from dashboard.data.ownership import find_dataset
from latentcore.models import MODELS, make_model
from latentcore.models.networks import feature_map_shape
from latentcore.recipes import make_recipe
from latentcore.recipes.overrides import read_overrides, scaled_widths, value_text

SIZES: Mapping[str, float] = {"small": 0.5, "as the recipe": 1.0, "large": 1.5}
"""Widths of all layers as a multiple of the recipe's, by the size of the network."""
USUAL_SIZE = "as the recipe"
FIRST = {"vae": "beta", "beta_vae": "beta", "dae": "noise"}
"""The setting of a family that is asked for before all others."""
CRITIC = "critic_channels"
"""Convolutions that have to fit the images, but are no part of the stored network."""
EPOCHS = ("n_epochs", "inversion_epochs", "flow_epochs")
WORDS: Mapping[str, tuple[str, str]] = {
    "channels": ("Convolutions", "Channels of each convolution of the encoder; the decoder mirrors them."),
    "hidden": ("Hidden layers", "Width of each hidden layer of the encoder; the decoder mirrors them."),
    "generator_channels": ("Convolutions of the generator", "Channels, in the order of an encoder."),
    "generator_hidden": ("Hidden layers of the generator", "Widths, in the order of an encoder."),
    "generator_residual": ("Residual block in the generator", "Before the last convolution."),
    "critic_channels": ("Convolutions of the critic", "Channels of each."),
    "critic_hidden": ("Hidden layers of the critic", "Width of each."),
    "gradient_penalty": ("Gradient penalty", "Replaces the critic's spectral normalisation if above 0."),
    "inverter_channels": ("Convolutions of the inversion network", "Channels of each."),
    "inverter_hidden": ("Hidden layers of the inversion network", "Width of each."),
    "batch_norm": ("Batch normalisation in the generator", "Folded into its weights after the training."),
    "half_precision": ("Half precision", "Computes with bfloat16; faster on processors that support it."),
    "n_epochs": ("Epochs", "How many times the training goes through all images."),
    "inversion_epochs": ("Epochs of the inversion network", "Which a GAN encodes with, a CNN decodes with."),
    "batch_size": ("Images per step", "The batch size."),
    "learning_rate": ("Learning rate", "Its peak: it rises and falls during the training."),
    "generator_rate": ("Learning rate of the generator", "Constant."),
    "critic_rate": ("Learning rate of the critic", "Constant."),
    "inverter_rate": ("Learning rate of the inversion network", "Its peak: it rises and falls."),
    "weight_decay": ("Weight decay", "Pulls weights towards 0, against overfitting."),
    "gradient_limit": ("Gradient limit", "Clips gradients to this norm; 0: no clipping."),
    "average_decay": ("Decay of the weight average", "Of the weights that are kept; near 1 averages longer."),
    "distorted_share": ("Share of changed images", "Of each batch, slightly moved and turned, from 0 to 1."),
    "binarised_share": ("Share of binarised images", "Of each batch, pixels become black or white, 0 to 1."),
    "beta": ("Weight of the KL term (beta)", "1: a VAE. More: smoother, more independent, blurrier codes."),
    "warmup": ("Warm-up", "Share of the training over which the KL term's weight rises, from 0 to 1."),
    "aggregate_weight": ("Weight of the aggregate KL term", "Closes holes between codes and prior."),
    "patch": ("Side of a patch", "In pixels; sides that it does not divide are padded."),
    "width": ("Width of a token", "Numbers per patch inside the Transformer; a multiple of the heads."),
    "n_heads": ("Attention heads", "Of each layer."),
    "encoder_layers": ("Layers of the encoder", "Each of attention and a small perceptron."),
    "decoder_layers": ("Layers of the decoder", "Each of attention and a small perceptron."),
    "masked_share": ("Share of hidden patches", "Hidden from the encoder in training, from 0 to 0.9."),
    "decoder_channels": ("Convolutions of the decoder", "Channels, in the order of an encoder."),
    "decoder_hidden": ("Hidden layers of the decoder", "Widths, in the order of an encoder."),
    "label_smoothing": ("Label smoothing", "Share of the target's probability that all classes get."),
    "decoder_distorted_share": ("Share of changed images, decoder", "Of each batch of its training, 0 to 1."),
    "decoder_residual": ("Residual block in the decoder", "Before the last convolution."),
    "field_hidden": ("Layers of the velocity field", "Width of each residual block; one or more."),
    "flow_epochs": ("Epochs of the velocity field", "Which is trained after the autoencoder."),
    "flow_batch_size": ("Codes per step of the velocity field", "Its batch size."),
    "flow_rate": ("Learning rate of the velocity field", "Its peak: it rises and falls."),
    "code_noise": ("Noise on the codes", "Keeps the flow from memorising few codes; 1 is their spread."),
    "solver_steps": ("Solver steps", "Of Heun's method, to encode and to decode; more is slower and closer."),
    "noise": ("Noise", "Largest standard deviation of the noise, where 1 is the range of a pixel."),
}
"""Label and help of each setting; one that is not here is shown by its name."""


@dataclass(frozen=True)
class Field:
    """A setting as the form shows it.

    Attributes
    ----------
    name, label, help : str
    kind : type
        bool, int or float; str for widths of layers.
    value : bool, int, float or str
        The recipe's, at the chosen size of the network.
    """

    name: str
    label: str
    help: str
    kind: type
    value: bool | float | str


def setting_fields(dataset: str, family: str, latent_dim: int, size: str) -> list[Field]:
    """Return the settings of a family except its latent dimension, `FIRST` first and switches last.

    Parameters
    ----------
    dataset, family : str
    latent_dim : int
    size : str
        Key of `SIZES`.
    """
    settings = make_recipe(dataset, family, latent_dim).make_model().settings
    values = {**asdict(settings), **_widths(dataset, family, latent_dim, size)}
    kinds = get_type_hints(type(settings))
    fields = []
    for name, value in values.items():
        if name != "latent_dim":
            label, explained = WORDS.get(name, (name, ""))
            is_widths = kinds[name] not in (bool, int, float)
            shown = value_text(value) if is_widths else kinds[name](value)
            fields.append(Field(name, label, explained, str if is_widths else kinds[name], shown))
    return sorted(fields, key=lambda field: (field.name != FIRST.get(family), field.kind is bool))


def has_size(family: str) -> bool:
    """Return whether a family is a network, whose widths can be scaled."""
    return bool(scaled_widths(make_model(family, {"latent_dim": 1}).settings, 1))


def _widths(dataset: str, family: str, latent_dim: int, size: str) -> dict[str, tuple[int, ...]]:
    settings = make_recipe(dataset, family, latent_dim).make_model().settings
    return scaled_widths(settings, SIZES[size])


def chosen_settings(
    dataset: str, family: str, latent_dim: int, values: Mapping[str, Any]
) -> tuple[dict[str, Any], str | None]:
    """Return the settings that differ from the recipe's, and None or one sentence on why they cannot be.

    Parameters
    ----------
    dataset, family : str
    latent_dim : int
    values : mapping
        Values of `Field` by name; those that are missing are the recipe's.
    """
    usual = asdict(make_recipe(dataset, family, latent_dim).make_model().settings)
    try:
        read = read_overrides(family, [f"{name}={value_text(value)}" for name, value in values.items()])
        chosen = {name: value for name, value in read.items() if value != usual[name]}
        settings = asdict(make_recipe(dataset, family, latent_dim, overrides=chosen).make_model().settings)
        _check_network(dataset, family, settings)
    except ValueError as error:
        return {}, _sentence(str(error))
    return chosen, None


def _check_network(dataset: str, family: str, settings: dict[str, Any]) -> None:
    """Raise `ValueError` if images of a dataset's shape do not fit the layers."""
    spec = find_dataset(dataset)
    if spec is None or not has_size(family):
        return
    feature_map_shape(spec.image_shape, settings.get(CRITIC, ()))
    MODELS[family].expected_arrays({"settings": settings, "image_shape": list(spec.image_shape)})


def _sentence(error: str) -> str:
    """Return an error about a setting with the label in the place of the name."""
    for name, (label, _) in WORDS.items():
        for start in (f"setting {name} is ", f"{name} is "):
            if error.startswith(start):
                return f"{label}: {error.removeprefix(start).rstrip('.')}."
    return error
