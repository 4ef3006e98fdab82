"""Decodes of an image's code plus k times a direction, one row per model."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from dashboard.data.catalogue import Bundle
from dashboard.data.editing import (
    N_PRINCIPAL,
    Direction,
    along,
    between_classes,
    factor_names,
    of_factor,
    principal,
)
from dashboard.data.endpoints import image_code
from dashboard.data.images.grids import grid_uri
from dashboard.ui.fragments import bundle_fragment

N_STEPS = 11
MIN_COSINE = 0.5
"""A direction is called unstable if the interval of its bootstrap cosine reaches below this."""
KINDS = {"class": "Between classes", "principal": "Principal direction", "factor": "Known factor"}


@bundle_fragment
def direction_rows(bundles: list[Bundle], index: int) -> None:
    """Draw the controls of the direction and one row per model; a change reruns this fragment only."""
    st.markdown("#### Along a direction")
    if not bundles[0].has_labels:
        st.caption("Directions between classes need labels; the images of this dataset have none.")
    kind, choice, reach = _controls(bundles[0])
    steps = np.linspace(-reach, reach, N_STEPS, dtype=np.float32)
    for bundle in bundles:
        try:
            direction = _direction(bundle, kind, choice)
        except (ValueError, IndexError) as error:
            st.caption(f"{bundle.spec.title}: {error}")
            continue
        images = along(bundle, image_code(bundle, index), direction, steps)
        label, picture = st.columns([1, 5.2], gap="small", vertical_alignment="center")
        median, low, high = direction.cosine
        measure = "share of variance" if kind == "principal" else "Cohen's d"
        label.markdown(f"**{bundle.spec.title}**")
        warning = "unstable: it depends on the train images" if low < MIN_COSINE else ""
        label.caption(
            f"bootstrap cosine {median:.2f} [{low:.2f}, {high:.2f}]  \n"
            f"{measure} {direction.effect_size:.2f}  \n{warning}",
            help="Cosine between this direction and those from 100 bootstrap resamples of the train images: "
            "median and 95% interval; 1 means that other images would have given the same direction. "
            "Cohen's d: distance along the direction between the means of both classes, or of the lowest and "
            "the highest third of a factor, in pooled standard deviations.",
        )
        picture.html(
            f'<img src="{grid_uri(images, N_STEPS)}" style="width:100%;image-rendering:pixelated" '
            f'alt="Decodes of the code of test image {index} plus {-reach:g} to {reach:g} times the '
            f'direction {escape(direction.name)}">'
        )
    st.caption(f"k goes from {-reach:g} on the left to {reach:g} on the right; k = 0 is the reconstruction.")


def _controls(bundle: Bundle) -> tuple[str, tuple[str, ...], float]:
    """Draw the controls; return the kind of direction, the choice within it, and the largest k."""
    factors = factor_names(bundle.spec.dataset)
    absent = {"factor": not factors, "class": not bundle.has_labels}
    kinds = [kind for kind in KINDS if not absent.get(kind)]
    columns = st.columns([2, 1.2, 1.2, 1.6], vertical_alignment="bottom")
    kind = columns[0].segmented_control(
        "Direction",
        kinds,
        format_func=KINDS.__getitem__,
        default=kinds[0],
        required=True,
        key="direction_kind",
    )
    classes = bundle.classes
    choice: tuple[str, ...]
    if kind == "principal":
        number = columns[1].selectbox("Number", range(1, N_PRINCIPAL + 1), key="direction_number")
        choice = (str(number),)
    elif kind == "factor":
        choice = (str(columns[1].selectbox("Factor", factors, key="direction_factor")),)
    else:
        source = columns[1].selectbox("From", classes, key="direction_from")
        target = columns[2].selectbox("To", classes, index=min(1, len(classes) - 1), key="direction_to")
        choice = (str(source), str(target))
    reach = columns[3].slider(
        "Largest k", 0.5, 4.0, 1.0 if kind == "class" else 2.0, step=0.5, key=f"reach_{kind}"
    )
    return str(kind), choice, float(reach)


def _direction(bundle: Bundle, kind: str, choice: tuple[str, ...]) -> Direction:
    if kind == "principal":
        directions = principal(bundle)
        if int(choice[0]) > len(directions):
            raise ValueError(f"its codes have only {len(directions)} principal directions.")
        return directions[int(choice[0]) - 1]
    if kind == "factor":
        return of_factor(bundle, choice[0])
    source, target = (bundle.classes.index(name) for name in choice)
    return between_classes(bundle, source, target)
