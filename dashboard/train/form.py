"""The form that starts a training run; owns the URL name "dataset"."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import dataset_description, dataset_title, family_title
from dashboard.data.upload_rules import UploadRules
from dashboard.train.queue import run_queue
from dashboard.train.services.choices import (
    RunRequest,
    families_of,
    has_epochs,
    has_labels,
    most_dimensions,
    name_problem,
    start_problem,
    start_training,
    suggested_name,
    trainable_datasets,
    usual_dataset,
)
from dashboard.ui.pickers import set_dataset

RECIPE = 0
"""In the place of minutes: the recipe's number of epochs."""
MINUTES = (1, 2, 5, 10, 30, RECIPE)
USUAL_MINUTES, USUAL_FAMILY = 2, "vae"
HOSTED = (
    "This server has visitors, so models can be trained only on images that you added yourself; only you see "
    "the model, and it is deleted with them."
)
ABOUT = {
    "pca": "The directions along which the images vary most. Computed in one step, without epochs.",
    "lda": "The directions that separate the classes best. Computed in one step, from the labels.",
    "ae": "Learns to squeeze each image into a few numbers and to draw it again from them.",
    "dae": "An autoencoder that sees noisy images and learns to draw the clean ones.",
    "vae": "An autoencoder whose codes fill the space around zero evenly, so that new images can be drawn.",
    "beta_vae": "A VAE that presses harder for independent dimensions, at the price of blurrier images.",
    "gan": "Learns to draw images that a critic cannot tell from real ones; takes the longest.",
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
            _form(datasets)
        else:
            st.info("There is no dataset to train on yet: add your own images.", icon=":material/info:")
            st.page_link("your_data/page.py", label="Add images", icon=":material/add_photo_alternate:")
    with right:
        run_queue()
        _what_follows(rules)


def _form(datasets: list[str]) -> None:
    with st.container(border=True):
        first, second = st.columns([1.5, 1])
        with first:
            dataset = _pick_dataset(datasets)
        family = _pick_family(dataset)
        most = most_dimensions(dataset, family)
        latent_dim = second.number_input(
            "Latent dimensions",
            1,
            most,
            min(2, most),
            key=f"train_dimensions_{most}",
            help="How many numbers a code has. With 2, the map is the latent space itself.",
        )
        minutes = _pick_minutes(family)
        seed, name = _more_options(dataset, suggested_name(dataset, family, latent_dim))
        problem = start_problem() or name_problem(dataset, name)
        if problem is not None:
            st.warning(state.escape_markdown(problem), icon=":material/info:")
        request = RunRequest(
            dataset=dataset, family=family, latent_dim=latent_dim, minutes=minutes, seed=seed, name=name
        )
        st.button(
            "Start training",
            icon=":material/play_arrow:",
            type="primary",
            disabled=problem is not None,
            on_click=_start,
            args=(request,),
        )
    st.caption(dataset_description(dataset))


def _pick_dataset(datasets: list[str]) -> str:
    known = state.get("dataset")
    dataset = known if known in datasets else usual_dataset(datasets)
    if known is not None and known != dataset:
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


def _pick_family(dataset: str) -> str:
    families = families_of(dataset)
    family: str = st.segmented_control(
        "Model",
        families,
        format_func=family_title,
        default=USUAL_FAMILY if USUAL_FAMILY in families else families[0],
        required=True,
        key=f"train_family_{has_labels(dataset)}",
        help="The family of models that maps images to codes and back.",
    )
    st.caption(ABOUT.get(family, ""))
    return family


def _more_options(dataset: str, suggested: str) -> tuple[int, str]:
    """Draw the options that are rarely needed; return the seed and the name of the bundle."""
    with st.expander("More options"):
        seed = st.number_input(
            "Seed",
            0,
            2**31 - 1,
            0,
            key="train_seed",
            help="Of the initial weights and the order of the images: the same seed, the same model.",
        )
        name = st.text_input(
            "Name of the model",
            suggested,
            max_chars=64,
            key=f"train_name_{dataset}_{suggested}",
            help="Small letters, digits and . _ -; addresses and files use it.",
        )
    return seed, name


def _pick_minutes(family: str) -> float | None:
    """Draw the picker of the length; return minutes, or None for the recipe's length."""
    if not has_epochs(family):
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


def _start(request: RunRequest) -> None:
    run_id, problem = start_training(request)
    state.put("run", run_id)
    if problem is not None:
        state.notify("run", problem)


def _what_follows(rules: UploadRules) -> None:
    left = "open other pages" if rules.is_hosted else "close this page, and its address brings you back"
    st.markdown("**What you will see**")
    st.markdown(
        "- **The map forming**: the same 500 held-out images at the end of every epoch, coloured by class.\n"
        "- **Reconstructions** of eight fixed images, and **samples** decoded from eight fixed codes.\n"
        "- **The losses**, and how much time is left.\n\n"
        f"The training runs in a process of its own: you can {left}. When it is done, the model is scored, "
        "and every page shows it."
    )
