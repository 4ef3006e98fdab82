"""PSNR and SSIM of every method against the corruption level, as the study measured them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.apply.denoising.charts import level_curves
from dashboard.apply.denoising.controls import ChosenCorruption
from dashboard.apply.denoising.services.study import best_methods, missing_models, score_table
from dashboard.data.catalogue import Bundle
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.panels.studies import study_or_message
from dashboard.ui.theme import is_dark

SCORES = {"psnr": ("PSNR, dB (higher is better)", ".0f"), "ssim": ("SSIM (higher is better)", ".1f")}
"""Axis title and number format of each score."""


def score_curves(bundles: list[Bundle], corruption: ChosenCorruption) -> None:
    """Draw one chart per score over all levels of the chosen corruption."""
    study = study_or_message(bundles[0].spec.dataset, "denoise")
    if study is None:
        return
    kind, level = corruption.kind, corruption.level
    table = score_table(study, kind.name, [bundle.spec.id for bundle in bundles])
    st.subheader(f"{kind.title}, all levels")
    _summary(table, level)
    for column, name in zip(st.columns(2, gap="large"), SCORES, strict=True):
        title, number_format = SCORES[name]
        renamed = table.rename(columns={name: "value", f"{name}_low": "low", f"{name}_high": "high"})
        shown = renamed[["title", "group", "level", "value", "low", "high"]]
        axes = (f"level: {kind.unit}", title)
        column.vega_lite_chart(
            spec=cached_chart(level_curves)(shown, axes, at=level, form=number_format, dark=is_dark()),
            key=f"curve_{name}",
            width="stretch",
            alt=f"{title} against the level of {kind.title.lower()}, one line per method",
        )
    if missing := missing_models(study, [bundle.spec.name for bundle in bundles]):
        st.caption(
            f"Not in the study, and left out: {', '.join(missing)}. `{study.command}` measures all models "
            "again."
        )
    st.caption(
        f"n = {study.found['n']:,} random test images, seed {study.seeds[0]}, 95% bootstrap intervals as "
        f"bands; {study.cpu_seconds:,.0f} CPU seconds. Level 0: reconstruction error on clean images.",
        help=study.protocol,
    )


def _summary(table: pd.DataFrame, level: float) -> None:
    """Name the best model and the best filter at the level of the study nearest to the chosen one."""
    best = best_methods(table, level)
    if best is None:
        return
    comparison = "better than" if best.model[1] > best.filter[1] else "worse than"
    st.markdown(
        f"At level {best.level:g}, **{best.model[0]}** denoises best of the chosen models: "
        f"{best.model[1]:.1f} dB, {comparison} the best filter ({best.filter[0].lower()}, "
        f"{best.filter[1]:.1f} dB). A flat curve: the noise is removed at every level. A low start at level "
        "0: the model loses detail even of the clean image."
    )
