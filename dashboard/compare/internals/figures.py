"""Figures side by side: a title that says what is shown, a chart, and what its numbers rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.data.catalogue import Bundle


@dataclass(frozen=True)
class Figure:
    """A chart with its words.

    Attributes
    ----------
    title : str
    spec : dict or None
        Vega-Lite; None where there is nothing to draw and the caption says why.
    caption : str
        What to see, and n, seed and interval.
    protocol : str
        How it was measured, on demand.
    square : bool
        Whether the chart has a size of its own rather than that of its column.
    """

    title: str
    spec: dict[str, Any] | None
    caption: str
    protocol: str = ""
    square: bool = False


def figure_row(bundle: Bundle, figures: list[Figure], n_columns: int) -> None:
    """Draw figures on a grid of `n_columns`."""
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


def missing(bundle: Bundle, title: str, what: str) -> Figure:
    """Return the sentence that stands for a figure whose score the bundle lacks."""
    spec = bundle.spec
    return Figure(
        title,
        None,
        f"This bundle holds no {what}. Train it again to measure every score: "
        f"`latentcore train {spec.dataset} {spec.family} --latent-dim {spec.latent_dim}`.",
    )


def rests_on(score: Mapping[str, Any]) -> str:
    """Return n and seed of a score, and whether it has an interval, in words."""
    words = [f"n = {score['n']:,}" if isinstance(score.get("n"), int) else "n unknown"]
    if score.get("seed") is not None:
        words.append(f"seed {score['seed']}")
    words.append("computed exactly" if score.get("interval") is None else "with 95% intervals")
    return ", ".join(words)
