"""Training the classifiers again, with other numbers of real images or for models that the study lacks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.apply.synthetic_data.classifier_curves import model_charts
from dashboard.apply.synthetic_data.services.classifiers import (
    SEED_CHOICES,
    Request,
    cost_in_minutes,
    measure,
    real_choices,
)
from dashboard.apply.synthetic_data.services.study import ClassifierResults, finding
from dashboard.data.catalogue import dataset_title, open_bundle
from dashboard.data.images.originals import originals_problem
from dashboard.ui.job_panel import job_button, job_expander, job_form
from dashboard.ui.missing_originals import originals_note

JOB = "synthesis"


def measure_again(ids: Sequence[str]) -> None:
    """Draw, in an expander, the settings, the job's progress and its results."""
    with job_expander(JOB, "Measure again"):
        dataset = ids[0].partition("/")[0]
        if originals_problem(dataset) is not None:
            st.info("A classifier trained on real images needs the original images.", icon=":material/image:")
            originals_note(dataset)
            return
        job_form(JOB, partial(_settings, ids), _results)


def _settings(ids: Sequence[str]) -> None:
    choices = real_choices(open_bundle(ids[0]))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n_real = st.pills(
            "Real images per class",
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
            models = "this model" if len(ids) == 1 else f"{len(ids)} models"
            job_button(JOB, f"Measure {models}", partial(measure, request))
    if not n_real:
        st.info("Choose at least one number of real images.", icon=":material/info:")
        return
    minutes = cost_in_minutes(request)
    st.caption(
        f"About {minutes:.0f} CPU minutes." if minutes >= 1 else "Less than a CPU minute.",
        help="Every classifier is trained from scratch; the page stays usable. The real images are sampled "
        "from the train images whose codes the bundles store, at most 10,000.",
    )


def _results(results: ClassifierResults) -> None:
    st.markdown(
        f"**Measured now** on {dataset_title(results.dataset)}: {results.n_test:,} random test images, "
        f"{results.n_seeds} seed(s)"
    )
    if results.n_seeds > 1:
        st.caption(finding(results, results.models))
    else:
        st.caption("One seed gives no interval: choose more to separate a difference from chance.")
    model_charts(results, results.models, "synthesis_now")
