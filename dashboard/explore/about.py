"""About this model: parameters, size, training command, training curves, model card."""

from __future__ import annotations

import streamlit as st

from dashboard.data.cards import card_pictures, card_text, megabytes
from dashboard.data.catalogue import Bundle
from dashboard.explore.charts.training_curves import training_curves
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.fragments import bundle_fragment

PICTURE_TITLES = {
    "reconstructions.png": "Reconstructions of 40 random test images",
    "samples.png": "40 samples of the model",
}


@bundle_fragment
def about_model(bundle: Bundle) -> None:
    """Draw the expander about the model; its content is made when it is opened."""
    opened = st.expander("About this model", icon=":material/info:", key="about", on_change="rerun")
    if opened.open:
        with opened:
            _facts(bundle)


def _facts(bundle: Bundle) -> None:
    """Draw facts, training curves, pictures and the model card."""
    config = bundle.config
    facts, curves = st.columns([1, 2.4], gap="large")
    with facts:
        st.markdown(
            f"**Parameters** {config['n_parameters']:,}  \n"
            f"**Size on disk** {megabytes(bundle):.2f} MB  \n"
            f"**Training time** {config['recipe'].get('cpu_seconds', 0):g} CPU seconds  \n"
            f"**Licence** {config['licence']}"
        )
        st.caption("Command that trains it")
        st.code(config["recipe"].get("command", ""), language="bash", wrap_lines=True)
    with curves:
        spec = cached_chart(training_curves)(bundle.history)
        if spec is None:
            st.caption("Fitted in closed form: no training curves.")
        else:
            st.caption("Training curves: mean of each loss per epoch")
            st.vega_lite_chart(spec=spec, alt="Training losses per epoch")
    for name, data in card_pictures(bundle):
        if name in PICTURE_TITLES:  # the training curves are shown above as a chart
            st.caption(PICTURE_TITLES[name])
            st.image(data, width=520, alt=PICTURE_TITLES[name])
    st.markdown(card_text(bundle))
