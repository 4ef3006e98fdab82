"""Figures of the section "Internals": title, chart, and a caption with sample size, seed and interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.compare.internals.services import BundleScore
from dashboard.data.catalogue import Bundle


@dataclass(frozen=True)
class Figure:
    """A chart with its texts.

    Attributes
    ----------
    title : str
    spec : dict or None
        Vega-Lite; None where there is no data, and the caption says why.
    caption : str
        How to read the chart, and n, seed and interval.
    protocol : str
        How it was measured, shown as help.
    square : bool
        Whether the chart has a fixed size rather than the width of its column.
    """

    title: str
    spec: dict[str, Any] | None
    caption: str
    protocol: str = ""
    square: bool = False


def draw_figures(bundle: Bundle, figures: list[Figure], n_columns: int) -> None:
    """Draw figures side by side.

    Parameters
    ----------
    bundle : Bundle
        Model of the figures.
    figures : list of Figure
        At most `n_columns`.
    n_columns : int
        Columns of the row; those without a figure stay empty.
    """
    for number, (figure, column) in enumerate(zip(figures, st.columns(n_columns, gap="large"), strict=False)):
        with column:
            st.markdown(f"**{figure.title}**")
            if figure.spec is not None:
                st.vega_lite_chart(
                    spec=figure.spec,
                    key=f"figure_{bundle.spec.id}_{number}",
                    width="content" if figure.square else "stretch",
                    alt=f"{figure.title}. {figure.caption}",
                )
            st.caption(figure.caption, help=figure.protocol or None)


def figure_without_score(bundle: Bundle, title: str, score_title: str) -> Figure:
    """Return a figure whose caption, instead of a chart, says that a score is missing and how to measure it.

    Parameters
    ----------
    bundle : Bundle
    title : str
        Of the figure.
    score_title : str
        What is missing, such as "explained variance".
    """
    spec = bundle.spec
    return Figure(
        title,
        None,
        f"This bundle holds no {score_title}. Train it again to measure every score: "
        f"`latentcore train {spec.dataset} {spec.family} --latent-dim {spec.latent_dim}`.",
    )


def basis_text(score: BundleScore) -> str:
    """Return sample size, seed and kind of interval as text: "n = 540, seed 0, with 95% intervals"."""
    parts = ["n unknown" if score.n is None else f"n = {score.n:,}"]
    if score.seed is not None:
        parts.append(f"seed {score.seed}")
    parts.append("computed exactly" if score.interval is None else "with 95% intervals")
    return ", ".join(parts)
