"""Compressing test images again, with the user's own quantisation step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.apply.compression.services.compress import N_CHOICES, ModelResult, Request, compress_images
from dashboard.data.catalogue import Bundle
from dashboard.data.images.originals import originals_problem
from dashboard.ui.job_panel import job_button, job_expander, job_form

JOB = "compressing"
FINEST, COARSEST = 0.02, 5.0


def compress_again(bundles: Sequence[Bundle]) -> None:
    """Draw, in an expander, the settings, the job's progress and its results."""
    with job_expander(JOB, "Compress again, with another quantisation step"):
        problem = originals_problem(bundles[0].spec.dataset)
        if problem is not None:
            st.info(f"Compressing again needs the original images. {problem}", icon=":material/image:")
            return
        job_form(JOB, partial(_settings, bundles), _results)


def _settings(bundles: Sequence[Bundle]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = st.number_input(
            "Quantisation step", FINEST, COARSEST, 0.4, 0.05, key="again_step", width=160,
            help="In standard deviations of a typical code dimension.",
        )  # fmt: skip
        n = st.segmented_control("Images", N_CHOICES, default=N_CHOICES[0], required=True, key="again_n")
        request = Request(tuple(bundle.spec.id for bundle in bundles), float(step), int(n or N_CHOICES[0]))
        label = f"Compress with {len(bundles)} models" if len(bundles) > 1 else "Compress with this model"
        job_button(JOB, label, partial(compress_images, request))


def _results(results: Sequence[ModelResult]) -> None:
    first = results[0]
    st.markdown(
        f"**Compressed now**, n = {first.n:,} test images, step {first.point.setting['step']:g}, seed 0"
    )
    table = [
        {
            "Model": result.title,
            "file size, bytes": result.point.n_bytes,
            "bytes per image": round(result.point.n_bytes / result.n, 1),
            "bits per pixel": round(result.point.bits_per_pixel, 4),
            "PSNR, dB [95%]": f"{result.point.psnr:.2f} "
            f"[{result.point.interval[0]:.2f}, {result.point.interval[1]:.2f}]",
        }
        for result in results
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, key="again_table")
