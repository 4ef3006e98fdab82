"""From noise to image: samples of a flow at each step of its solver, and what fewer steps cost."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.data.catalogue import Bundle
from dashboard.data.images.pixels import image_uri
from dashboard.sample.services import (
    EXACT_STEPS,
    MAX_STEPS,
    N_COMPARED,
    against_autoencoder,
    has_flow,
    milliseconds,
    noise_to_image,
    quality_by_steps,
    usual_steps,
)
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.charts.curves import Frame, curves
from dashboard.ui.charts.palette import line_colours
from dashboard.ui.panels.studies import study_or_message
from dashboard.ui.theme import is_dark

N_ROWS = 4
CHART_HEIGHT, LEAST_SHARE = 150, 0.1
"""Pixels; least end of an interval that is drawn, as a share of the mean: it has no place below 0."""
MAX_SIDE = 84
"""Of an image on the page, in pixels, with the gap beside it."""


def noise_strips(bundles: list[Bundle], seed: int) -> None:
    """Draw the section with one strip per flow; nothing without one."""
    flows = [bundle for bundle in bundles if has_flow(bundle)]
    if not flows:
        return
    with st.container(key="noise_to_image"):
        st.subheader("From noise to image")
        left, right = st.columns([1, 2.4], vertical_alignment="bottom", gap="large")
        n_steps = left.slider(
            "Solver steps",
            1,
            MAX_STEPS,
            usual_steps(flows[0]),
            key="solver_steps",
            help="Steps of Heun's method from the prior to the autoencoder's codes. Fewer are faster and "
            "follow the flow less closely.",
        )
        right.caption(
            "A flow carries noise to codes in small steps. Left: the noise itself, decoded by the "
            "autoencoder as if it were a code. Right: the sample. Each row is one sample of the seed above."
        )
        for bundle in flows:
            _strip(bundle, seed, n_steps)
        _quality(flows, n_steps)


def _strip(bundle: Bundle, seed: int, n_steps: int) -> None:
    found, title = noise_to_image(bundle, N_ROWS, seed, n_steps), bundle.spec.title
    st.markdown(f"**{title}**")
    n_columns = len(found.steps)
    marks = "".join(f'<div style="text-align:center;opacity:0.75">{step}</div>' for step in found.steps)
    images = "".join(
        f'<img src="{image_uri(image)}" style="width:100%;image-rendering:pixelated;border-radius:3px" '
        f'alt="Sample {row + 1} of {escape(title)} after {step} of {n_steps} steps">'
        for row, samples in enumerate(found.images)
        for step, image in zip(found.steps, samples, strict=True)
    )
    st.html(
        f'<div style="display:grid;grid-template-columns:repeat({n_columns},1fr);gap:4px;font-size:0.75rem;'
        f'max-width:{n_columns * MAX_SIDE}px">{marks}{images}</div>'
    )
    st.caption(
        f"Numbers: solver steps done. {N_COMPARED} samples take {milliseconds(bundle, n_steps):.0f} ms on "
        f"this machine; they differ from those of {EXACT_STEPS} steps by a mean squared error of "
        f"{found.difference:.5f}.{_against(bundle)}"
    )


def _against(bundle: Bundle) -> str:
    """Return a sentence on what the flow gains over a Gaussian on an autoencoder's codes; often nothing."""
    found = against_autoencoder(bundle)
    if found is None:
        return ""
    return (
        f" FD% of its samples is {found.flow:.2f}; that of {found.title}, whose codes are sampled from a "
        f"fitted Gaussian, is {found.autoencoder:.2f}."
    )


def _quality(flows: list[Bundle], n_steps: int) -> None:
    """Draw FD% by number of steps; nothing where the dataset has no feature network."""
    study = study_or_message(flows[0].spec.dataset, "solver_steps")
    if study is None or study.found["network"] is None:
        return
    table = quality_by_steps(study, flows)
    titles = table["series"].unique().tolist()
    if missing := [flow.spec.title for flow in flows if flow.spec.title not in titles]:
        st.caption(f"Not in the study: {', '.join(missing)}. `{study.command}` measures all flows again.")
    if table.empty:
        return
    st.markdown("**What fewer steps cost: FD% of the samples (lower is better; logarithmic)**")
    shown = table.assign(low=table["low"].clip(lower=LEAST_SHARE * table["mean"]))
    frame = Frame(
        width=None,
        height=CHART_HEIGHT,
        domain=(0.9 * float(shown["low"].min()), 1.1 * float(shown["high"].max())),
        x_title="solver steps",
        y_title="FD%",
        y_format="~g",
        is_log=True,
        at=n_steps,
    )
    colours = list(line_colours(titles, {}).values())
    st.vega_lite_chart(
        spec=cached_chart(curves)(shown, colours, frame, dark=is_dark()),
        key="quality_by_steps",
        width="stretch",
        alt="FD% of each flow's samples against the number of solver steps, one line per flow",
    )
    measured = [
        f"{row.series} {row.mean:.2f} ({row.low:.2f} to {row.high:.2f})"
        for row in table[table["x"] == n_steps].itertuples()
    ]
    at = f"With {n_steps} steps: {'; '.join(measured)}. " if measured else ""
    st.caption(
        f"{at}{study.found['n']:,} samples per seed, {len(study.seeds)} seeds, {study.found['network']} "
        f"features; bands are 95% intervals of the mean. {study.cpu_seconds:,.0f} CPU seconds.",
        help=study.protocol,
    )
