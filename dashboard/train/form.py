"""The form that starts a training run, or two; owns the URL name "dataset"."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import catalogue, dataset_description, dataset_title, family_title
from dashboard.data.upload_rules import UploadRules
from dashboard.train.bring_back import bring_back_form
from dashboard.train.queue import run_queue
from dashboard.train.services.choices import (
    RunRequest,
    families_of,
    has_epochs,
    has_labels,
    most_dimensions,
    requests_for,
    start_problem,
    start_training,
    trainable_datasets,
    usual_dataset,
)
from dashboard.train.settings_form import main_settings, name_input, other_settings
from dashboard.ui.pickers import set_dataset

RECIPE = 0
"""In the place of minutes: the recipe's number of epochs."""
MINUTES = (1, 2, 5, 10, 30, RECIPE)
USUAL_MINUTES, USUAL_FAMILY, USUAL_SECOND = 2, "vae", ("ae", "vae", "pca")
HOSTED = (
    "Only you see the model, in this browser tab. It is deleted minutes after the tab is closed or reloaded, "
    "and after 50 minutes without use: download it, and bring it back another time."
)
ABOUT = {
    "pca": "The directions along which the images vary most. Computed in one step, without epochs.",
    "lda": "The directions that separate the classes best. Computed in one step, from the labels.",
    "ae": "Learns to compress each image into a few numbers and to reconstruct it from them.",
    "dae": "An autoencoder that sees noisy images and learns to return the clean ones.",
    "vae": "An autoencoder whose codes fill the space around zero evenly, so that images can be sampled.",
    "beta_vae": "A VAE with a larger weight on independent dimensions, at the price of blurrier images.",
    "gan": "Learns to generate images that a critic cannot separate from real ones; takes the longest.",
    "flow": "An autoencoder, and a small diffusion model of its codes: noise becomes an image in steps.",
    "cnn": "Learns to classify the images; its last hidden layer is the code, and shows what makes a class.",
    "transformer": "An autoencoder that cuts the image into patches, which look at each other by attention.",
}
"""One sentence per family; a family that is not here needs none."""


def train_form(rules: UploadRules) -> None:
    """Draw the form, and the runs that are under way."""
    st.subheader("Train a model, and watch its latent space form")
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        if rules.is_hosted:
            st.caption(HOSTED)
        datasets = trainable_datasets(is_hosted=rules.is_hosted)
        if datasets:
            blocked = start_problem()  # said above the form, before somebody fills it
            if blocked is not None:
                st.warning(blocked, icon=":material/info:")
            _form(datasets, blocked)
        else:
            st.info("There is no dataset to train on yet: add your own images.", icon=":material/info:")
            st.page_link("your_data/page.py", label="Add images", icon=":material/add_photo_alternate:")
    with right:
        run_queue()
        _what_follows(rules)
        bring_back_form(rules)


def _form(datasets: list[str], blocked: str | None) -> None:
    with st.container(border=True):
        first, second = st.columns([1.5, 1])
        with first:
            dataset = _pick_dataset(datasets)
        st.caption(dataset_description(dataset))
        families = _pick_families(dataset)
        most = min(most_dimensions(dataset, family) for family in families)
        latent_dim = second.number_input(
            "Latent dimensions",
            1,
            most,
            min(2, most),
            key=f"train_dimensions_{most}",
            help="How many numbers a code has. With 2, the map is the latent space itself.",
        )
        minutes = _pick_minutes(families)
        size, values = main_settings(dataset, families, latent_dim)
        seed, names = _more_options(dataset, families, latent_dim, size, values, timed=minutes is not None)
        requests, problem = requests_for(dataset, values, latent_dim, minutes=minutes, seed=seed, names=names)
        if problem is not None and problem != blocked:
            st.warning(state.escape_markdown(problem), icon=":material/info:")
        st.button(
            "Start training",
            icon=":material/play_arrow:",
            type="primary",
            disabled=problem is not None,
            on_click=_start,
            args=(requests,),
        )


