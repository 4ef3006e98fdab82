"""The guided story: a few prepared states of the pages, for presenting to a room. Owns the name "present"."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Catalogue

SUBJECT = ("model", "models")
"""Names that a step always sets, even if the URL has other values for them."""
STYLE = """
html { font-size: 18px; }
.stAppHeader, [data-testid="stToolbar"] { display: none; }
.stMainBlockContainer { padding-top: 0.75rem; }
"""


@dataclass(frozen=True)
class Step:
    """One step of the story: a page in a prepared state.

    Attributes
    ----------
    view : str
        File of the page.
    query : dict
        State of the page, as names and values of the URL, without the dataset.
    models : tuple of str
        Names of the models that the step needs.
    title, sentence : str
        Shown above the page.
    recorded : bool
        Whether the step needs the record of how the spaces of its models formed.
    """

    view: str
    query: dict[str, str | list[str]]
    models: tuple[str, ...]
    title: str
    sentence: str
    recorded: bool = False


def _explore(model: str, title: str, sentence: str, **query: str) -> Step:
    return Step("explore/page.py", {"model": model, **query}, (model,), title, sentence)


STORY = (
    Step(
        "overview/page.py",
        {},
        (),
        "What is a latent space?",
        "Each model describes an image by a few numbers, its code. Codes of two numbers can be drawn as a "
        "map: images that the model finds similar lie close together.",
    ),
    _explore(
        "pca-d2",
        "PCA: a linear map",
        "The two directions in which the images vary most. Move the pointer: every position decodes to a "
        "blurred average, and the classes overlap.",
    ),
    _explore(
        "ae-d2",
        "Autoencoder: compressed to two numbers",
        "One network compresses each image to two numbers, another rebuilds the image from them. The classes "
        "separate and the decodes get sharper.",
    ),
    _explore(
        "ae-d2",
        "… with holes",
        "Grey: far from every training code. No training image showed the decoder what belongs there. Hover "
        "over the grey.",
        shade="on",
    ),
    _explore(
        "vae-d2",
        "VAE: no holes",
        "Noise on the codes and a prior keep the codes together in training: they fill a disc, and almost "
        "every position of it decodes to an image like the real ones.",
    ),
    Step(
        "explore/page.py",
        {"model": "vae-d2", "formed": "on"},
        ("vae-d2",),
        "How the map formed",
        "The same test images from the first step of the training to the last: a heap at first, then "
        "islands. Their reconstructions and a few samples sharpen at the same time.",
        recorded=True,
    ),
    _explore(
        "gan-d2",
        "GAN: trained against a critic",
        "The generator learns to make images that a second network, the critic, cannot tell from real ones. "
        "There is no encoder: the codes of real images are found afterwards.",
    ),
    _explore(
        "flow-d2",
        "Latent flow: from noise to a code",
        "An autoencoder again, with a small relative of today's diffusion models: a flow that carries noise "
        "to its codes, step by step, and codes back. Every position decodes, as in a VAE.",
    ),
    _explore(
        "cnn-d2",
        "CNN: what a classifier keeps",
        "Here the code is the last layer of a classifier, which was shown the labels. It keeps what "
        "separates the classes and drops the rest: each class decodes to one typical image.",
    ),
    _explore(
        "transformer-d16",
        "Transformer: which patches look at which",
        "The image is cut into patches, and attention decides how much each of them looks at the others. "
        "Sixteen numbers per image, drawn on a UMAP plane. Open “Attention” on the right to see where each "
        "layer looks.",
    ),
    Step(
        "interpolate/page.py",
        {"models": ["pca-d2", "ae-d2", "vae-d2"], "steps": "11"},
        ("pca-d2", "ae-d2", "vae-d2"),
        "From one image to another",
        "The same two images in three models. PCA fades one into the other, the autoencoder may cross a "
        "hole, the VAE changes one into the other step by step.",
    ),
    Step(
        "sample/page.py",
        {"models": ["pca-d16", "ae-d16", "vae-d16", "gan-d16"], "n": "36"},
        ("pca-d16", "ae-d16", "vae-d16", "gan-d16"),
        "New images from random codes",
        "Sample random codes and decode them: how well has each model learned what the images look like?",
    ),
)


def story_of(catalogue: Catalogue, dataset: str) -> list[Step]:
    """Return the steps whose models the dataset has, and whose records they have."""
    present = set(catalogue.models(dataset))
    return [
        step
        for step in STORY
        if set(step.models) <= present
        and (
            not step.recorded or all(catalogue.specs[f"{dataset}/{name}"].is_recorded for name in step.models)
        )
    ]


def is_presenting() -> bool:
    """Return whether the story is shown."""
    return state.get("present") is not None


def start_button(catalogue: Catalogue, dataset: str) -> None:
    """Draw the button that starts the story."""
    help_text = "A guided story for presenting to a room; turn its pages with the arrow keys."
    if st.button("Present", icon=":material/slideshow:", help=help_text):
        _go_to(story_of(catalogue, dataset), dataset, 0)


def keep_to_story(catalogue: Catalogue, path: str, *, arrived: bool) -> None:
    """Keep page and step consistent: the URL of a step opens its page, a link to another page ends the story.

    The browser's Back opens another page with the query of the former one; then a step of that page is shown.

    Parameters
    ----------
    catalogue : Catalogue
    path : str
        Path of the page that is to be drawn; empty for the front door.
    arrived : bool
        Whether this run has read a new state from the URL.
    """
    dataset, steps, number = _current(catalogue)
    if path != _path(steps[number]):
        if arrived and state.is_addressed("present"):
            st.switch_page(steps[number].view, query_params={"dataset": dataset, "present": str(number)})
        own = [k for k, step in enumerate(steps) if _path(step) == path]
        if arrived or not own:
            state.put("present", None)
            st.rerun()
        number, arrived = min(own, key=lambda k: abs(k - number)), True
        state.put("present", str(number))
    if arrived:
        _apply_state(steps[number])


def banner(catalogue: Catalogue) -> None:
    """Draw title, sentence and buttons of the current step; hide header and toolbar."""
    dataset, steps, number = _current(catalogue)
    st.html(f"<style>{STYLE}</style>")
    text, buttons = st.columns([2.6, 1], vertical_alignment="center")
    with text:
        st.markdown(f"## {steps[number].title}")
        st.markdown(steps[number].sentence)
    with buttons, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if st.button(
            "", icon=":material/arrow_back:", shortcut="Left", key="story_back", disabled=number == 0
        ):
            _go_to(steps, dataset, number - 1)
        st.markdown(f"{number + 1} of {len(steps)}", width="content")
        last = number == len(steps) - 1
        if st.button("", icon=":material/arrow_forward:", shortcut="Right", key="story_next", disabled=last):
            _go_to(steps, dataset, number + 1)
        if st.button("", icon=":material/close:", shortcut="Esc", key="story_end", help="End the story"):
            state.put("present", None)
            st.rerun()


def _current(catalogue: Catalogue) -> tuple[str, list[Step], int]:
    """Return the dataset, the steps of its story, and the number of the current one, from 0."""
    dataset = state.choose("dataset", catalogue.datasets(), catalogue.datasets()[0])
    steps = story_of(catalogue, dataset)
    number = state.number("present", 0, 0, len(steps) - 1, whole=True, word="step of the story")
    return dataset, steps, int(number)


def _apply_state(step: Step) -> None:
    """Set the step's state; other values in the URL stay, such as another number of samples."""
    for name in {name for one in STORY for name in one.query}:
        if name in SUBJECT or not state.is_addressed(name):
            value = step.query.get(name)
            state.put(name, ",".join(value) if isinstance(value, list) else value)


def _path(step: Step) -> str:
    """Return the URL path of a step's page: empty for the front door, where the story begins."""
    return "" if step.view == STORY[0].view else Path(step.view).parent.name


def _go_to(steps: list[Step], dataset: str, number: int) -> None:
    state.reset()
    st.switch_page(steps[number].view, query_params={"dataset": dataset, "present": str(number)})
