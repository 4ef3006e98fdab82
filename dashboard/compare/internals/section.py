"""Inside each model: what its family lets one see, one panel a model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.compare.internals.charts import dimension_bars, score_rows
from dashboard.compare.internals.figures import Figure, figure_row, missing, rests_on
from dashboard.compare.internals.services import (
    class_separation,
    code_spread,
    dimension_names,
    score_of,
    score_table,
)
from dashboard.compare.internals.vae import vae_figures
from dashboard.data.catalogue import Bundle
from dashboard.data.sampling import data_shares
from dashboard.ui.chart_cache import kept

N_COLUMNS = 3
REFERENCES = {"mse_of_mean_image": "the mean image"}


def inside(bundles: list[Bundle]) -> None:
    """Draw the section."""
    with st.container(key="inside"):
        for bundle in bundles:
            st.markdown(f"#### {bundle.spec.title}")
            figures_of = FIGURES.get(bundle.spec.family, _spread_only)
            figure_row(bundle, figures_of(bundle), N_COLUMNS)


def _pca_figures(bundle: Bundle) -> list[Figure]:
    title = "Explained variance, by component"
    k = bundle.spec.latent_dim
    score = score_of(bundle, "explained_variance_ratio", k)
    if score is None:
        return [missing(bundle, title, "explained variance"), _spread(bundle)]
    table = score_table(score, dimension_names(k))
    figure = Figure(
        title,
        kept(dimension_bars)(table, "share", form=".0%", cumulative=True),
        f"Bars: share of each component; orange: of all up to it, {table['value'].sum():.1%} in the end "
        f"({rests_on(score)}).",
        str(score.get("protocol", "")),
    )
    return [figure, _spread(bundle)]


def _gan_figures(bundle: Bundle) -> list[Figure]:
    return [_class_shares(bundle), _errors(bundle, ("mse", "mse_refined")), _spread(bundle)]


def _class_shares(bundle: Bundle) -> Figure:
    title = "Classes among its samples"
    n_classes = len(bundle.classes)
    score = score_of(bundle, "class_shares", n_classes)
    if score is None:
        return missing(bundle, title, "shares of the classes among samples")
    table = score_table(score, list(bundle.classes)).assign(reference=data_shares(bundle))
    rarest = int(np.argmin(score["value"]))
    return Figure(
        title,
        kept(dimension_bars)(table, "share", form=".0%", level=1 / n_classes),
        f"Orange: the test images; dashed: equal shares. Rarest: {bundle.classes[rarest]}, "
        f"{score['value'][rarest]:.1%}; a class near 0 would be a lost mode ({rests_on(score)}).",
        str(score.get("protocol", "")),
    )


def _errors(bundle: Bundle, names: tuple[str, ...]) -> Figure:
    """Return the reconstruction errors of a GAN, with that of the mean image to compare."""
    words = {
        "mse": "inversion network",
        "mse_refined": "after gradient steps",
        "mse_of_mean_image": "mean image instead",
    }
    return _rows(
        bundle,
        "Error of its codes for real images",
        {name: words[name] for name in (*names, *REFERENCES)},
        "mean squared error",
        "A GAN has no encoder: its codes are found by a network, and can be refined by gradient steps",
    )


def _dae_figures(bundle: Bundle) -> list[Figure]:
    noise = _rows(
        bundle,
        "Cleaning noisy images",
        {"denoised_psnr": "cleaned", "noisy_psnr": "noisy"},
        "PSNR, decibels",
        "Higher is closer to the clean image",
        form=".1f",
    )
    return [noise, _spread(bundle)]


def _rows(
    bundle: Bundle, title: str, words: dict[str, str], unit: str, sentence: str, *, form: str = ".4f"
) -> Figure:
    """Return single scores as rows with intervals; one that is missing is named."""
    scores = {name: score_of(bundle, name) for name in words}
    present = {name: score for name, score in scores.items() if score is not None}
    absent = [words[name] for name in words if name not in present]
    if not present:
        return missing(bundle, title, f"scores of this kind ({', '.join(words)})")
    table = pd.concat([score_table(score, [words[name]]) for name, score in present.items()])
    bases: dict[str, list[str]] = {}
    for name, score in present.items():
        bases.setdefault(rests_on(score), []).append(words[name])
    rests = "; ".join(f"{', '.join(rows)}: {basis}" for basis, rows in bases.items())
    lack = f" Not measured: {', '.join(absent)}." if absent else ""
    return Figure(
        title,
        kept(score_rows)(table, unit, form=form),
        f"{sentence} ({rests if len(bases) > 1 else next(iter(bases))}).{lack}",
        "\n\n".join(str(score.get("protocol", "")) for score in present.values()),
    )


def _lda_figures(bundle: Bundle) -> list[Figure]:
    ratio = class_separation(bundle)
    table = pd.DataFrame({"name": dimension_names(len(ratio)), "value": ratio})
    figure = Figure(
        "Separation of the classes, by axis",
        kept(dimension_bars)(table, "between / within"),
        f"Variance between classes over that within, of n = {len(bundle.train):,} train codes, computed "
        "exactly. LDA has seen these labels.",
    )
    return [figure, _spread(bundle)]


def _spread(bundle: Bundle) -> Figure:
    spread = code_spread(bundle)
    table = pd.DataFrame({"name": dimension_names(len(spread)), "value": spread})
    table = table.sort_values("value", ascending=False)
    ratio = float(spread.max() / max(float(spread.min()), 1e-9))
    few = "" if np.isfinite(ratio) and ratio < 1e3 else " Dimensions near 0 are unused."
    return Figure(
        "Spread of the codes, by dimension",
        kept(dimension_bars)(table, "standard deviation"),
        f"Of n = {len(bundle.test):,} test codes, computed exactly.{few} "
        + ("No prior sets the scale." if bundle.spec.family in ("ae", "dae") else ""),
    )


def _spread_only(bundle: Bundle) -> list[Figure]:
    return [_spread(bundle)]


FIGURES: dict[str, Callable[[Bundle], list[Figure]]] = {
    "pca": _pca_figures,
    "lda": _lda_figures,
    "ae": _spread_only,
    "dae": _dae_figures,
    "vae": vae_figures,
    "beta_vae": vae_figures,
    "gan": _gan_figures,
}
