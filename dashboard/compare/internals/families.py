"""Figures of PCA, LDA, autoencoders and GANs: explained variance, class separation, errors, code spread."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashboard.compare.internals.charts.bars import dimension_bars, score_dots
from dashboard.compare.internals.figures import Figure, basis_text, figure_without_score
from dashboard.compare.internals.services import (
    code_deviations,
    dimension_names,
    fisher_ratios,
    has_free_scale,
    score_of,
    score_table,
)
from dashboard.data.catalogue import Bundle, family_title
from dashboard.data.sampling import group_shares
from dashboard.ui.chart_cache import cached_chart

UNUSED_RATIO = 1e3
"""Ratio of largest to smallest standard deviation from which the smallest dimensions count as unused."""


def pca_figures(bundle: Bundle) -> list[Figure]:
    """Return explained variance per component, and the spread of the codes."""
    return [_explained_variance(bundle), _code_deviations(bundle)]


def lda_figures(bundle: Bundle) -> list[Figure]:
    """Return class separation per dimension, and the spread of the codes."""
    return [_class_separation(bundle), _code_deviations(bundle)]


def cnn_figures(bundle: Bundle) -> list[Figure]:
    """Return the accuracy of the classifier, class separation per dimension, and the spread of the codes."""
    accuracy = _score_dots(
        bundle,
        "Accuracy of the classifier",
        {"classifier_accuracy": "classifier", "knn_accuracy": "5-NN on its codes"},
        axis_title="accuracy on test images",
        description="The code is the last hidden layer of the classifier",
        number_format=".3f",
    )
    return [accuracy, _class_separation(bundle), _code_deviations(bundle)]


def flow_figures(bundle: Bundle) -> list[Figure]:
    """Return the errors of the way to the codes and back, and the spread of the codes."""
    trips = _score_dots(
        bundle,
        "Round trip of codes from the prior",
        {"flow_round_trip": "flow there and back", "pixel_round_trip": "decode, then encode"},
        axis_title="distance over norm",
        description="How far a code ends from where it started; through pixels, the loss of the autoencoder "
        "is included",
    )
    return [trips, _code_deviations(bundle)]


def autoencoder_figures(bundle: Bundle) -> list[Figure]:
    """Return the spread of the codes."""
    return [_code_deviations(bundle)]


def denoising_autoencoder_figures(bundle: Bundle) -> list[Figure]:
    """Return PSNR before and after denoising, and the spread of the codes."""
    denoising = _score_dots(
        bundle,
        "Denoising",
        {"denoised_psnr": "denoised", "noisy_psnr": "noisy input"},
        axis_title="PSNR, decibels",
        description="Higher is closer to the clean image",
        number_format=".1f",
    )
    return [denoising, _code_deviations(bundle)]


def gan_figures(bundle: Bundle) -> list[Figure]:
    """Return class distribution of samples, reconstruction errors, and the spread of the codes."""
    errors = _score_dots(
        bundle,
        "Reconstruction error of real images",
        {
            "mse": "inversion network",
            "mse_refined": "after gradient steps",
            "mse_of_mean_image": "baseline: mean image",
        },
        axis_title="mean squared error",
        description="A GAN has no encoder: codes come from an inversion network and can be refined by "
        "gradient steps",
    )
    shares = [_class_distribution(bundle)] if bundle.has_labels else []
    return [*shares, errors, _code_deviations(bundle)]


def _explained_variance(bundle: Bundle) -> Figure:
    title, k = "Explained variance ratio per component", bundle.spec.latent_dim
    score = score_of(bundle, "explained_variance_ratio", k)
    if score is None:
        return figure_without_score(bundle, title, "explained variance")
    table = score_table(score, dimension_names(k))
    return Figure(
        title,
        cached_chart(dimension_bars)(table, "share", number_format=".0%", cumulative=True),
        f"Bars: each component; orange: cumulative, {table['value'].sum():.1%} in total "
        f"({basis_text(score)}).",
        score.protocol,
    )


def _class_separation(bundle: Bundle) -> Figure:
    ratios = fisher_ratios(bundle)
    table = pd.DataFrame({"name": dimension_names(len(ratios)), "value": ratios})
    return Figure(
        "Class separation per dimension (Fisher ratio)",
        cached_chart(dimension_bars)(table, "between / within"),
        f"Between-class over within-class variance of n = {len(bundle.train):,} train codes, computed "
        f"exactly. {family_title(bundle.spec.family)} was trained with these labels.",
    )


def _class_distribution(bundle: Bundle) -> Figure:
    title, n_classes = "Class distribution of samples", len(bundle.classes)
    score = score_of(bundle, "class_shares", n_classes)
    if score is None:
        return figure_without_score(bundle, title, "class distribution of samples")
    table = score_table(score, list(bundle.classes)).assign(reference=group_shares(bundle))
    rarest = int(np.argmin(score.values))
    return Figure(
        title,
        cached_chart(dimension_bars)(table, "share", number_format=".0%", level=1 / n_classes),
        f"Orange: test images; dashed: uniform. Rarest class: {bundle.classes[rarest]}, "
        f"{score.values[rarest]:.1%}; a share near 0 would mean a dropped mode ({basis_text(score)}).",
        score.protocol,
    )


def _score_dots(
    bundle: Bundle,
    title: str,
    labels: dict[str, str],
    *,
    axis_title: str,
    description: str,
    number_format: str = ".4f",
) -> Figure:
    """Return a figure of single scores with intervals, one row each; the caption names missing ones.

    Parameters
    ----------
    bundle : Bundle
    title : str
    labels : dict of str to str
        Label of each row by name of the score.
    axis_title, description, number_format : str
        Title of the axis, first sentence of the caption, D3 format of the values.
    """
    scores = {name: score for name in labels if (score := score_of(bundle, name)) is not None}
    missing = [label for name, label in labels.items() if name not in scores]
    if not scores:
        return figure_without_score(bundle, title, f"scores of this kind ({', '.join(labels)})")
    table = pd.concat([score_table(score, [labels[name]]) for name, score in scores.items()])
    labels_by_basis: dict[str, list[str]] = {}
    for name, score in scores.items():
        labels_by_basis.setdefault(basis_text(score), []).append(labels[name])
    bases = (
        "; ".join(f"{', '.join(rows)}: {basis}" for basis, rows in labels_by_basis.items())
        if len(labels_by_basis) > 1
        else next(iter(labels_by_basis))
    )
    not_measured = f" Not measured: {', '.join(missing)}." if missing else ""
    return Figure(
        title,
        cached_chart(score_dots)(table, axis_title, number_format=number_format),
        f"{description} ({bases}).{not_measured}",
        "\n\n".join(score.protocol for score in scores.values()),
    )


def _code_deviations(bundle: Bundle) -> Figure:
    deviations = code_deviations(bundle)
    table = pd.DataFrame({"name": dimension_names(len(deviations)), "value": deviations})
    table = table.sort_values("value", ascending=False)
    ratio = float(deviations.max() / max(float(deviations.min()), 1e-9))
    unused = "" if np.isfinite(ratio) and ratio < UNUSED_RATIO else " Dimensions near 0 are unused."
    no_prior = " No prior fixes the scale." if has_free_scale(bundle) else ""
    return Figure(
        "Standard deviation of the codes per dimension",
        cached_chart(dimension_bars)(table, "standard deviation"),
        f"n = {len(bundle.test):,} test codes, computed exactly.{unused}{no_prior}",
    )
