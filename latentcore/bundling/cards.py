"""The model card of a bundle: Markdown and PNG images."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from latentcore.atlas import tile_images
from latentcore.datasets import dataset_spec
from latentcore.models import LatentModel
from latentcore.types import Capability, FloatArray

IMAGE_SEED, N_CARD_IMAGES = 0, 40
ONLY_PHASE = "fit"
CURVE_WIDTH, CURVE_HEIGHT = 520, 96


def write_card(
    model: LatentModel,
    dataset: str,
    recipe: Mapping[str, Any],
    metrics: Mapping[str, Mapping[str, Any]],
    history: Sequence[Mapping[str, Any]],
) -> str:
    """Return the model card as Markdown: description, training command, scores and images.

    Parameters
    ----------
    model : LatentModel
        Fitted.
    dataset : str
        Name of the dataset.
    recipe : mapping
        ``command``, ``seed``, ``n_train``, ``cpu_seconds``, ``by_seed`` and, if a phase of the
        training did not reach its last epoch, ``ended_early``.
    metrics : mapping
        Result of `latentcore.evaluation.evaluate`.
    history : sequence of mappings
        One entry per epoch.
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
        f"- **CPU time**: {recipe['cpu_seconds'] / 60:.1f} min",
        *(_ended_early(entry) for entry in recipe.get("ended_early", ())),
        "",
        "```",
        str(recipe["command"]),
        "```",
        "",
        "## Scores",
        "",
        "| score | value | interval | n | how |",
        "|---|---|---|---|---|",
        *(_score_row(name, score) for name, score in metrics.items()),
        *_seed_table(recipe["by_seed"], recipe["seed"]),
        "",
        "## Pictures",
        "",
        "Reconstructions of 40 random test images:",
        "",
        "![Reconstructions of 40 test images](reconstructions.png)",
    ]
    if model.capabilities & {Capability.PRIOR, Capability.FITTED_DENSITY}:
        lines += ["", f"Samples from {model.sampling}:", "", "![40 samples of the model](samples.png)"]
    if history:
        lines += ["", "Training losses by epoch:", "", "![Training losses by epoch](curves.png)"]
    return "\n".join(lines) + "\n"


def card_pictures(
    model: LatentModel, test_codes: FloatArray, history: Sequence[Mapping[str, Any]]
) -> dict[str, bytes]:
    """Return the images of the card, as PNG by file name.

    Parameters
    ----------
    model : LatentModel
        Fitted.
    test_codes : float32 array, shape (n, latent_dim)
        Codes of the test split, of which 40 are decoded.
    history : sequence of mappings
        One entry per epoch.
    """
    rows = np.random.default_rng(IMAGE_SEED).choice(
        len(test_codes), min(N_CARD_IMAGES, len(test_codes)), replace=False
    )
    pictures = {"reconstructions.png": _image_grid_png(model.decode(test_codes[np.sort(rows)]))}
    if model.capabilities & {Capability.PRIOR, Capability.FITTED_DENSITY}:
        pictures["samples.png"] = _image_grid_png(model.sample(N_CARD_IMAGES, seed=IMAGE_SEED))
    if history:
        pictures["curves.png"] = plot_loss_curves(history)
    return pictures


def _image_grid_png(images: FloatArray) -> bytes:
    """Return images as PNG, ten per row, each magnified to at least 48 pixels per side."""
    factor = -(-48 // images.shape[2])
    large = images.repeat(factor, axis=2).repeat(factor, axis=3)
    buffer = io.BytesIO()
    Image.fromarray(tile_images(large, 10, gap=4)).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def plot_loss_curves(history: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the losses by epoch as PNG: one panel per phase and loss, titled with first and last value."""
    series: dict[str, list[float]] = {}
    for entry in history:
        for name, loss in entry["losses"].items():
            series.setdefault(f"{entry['phase']}: {name}", []).append(float(loss))
    sheet = Image.new("L", (CURVE_WIDTH, CURVE_HEIGHT * len(series)), 255)
    pen = ImageDraw.Draw(sheet)
    for k, (title, losses) in enumerate(series.items()):
        top = k * CURVE_HEIGHT
        low, high = min(losses), max(losses)
        span = max(high - low, 1e-12)
        step = (CURVE_WIDTH - 40) / max(len(losses) - 1, 1)
        line = [
            (20 + j * step, top + CURVE_HEIGHT - 12 - (v - low) / span * 60) for j, v in enumerate(losses)
        ]
        pen.text((20, top + 4), f"{title}, {len(losses)} epochs, {losses[0]:.4g} to {losses[-1]:.4g}", fill=0)
        pen.line(line if len(line) > 1 else line * 2, fill=40, width=2)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _seed_table(by_seed: Sequence[Mapping[str, Any]], shipped: int) -> list[str]:
    """Return the table of scores over seeds with mean and standard deviation; empty for one seed."""
    if not by_seed:
        return []
    names = [name for name in by_seed[0] if name != "seed"]
    columns = [[entry[name] for entry in by_seed] for name in names]
    intro = (
        f"Trained {len(by_seed)} times on train without a validation part; shipped is seed {shipped}, which "
        "has the lowest reconstruction error on that part. The other columns are measured on test."
    )
    rows = [(str(entry["seed"]), [f"{entry[name]:.5g}" for name in names]) for entry in by_seed]
    rows.append(("mean", [f"{np.mean(values):.5g}" for values in columns]))
    rows.append(("standard deviation", [f"{np.std(values, ddof=1):.2g}" for values in columns]))
    return [
        "",
        "## Over seeds",
        "",
        intro,
        "",
        f"| seed | {' | '.join(names)} |",
        f"|---|{'---|' * len(names)}",
        *(f"| {title} | {' | '.join(values)} |" for title, values in rows),
    ]


def _ended_early(entry: Mapping[str, Any]) -> str:
    phase = "" if entry["phase"] == ONLY_PHASE else f" of the {entry['phase']} training"
    epochs = f"{entry['epoch']:,} of {entry['n_epochs']:,}"
    return f"- **Ended early**: after epoch {epochs}{phase}: {entry['reason']}"


def _encoder(model: LatentModel) -> str:
    if Capability.INVERSION_ENCODER in model.capabilities:
        return "an inversion network, trained after the model; the family has no encoder of its own"
    supervised = ", which has seen the labels" if Capability.SUPERVISED in model.capabilities else ""
    return f"its own encoder{supervised}"


def _decoder(model: LatentModel) -> str:
    if Capability.APPROXIMATE_DECODER in model.capabilities:
        return f"an approximate {model.approximation}; the family has no decoder of its own"
    return "its own decoder"


def _score_row(name: str, score: Mapping[str, Any]) -> str:
    value, interval = score["value"], score["interval"]
    shown = ", ".join(f"{v:.3g}" for v in value) if isinstance(value, list) else f"{value:.4g}"
    between = ""
    if interval:
        low, high = (", ".join(f"{v:.3g}" for v in np.atleast_1d(end)) for end in interval)
        between = f"{low} to {high}"
    return f"| {name} | {shown} | {between} | {score['n']:,} | {score['protocol']} |"
