"""The model card of a bundle, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from latentcore.datasets import dataset_spec
from latentcore.models import LatentModel
from latentcore.types import Capability


def write_card(
    model: LatentModel, dataset: str, recipe: Mapping[str, Any], metrics: Mapping[str, Mapping[str, Any]]
) -> str:
    """Return the card: what the model is, how to remake it, how good it is, what it cannot do.

    Parameters
    ----------
    model : LatentModel
        Fitted.
    dataset : str
        Name of the dataset.
    recipe : mapping
        ``command``, ``seed``, ``n_train`` and ``cpu_seconds``.
    metrics : mapping
        What `latentcore.evaluation.evaluate` returned.
    """
    spec = dataset_spec(dataset)
    doc = (type(model).__doc__ or "").split("References")[0].strip()
    lines = [
        f"# {model.title}, {model.latent_dim} dimensions, on {spec.title}",
        "",
        *(line.strip() for line in doc.splitlines()),
        "",
        f"- **Encodes with**: {_encoder(model)}",
        f"- **Decodes with**: {_decoder(model)}",
        f"- **Samples come from**: {model.sampling}",
        f"- **Learned numbers**: {model.n_parameters:,}",
        f"- **Trained on**: {recipe['n_train']:,} images, seed {recipe['seed']}",
        f"- **CPU time**: {recipe['cpu_seconds']:g} s",
        "",
        "```",
        str(recipe["command"]),
        "```",
        "",
        "## Scores",
        "",
        "| score | value | 95% interval | n | how |",
        "|---|---|---|---|---|",
        *(_score_row(name, score) for name, score in metrics.items()),
        "",
        "## Pictures",
        "",
        "Reconstructions of 40 random test images:",
        "",
        "![Reconstructions of 40 test images](reconstructions.png)",
    ]
    if model.capabilities & {Capability.PRIOR, Capability.FITTED_DENSITY}:
        lines += ["", f"Samples from {model.sampling}:", "", "![40 samples of the model](samples.png)"]
    return "\n".join(lines) + "\n"


def _encoder(model: LatentModel) -> str:
    if Capability.INVERSION_ENCODER in model.capabilities:
        return "an inversion network, trained after the model; the family has no encoder of its own"
    supervised = ", which has seen the labels" if Capability.SUPERVISED in model.capabilities else ""
    return f"its own encoder{supervised}"


def _decoder(model: LatentModel) -> str:
    if Capability.APPROXIMATE_DECODER in model.capabilities:
        return "a least-squares map back to pixels, approximate; the family has no decoder of its own"
    return "its own decoder"


def _score_row(name: str, score: Mapping[str, Any]) -> str:
    value, interval = score["value"], score["interval"]
    shown = ", ".join(f"{v:.3g}" for v in value) if isinstance(value, list) else f"{value:.4g}"
    between = f"{interval[0]:.4g} to {interval[1]:.4g}" if interval else ""
    return f"| {name} | {shown} | {between} | {score['n']:,} | {score['protocol']} |"
