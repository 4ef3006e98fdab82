"""Figures of VAEs: KL divergence per dimension, aggregate posterior and prior, posterior ellipses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.compare.internals.charts.bars import dimension_bars
from dashboard.compare.internals.charts.posteriors import (
    codes_and_prior,
    density_panels,
    ellipse_scale,
    posterior_ellipses,
)
from dashboard.compare.internals.figures import Figure, basis_text, figure_without_score
from dashboard.compare.internals.services import (
    ACTIVE_VARIANCE,
    active_dimensions,
    aggregate_posterior_density,
    dimension_names,
    posterior_of,
    score_of,
    score_table,
    standard_normal_density,
)
from dashboard.data.catalogue import Bundle
from dashboard.data.editing import dimensions_of
from dashboard.data.images.stand_ins import stand_ins_label
from dashboard.data.maps import stratified_rows
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.theme import is_dark

N_ELLIPSES, N_CODES = 150, 1000
MAX_PANELS = 16


def vae_figures(bundle: Bundle) -> list[Figure]:
    """Return the figures of a VAE or beta-VAE."""
    if bundle.spec.latent_dim == 2:
        return [_kl(bundle), _codes(bundle), _ellipses(bundle)]
    return [_kl(bundle), _densities(bundle)]


def _kl(bundle: Bundle) -> Figure:
    title, k = "KL divergence from the prior per dimension", bundle.spec.latent_dim
    score = score_of(bundle, "kl", k)
    if score is None:
        return figure_without_score(bundle, title, "KL divergence per dimension")
    table = score_table(score, dimension_names(k)).assign(used=active_dimensions(bundle))
    table = table.sort_values("value", ascending=False)
    crosses = "No dimension is unused" if table["used"].all() else "Crosses: unused dimensions"
    return Figure(
        title,
        cached_chart(dimension_bars)(table, "nats"),
        f"{_active_units_text(bundle)} {crosses} (variance of the posterior mean below "
        f"{ACTIVE_VARIANCE:g}). Total: {table['value'].sum():.1f} nats per image ({basis_text(score)}).",
        score.protocol,
    )


def _active_units_text(bundle: Bundle) -> str:
    """Return the number of active dimensions, with its interval where it is stored."""
    latent_dim = bundle.spec.latent_dim
    score = score_of(bundle, "active_units")
    if score is None:
        return f"{sum(active_dimensions(bundle))} of {latent_dim} dimensions are active."
    low, high = (float(end[0]) for end in score.interval or (score.values, score.values))
    active = f"{score.values[0]:.0f} of {latent_dim} dimensions are active"
    return f"{active} (95% interval {low:.0f} to {high:.0f})."


def _densities(bundle: Bundle) -> Figure:
    posterior = posterior_of(bundle)
    grid, density = aggregate_posterior_density(posterior)
    names = dimension_names(bundle.spec.latent_dim)
    order = [dimension.number for dimension in dimensions_of(bundle)][:MAX_PANELS]
    table = pd.DataFrame(
        {
            "name": np.repeat([names[k] for k in order], len(grid)),
            "z": np.tile(grid, len(order)).round(2),
            "density": density[:, order].T.ravel().round(4),
            "prior": np.tile(standard_normal_density(grid), len(order)).round(4),
        }
    )
    selected = (
        f" Shown: the {MAX_PANELS} most informative of {len(names)} dimensions."
        if len(names) > MAX_PANELS
        else ""
    )
    return Figure(
        "Aggregate posterior and prior",
        cached_chart(density_panels)(table, [names[k] for k in order]),
        "Blue: aggregate posterior, the mean of q(z|x) over images; orange line: prior N(0, 1). Where they "
        f"differ, prior samples fall where no image is encoded.{selected} "
        f"{_images_text(len(posterior.mean), posterior.made_by)}",
        square=True,
    )


def _codes(bundle: Bundle) -> Figure:
    rows = stratified_rows(bundle.test_groups, N_CODES)
    return Figure(
        "Codes and prior",
        cached_chart(codes_and_prior)(
            bundle.codes[rows], _group_names(bundle, bundle.test_groups[rows]), bundle.groups, dark=is_dark()
        ),
        "Circles: 1, 2 and 3 standard deviations of N(0, I), which hold 39%, 86% and 99% of its samples. "
        f"Dots: posterior means of {len(rows):,} test images ({bundle.group_word}-stratified, seed 0).",
        square=True,
    )


def _ellipses(bundle: Bundle) -> Figure:
    posterior = posterior_of(bundle)
    chosen = stratified_rows(posterior.groups, N_ELLIPSES)
    mean, deviation = posterior.mean[chosen], posterior.deviation[chosen]
    scale = ellipse_scale(mean, deviation)
    size = "1 standard deviation" if scale == 1 else f"{scale} standard deviations, enlarged to be visible"
    return Figure(
        "Posterior ellipses",
        cached_chart(posterior_ellipses)(
            mean, scale * deviation, _group_names(bundle, posterior.groups[chosen]), bundle.groups
        ),
        f"Half axes of each ellipse q(z|x): {size}; median standard deviation {np.median(deviation):.3f}. "
        f"{_images_text(len(chosen), posterior.made_by)}",
        square=True,
    )


def _group_names(bundle: Bundle, groups: npt.NDArray[np.int64]) -> list[str]:
    return [bundle.groups[group] for group in groups]


def _images_text(n: int, made_by: str | None) -> str:
    return f"Posteriors of {n:,} {stand_ins_label(made_by) or 'test images'}; seed 0."
