"""One slider per latent dimension, starting at the code of a test image."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle
from dashboard.data.editing import Dimension, decode_one, dimensions_of
from dashboard.data.endpoints import image_code
from dashboard.data.images.pixels import image_uri
from dashboard.ui.fragments import bundle_fragment
from dashboard.ui.pictures import Picture, picture_row

LARGE = 232
REACH = 3.0
"""Range of a slider: mean plus and minus this many standard deviations of the train codes."""
N_COLUMNS = 4


@bundle_fragment
def dimension_sliders(bundles: list[Bundle], index: int) -> None:
    """Draw the sliders of one model and the decode of the edited code; a change reruns this fragment only."""
    titles = {bundle.spec.id: bundle.spec.title for bundle in bundles}
    st.markdown("#### By dimension")
    chosen = st.segmented_control(
        "Model to edit",
        list(titles),
        format_func=titles.__getitem__,
        default=next(iter(titles)),
        required=True,
        label_visibility="collapsed",
        key="edited_model",
    )
    bundle = next((one for one in bundles if one.spec.id == chosen), bundles[0])
    start = image_code(bundle, index)
    picture, sliders = st.columns([1, 3.2], gap="large")
    with sliders:
        code = _sliders(bundle, index, start)
    with picture:
        decode = decode_one(bundle, code)
        uri = image_uri(decode)
        distance = float(np.linalg.norm(code - start))
        caption = (
            f"{bundle.spec.title}: decode of the edited code, at distance {distance:.2f} from the image's"
        )
        picture_row([Picture(uri, f"Edited decode of test image {index}", caption, LARGE)])
        st.button("Reset to the image", icon=":material/undo:", key="undo_edit", on_click=_reset)


def _sliders(bundle: Bundle, index: int, start: np.ndarray) -> np.ndarray:
    """Draw a slider per dimension, those of unused dimensions in an expander; return the edited code."""
    code = start.copy()
    dimensions = dimensions_of(bundle)
    used = [dimension for dimension in dimensions if dimension.active]
    unused = [dimension for dimension in dimensions if not dimension.active]
    _slider_grid(bundle, index, start, code, used)
    if unused:
        with st.expander(f"Unused dimensions ({len(unused)})"):
            _slider_grid(bundle, index, start, code, unused)
    return code


def _slider_grid(
    bundle: Bundle, index: int, start: np.ndarray, code: np.ndarray, dimensions: list[Dimension]
) -> None:
    """Draw sliders in columns, in reading order; write their values into `code`."""
    for first in range(0, len(dimensions), N_COLUMNS):
        for dimension, column in zip(
            dimensions[first : first + N_COLUMNS], st.columns(N_COLUMNS), strict=False
        ):
            k, reach = dimension.number, REACH * max(dimension.deviation, 1e-3)
            at = float(start[k])
            code[k] = column.slider(
                f"z{k + 1}",
                min(dimension.mean - reach, at),
                max(dimension.mean + reach, at),
                at,
                format="%.2f",
                key=f"edit-{bundle.spec.id}-{index}-{k}",
                help=f"{dimension.weight:.3g} {dimension.measure}; train codes: mean {dimension.mean:.2f} "
                f"and standard deviation {dimension.deviation:.2f}.",
            )


def _reset() -> None:
    state.forget_widgets("edit-")