def _pick_dataset(datasets: list[str]) -> str:
    known = state.get("dataset")
    dataset = known if known in datasets else usual_dataset(datasets)
    if known is not None and known != dataset and not catalogue().is_collection(known):
        state.put("dataset", None)
        state.notify("dataset", f"“{dataset_title(known)[:60]}” cannot be trained on here; take another.")
    st.selectbox(
        "Dataset",
        datasets,
        format_func=dataset_title,
        help="The images that the model learns. Its test images are held out.",
        **state.bind("train_dataset", dataset, set_dataset, "train_dataset"),
    )
    return dataset


def _pick_families(dataset: str) -> list[str]:
    """Draw the picker of one family or two."""
    families = families_of(dataset)
    usual = USUAL_FAMILY if USUAL_FAMILY in families else families[0]
    first = _family("Model", families, usual, f"train_family_{has_labels(dataset)}")
    is_pair = st.toggle(
        "Train two and compare",
        key="train_pair",
        help="Both are trained at the same time, and watched side by side.",
    )
    if not is_pair:
        return [first]
    others = [family for family in families if family != first]
    usual = next(family for family in USUAL_SECOND if family in others)
    return [first, _family("Second model", others, usual, f"train_second_{has_labels(dataset)}_{first}")]


def _family(label: str, families: list[str], default: str, key: str) -> str:
    family: str = st.segmented_control(
        label,
        families,
        format_func=family_title,
        default=default,
        required=True,
        key=key,
        help="The family of models that maps images to codes and back.",
    )
    st.caption(ABOUT.get(family, ""))
    return family


def _more_options(
    dataset: str,
    families: list[str],
    latent_dim: int,
    size: str,
    values: dict[str, Any],
    *,
    timed: bool,
) -> tuple[int, dict[str, str]]:
    """Draw the options that are rarely needed; return the seed and the name of each bundle by family.

    Settings are put into `values`, by family and name.
    """
    names = {}
    with st.expander("More options"):
        seed = st.number_input(
            "Seed",
            0,
            2**31 - 1,
            0,
            key="train_seed",
            help="Of the initial weights and the order of the images: the same seed, the same model.",
        )
        tabs = (
            st.tabs([family_title(family) for family in families]) if len(families) > 1 else [st.container()]
        )
        for family, tab in zip(families, tabs, strict=True):
            with tab:
                names[family] = name_input(dataset, family, latent_dim)
                others = other_settings(dataset, family, latent_dim, size, timed=timed and has_epochs(family))
                values[family] = {**values.get(family, {}), **others}
    return seed, names


def _pick_minutes(families: list[str]) -> float | None:
    """Draw the picker of the length; return minutes, or None for the recipe's length."""
    if not any(map(has_epochs, families)):
        return None
    chosen = st.segmented_control(
        "How long",
        MINUTES,
        format_func=lambda n: "as the recipe" if n == RECIPE else f"{n} min",
        default=USUAL_MINUTES,
        required=True,
        key="train_minutes",
        help="The number of epochs follows from a short trial on this machine. As the recipe: as many epochs "
        "as the shipped models, which can take from a minute to hours. Scoring comes on top.",
    )
    return None if chosen == RECIPE else float(chosen)


def _start(requests: list[RunRequest]) -> None:
    ids, problem = start_training(requests)
    state.put("run", ",".join(ids) or None)
    if problem is not None:
        state.notify("run", problem)


def _what_follows(rules: UploadRules) -> None:
    left = "open other pages" if rules.is_hosted else "close this page, and its address brings you back"
    st.markdown("**What you will see**")
    st.markdown(
        "- **The map forming**: the same 500 held-out images at the end of every epoch, coloured by class.\n"
        "- **Reconstructions** of eight fixed images, and **samples** decoded from eight fixed codes.\n"
        "- **The losses**, the error on train and held-out images, and how much time is left.\n\n"
        f"The training runs in a process of its own: you can {left}. It can be "
        "paused, or stopped and kept as it is. When it is done, the model is scored, "
        "and every page shows it."
    )
