"""Classifiers on real images, drawn ones and both: what the study found, and measuring it anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.apply.synthetic_data.services import (
    SEED_CHOICES,
    Request,
    arm_table,
    cost_in_minutes,
    finding,
    gain_table,
    measure,
    real_choices,
)
from dashboard.data.catalogue import dataset_title, open_bundle
from dashboard.data.images.originals import originals_problem
from dashboard.data.study_results import model_title
from dashboard.ui.chart_cache import kept
from dashboard.ui.charts.curves import BASELINE, Frame, curves, domain_of
from dashboard.ui.charts.palette import LINE_COLOURS
from dashboard.ui.job_panel import job_button, job_of, watch_job
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.theme import is_dark

JOB = "synthesis"
COLOURS = (BASELINE, *LINE_COLOURS[:2])


def learned_from(found: Mapping[str, Any], names: Sequence[str], key: str) -> None:
    """Draw one chart a model on common scales, and the differences as a table."""
    tables = {name: arm_table(found, name) for name in names}
    domain = domain_of(pd.concat(tables.values()))
    with st.container(horizontal=True, gap="small"):
        for name, table in tables.items():
            frame = Frame(190, 210, domain, "real images a class", None)
            with st.container(width="content"):
                st.markdown(f"**{model_title(name)}**")
                st.vega_lite_chart(
                    kept(curves)(table, COLOURS, frame, dark=is_dark()),
                    width="content",
                    key=f"{key}_{name}",
                    alt=f"Accuracy of classifiers trained on real images, on samples of {model_title(name)}, "
                    "and on both, against real images a class.",
                )
    with st.expander("Differences, with intervals"):
        st.dataframe(gain_table(found, names), hide_index=True, key=f"{key}_gains")
        st.caption(
            "Percentage points, seed by seed, with the 95% interval of their mean; a difference is clear "
            "where the interval leaves out zero."
        )


def learn_again(ids: Sequence[str]) -> None:
    """Draw, folded away, the settings, the progress and what came of it."""
    with st.expander("Measure again", icon=":material/refresh:", expanded=job_of(JOB) is not None):
        dataset = ids[0].partition("/")[0]
        if originals_problem(dataset) is not None:
            st.info("A classifier of real images needs the original images.", icon=":material/image:")
            originals_note(dataset)
            return
        job = watch_job(JOB)
        if job is not None or job_of(JOB) is None:
            _ask(ids)
        if job is not None and job.result is not None:
            _answer(job.result)


def _ask(ids: Sequence[str]) -> None:
    choices = real_choices(open_bundle(ids[0]))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n_real = st.pills(
            "Real images a class",
            choices,
            selection_mode="multi",
            default=choices[:2],
            key=f"synthesis_real_{choices}",
        )
        n_seeds = st.segmented_control(
            "Seeds", SEED_CHOICES, default=SEED_CHOICES[1], required=True, key="synthesis_seeds"
        )
        request = Request(tuple(ids), tuple(sorted(n_real)), int(n_seeds or SEED_CHOICES[1]))
        if n_real:
            word = "this model" if len(ids) == 1 else f"{len(ids)} models"
            job_button(JOB, f"Measure {word}", partial(measure, request))
    if not n_real:
        st.info("Choose at least one number of real images.", icon=":material/info:")
        return
    minutes = cost_in_minutes(request)
    st.caption(
        f"About {minutes:.0f} CPU minutes." if minutes >= 1 else "Less than a CPU minute.",
        help="Every classifier is trained from the start; the page stays usable meanwhile. The real images "
        "are drawn from the 10,000 train images that bundles keep codes of.",
    )


def _answer(found: Mapping[str, Any]) -> None:
    names = [curve["model"] for curve in found["curves"]]
    st.markdown(
        f"**Measured now** on {dataset_title(found['dataset'])}: {found['n_test']:,} random test images, "
        f"{found['n_seeds']} seed(s)"
    )
    if found["n_seeds"] > 1:
        st.caption(finding(found, names))
    else:
        st.caption("One seed gives no interval: choose more to tell a difference from chance.")
    learned_from(found, names, "synthesis_now")
