"""Synthetic data: whether images drawn from a model help a classifier that has few real ones."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.apply.synthetic_data.class_samples import NAMES, chosen_maker, class_samples
from dashboard.apply.synthetic_data.classifier_curves import learn_again, learned_from
from dashboard.apply.synthetic_data.services import can_make, finding
from dashboard.data.study_results import model_title
from dashboard.ui.model_set import several_models
from dashboard.ui.problems import catalogue_or_stop, show_problems, study_or_say
from dashboard.ui.share import copy_link, show_notices


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop()
    dataset, names, bundles = several_models(catalogue)
    notices = st.container()
    able = [bundle.spec.name for bundle in bundles if can_make(bundle)]
    for bundle in bundles:
        if bundle.spec.name not in able:
            st.caption(
                f"{model_title(bundle.spec.name)} is left out: it was fitted to the labels of all train "
                "images, so that “few labels” would not be true of it."
            )
    if able:
        study(dataset, able)
        learn_again([f"{dataset}/{name}" for name in able])
        class_samples(chosen_maker(dataset, able), able)
    elif bundles:
        st.info("Choose a model that has not seen labels: PCA, an autoencoder, a VAE or a GAN.")
    state.publish(
        dataset=dataset, models=",".join(names), **{name: state.get(name) for name in NAMES if able}
    )
    with notices:
        show_notices()
    copy_link()
    show_problems(catalogue)


def study(dataset: str, names: list[str]) -> None:
    """Draw what the study found."""
    st.markdown("#### Do drawn images help a classifier that has few real ones?")
    result = study_or_say(dataset, "synthesis")
    if result is None:
        return
    found = result.found
    covered = {curve["model"] for curve in found["curves"]}
    known = [name for name in names if name in covered]
    if known:
        st.markdown(f"{finding(found, known)} Accuracy on real test images against real images a class:")
        learned_from(found, known, "synthesis")
    if missing := [model_title(name) for name in names if name not in covered]:
        st.caption(
            f"The study covers the largest model of each family; {', '.join(missing)} can be measured below."
        )
    st.caption(
        f"Classifier: {found['judge']}, on {found['n_test']:,} random real test images; {len(result.seeds)} "
        "seeds, with 95% intervals. Each class's density is fitted to the codes of its labelled images only; "
        "the model itself saw the whole train split without labels. Every classifier takes as many steps: a "
        f"drawn image takes the place of a real one. {result.cpu_seconds:,.0f} CPU seconds.",
        help=result.protocol,
    )


page()
