"""Present mode: a short guided story over the real pages, for a room. Owns the name "present"."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard import state
from dashboard.services.catalogue import Catalogue

STYLE = """
html { font-size: 18px; }
.stAppHeader, [data-testid="stToolbar"] { display: none; }
.stMainBlockContainer { padding-top: 0.75rem; }
"""


@dataclass(frozen=True)
class Step:
    """One prepared state of a page.

    Attributes
    ----------
    view : str
        The page's file.
    query : dict
        Its state, without the dataset.
    models : tuple of str
        Bundles that the step needs.
    title, sentence : str
    """

    view: str
    query: dict[str, str | list[str]]
    models: tuple[str, ...]
    title: str
    sentence: str


def _explore(model: str, title: str, sentence: str, **query: str) -> Step:
    return Step("views/explore.py", {"model": model, **query}, (model,), title, sentence)


STORY = (
    Step(
        "views/overview.py",
        {},
        (),
        "What is a latent space?",
        "Each model files every image under a few numbers. Two numbers make a map: images that the model "
        "takes for similar lie close together.",
    ),
    _explore(
        "pca-d2",
        "PCA: the flattest map",
        "The two directions along which images differ most. Move the pointer: every place decodes to a "
        "blurred average, and classes lie on top of each other.",
    ),
    _explore(
        "ae-d2",
        "Autoencoder: squeezed through two numbers",
        "A network learns to copy each image through two numbers. Classes come apart and decodes get sharp.",
    ),
    _explore(
        "ae-d2",
        "… with holes",
        "Grey: far from any real code. Nothing told the network what to draw there. Hover over the grey.",
        shade="on",
    ),
    _explore(
        "vae-d2",
        "VAE: no holes",
        "Trained with noise on the code and a prior, every place of the disc means something.",
    ),
    _explore(
        "gan-d2",
        "GAN: taught by a critic",
        "It learns to draw so well that a critic cannot tell, and never sees a code. Where real images lie "
        "is found afterwards.",
    ),
    Step(
        "views/interpolate.py",
        {"models": ["pca-d2", "ae-d2", "vae-d2"], "steps": "11"},
        ("pca-d2", "ae-d2", "vae-d2"),
        "From one image to another",
        "The same two images through three models. PCA fades, the autoencoder may cross a hole, the VAE "
        "walks from one to the other.",
    ),
    Step(
        "views/sample.py",
        {"models": ["pca-d16", "ae-d16", "vae-d16", "gan-d16"], "n": "36"},
        ("pca-d16", "ae-d16", "vae-d16", "gan-d16"),
        "Images of nobody's hand",
        "Draw codes at random and decode them: how well a model knows what the images are like.",
    ),
)


def story_of(catalogue: Catalogue, dataset: str) -> list[Step]:
    """Return the steps whose models are all there."""
    present = set(catalogue.models(dataset))
    return [step for step in STORY if set(step.models) <= present]


def is_presenting() -> bool:
    """Return whether the story is being told."""
    return state.get("present") is not None


def start_button(catalogue: Catalogue, dataset: str) -> None:
    """Draw the button that begins the story."""
    words = "A guided story for a room, told with the arrow keys."
    if st.button("Present", icon=":material/slideshow:", help=words):
        _go(story_of(catalogue, dataset), dataset, 0)


def banner(catalogue: Catalogue) -> None:
    """Draw title, sentence and buttons of the current step; hide what is not for the room."""
    dataset = state.choose("dataset", catalogue.datasets(), catalogue.datasets()[0])
    steps = story_of(catalogue, dataset)
    number = _step_number(len(steps))
    st.html(f"<style>{STYLE}</style>")
    words, buttons = st.columns([2.6, 1], vertical_alignment="center")
    with words:
        st.markdown(f"## {steps[number].title}")
        st.markdown(steps[number].sentence)
    with buttons, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if st.button(
            "", icon=":material/arrow_back:", shortcut="Left", key="story_back", disabled=number == 0
        ):
            _go(steps, dataset, number - 1)
        st.markdown(f"{number + 1} of {len(steps)}", width="content")
        last = number == len(steps) - 1
        if st.button("", icon=":material/arrow_forward:", shortcut="Right", key="story_next", disabled=last):
            _go(steps, dataset, number + 1)
        if st.button("", icon=":material/close:", shortcut="Esc", key="story_end", help="End the story"):
            state.put("present", None)
            st.rerun()


def _step_number(n_steps: int) -> int:
    """Return the step that the address names, from 0; another than there are is mended, with a notice."""
    text = state.get("present") or "0"
    known = text.isdecimal() and len(text) < 4
    number = min(int(text), n_steps - 1) if known else 0
    if str(number) != text:
        state.put("present", str(number))
        state.notify(
            "present", f"The story has steps 0 to {n_steps - 1}, not “{text[:12]}”; showing {number}."
        )
    return number


def _go(steps: list[Step], dataset: str, number: int) -> None:
    step = steps[number]
    state.reset()
    st.switch_page(step.view, query_params={"dataset": dataset, "present": str(number), **step.query})
