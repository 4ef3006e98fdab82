"""Compressing test images with the user's own settings while the page stays usable."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.apply.compression.services.live import N_CHOICES, Line, Request, compress_anew
from dashboard.data.catalogue import Bundle
from dashboard.data.images.originals import originals_problem
from dashboard.ui.job_panel import job_button, job_of, watch_job

JOB = "compressing"
FINEST, COARSEST = 0.02, 5.0


def compress_again(bundles: Sequence[Bundle]) -> None:
    """Draw, folded away, the settings, the progress and what came of it."""
    with st.expander(
        "Compress again, with another step", icon=":material/refresh:", expanded=job_of(JOB) is not None
    ):
        problem = originals_problem(bundles[0].spec.dataset)
        if problem is not None:
            st.info(f"Compressing anew needs the original images. {problem}", icon=":material/image:")
            return
        job = watch_job(JOB)
        if job is not None or job_of(JOB) is None:
            _ask(bundles)
        if job is not None and job.result is not None:
            _answer(job.result)


def _ask(bundles: Sequence[Bundle]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = st.number_input(
            "Step", FINEST, COARSEST, 0.4, 0.05, key="anew_step", width=160,
            help="In spreads of a typical code dimension.",
        )  # fmt: skip
        n = st.segmented_control("Images", N_CHOICES, default=N_CHOICES[0], required=True, key="anew_n")
        request = Request(tuple(bundle.spec.id for bundle in bundles), float(step), int(n or N_CHOICES[0]))
        label = f"Compress with {len(bundles)} models" if len(bundles) > 1 else "Compress with this model"
        job_button(JOB, label, partial(compress_anew, request))


def _answer(lines: Sequence[Line]) -> None:
    first = lines[0]
    st.markdown(
        f"**Compressed now**, n = {first.n:,} test images, step {first.point.setting['step']:g}, seed 0"
    )
    table = [
        {
            "Model": line.title,
            "file, bytes": line.point.n_bytes,
            "bytes an image": round(line.point.n_bytes / line.n, 1),
            "bits per pixel": round(line.point.bits_per_pixel, 4),
            "dB [95%]": f"{line.point.psnr:.2f} [{line.point.interval[0]:.2f}, {line.point.interval[1]:.2f}]",
        }
        for line in lines
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, key="anew_table")
