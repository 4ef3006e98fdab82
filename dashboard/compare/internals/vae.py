"""What can be seen inside a VAE: which dimensions it uses, and how its posteriors fill the prior."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashboard.compare.internals.charts import (
    codes_and_prior,
    density_panels,
    dimension_bars,
    posterior_ellipses,
    visible_multiple,
)
from dashboard.compare.internals.figures import Figure, missing, rests_on
from dashboard.compare.internals.services import (
    ACTIVE_VARIANCE,
    active_dimensions,
    aggregate_density,
    dimension_names,
    normal_density,
    posterior_of,
    score_of,
    score_table,
)
from dashboard.data.catalogue import Bundle
from dashboard.data.editing import dimensions_of
from dashboard.data.images.stand_ins import stand_ins_words
from dashboard.data.maps import stratified_rows
from dashboard.ui.chart_cache import kept
from dashboard.ui.theme import is_dark

N_ELLIPSES, N_DOTS = 150, 1000
MOST_PANELS = 16
FLAT = 2


def vae_figures(bundle: Bundle) -> list[Figure]:
    """Return the figures of a VAE or beta-VAE."""
    if bundle.spec.latent_dim == FLAT:
        return [_kl(bundle), _codes(bundle), _ellipses(bundle)]
    return [_kl(bundle), _densities(bundle)]


def _kl(bundle: Bundle) -> Figure:
    title = "KL divergence from the prior, by dimension"
    k = bundle.spec.latent_dim
    score = score_of(bundle, "kl", k)
    if score is None:
        return missing(bundle, title, "KL divergence by dimension")
    table = score_table(score, dimension_names(k)).assign(used=active_dimensions(bundle))
    table = table.sort_values("value", ascending=False)
    cross = "A cross would mark an unused one" if table["used"].all() else "Crosses: unused"
    return Figure(
        title,
        kept(dimension_bars)(table, "nats"),
        f"{_units(bundle)} {cross}, whose posterior mean has a variance below {ACTIVE_VARIANCE:g}. In all "
        f"{table['value'].sum():.1f} nats an image ({rests_on(score)}).",
        str(score.get("protocol", "")),
    )


def _units(bundle: Bundle) -> str:
    score = score_of(bundle, "active_units")
    if score is None:
        return f"{sum(active_dimensions(bundle))} of {bundle.spec.latent_dim} dimensions carry information."
    low, high = score.get("interval") or (score["value"], score["value"])
    return (
        f"{score['value']:.0f} of {bundle.spec.latent_dim} dimensions are active "
        f"(95% interval {low:.0f} to {high:.0f})."
    )


def _densities(bundle: Bundle) -> Figure:
    posterior = posterior_of(bundle)
    grid, density = aggregate_density(posterior)
    names = dimension_names(bundle.spec.latent_dim)
    order = [dimension.number for dimension in dimensions_of(bundle)][:MOST_PANELS]
    table = pd.DataFrame(
        {
            "name": np.repeat([names[k] for k in order], len(grid)),
            "z": np.tile(grid, len(order)).round(2),
            "density": density[:, order].T.ravel().round(4),
            "prior": np.tile(normal_density(grid), len(order)).round(4),
        }
    )
    shown = f" The {MOST_PANELS} most telling of {len(names)}." if len(names) > MOST_PANELS else ""
    return Figure(
        "Aggregate posterior against the prior",
        kept(density_panels)(table, [names[k] for k in order]),
        "Blue: the mean of all posteriors; orange line: N(0, 1). Where they differ, samples from the prior "
        f"meet places that no image has.{shown} {_images(len(posterior.mean), posterior.made_by)}",
        square=True,
    )


def _codes(bundle: Bundle) -> Figure:
    rows = stratified_rows(bundle.labels, N_DOTS)
    return Figure(
        "Codes over the prior",
        kept(codes_and_prior)(
            bundle.codes[rows], _names(bundle, bundle.labels[rows]), bundle.classes, dark=is_dark()
        ),
        "Circles: 1, 2 and 3 standard deviations of N(0, I), which hold 39%, 86% and 99% of its samples. "
        f"Dots: posterior means of {len(rows):,} test images, chosen by seed 0.",
        square=True,
    )


def _ellipses(bundle: Bundle) -> Figure:
    posterior = posterior_of(bundle)
    chosen = stratified_rows(posterior.labels, N_ELLIPSES)
    mean, deviation = posterior.mean[chosen], posterior.deviation[chosen]
    factor = visible_multiple(mean, deviation)
    drawn = "1 standard deviation" if factor == 1 else f"{factor} standard deviations, enlarged to be seen"
    return Figure(
        "Posterior ellipses",
        kept(posterior_ellipses)(
            mean, factor * deviation, _names(bundle, posterior.labels[chosen]), bundle.classes
        ),
        f"How precisely each image is placed: {drawn}; the median is {np.median(deviation):.3f}. "
        f"{_images(len(chosen), posterior.made_by)}",
        square=True,
    )


def _names(bundle: Bundle, labels: np.ndarray) -> list[str]:
    return [bundle.classes[label] for label in labels]


def _images(n: int, made_by: str | None) -> str:
    return f"Posteriors of {n:,} {stand_ins_words(made_by) or 'test images'}; seed 0."
