"""Present mode: a short guided story over the real pages, for a room. Owns the name "present"."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Catalogue

SUBJECT = ("model", "models")
"""What a step is about: it stays as the step says, whatever the address says."""
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
    return Step("explore/page.py", {"model": model, **query}, (model,), title, sentence)


STORY = (
    Step(
        "overview/page.py",
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
        "interpolate/page.py",
        {"models": ["pca-d2", "ae-d2", "vae-d2"], "steps": "11"},
        ("pca-d2", "ae-d2", "vae-d2"),
        "From one image to another",
        "The same two images through three models. PCA fades, the autoencoder may cross a hole, the VAE "
        "walks from one to the other.",
    ),
    Step(
        "sample/page.py",
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


def keep_to_story(catalogue: Catalogue, path: str, *, arrived: bool) -> None:
    """Keep page and step together: an address leads to its step's page, a link elsewhere ends the story.

    The browser's Back brings another page with the query of the former one; then that page's step is told.

    Parameters
    ----------
    catalogue : Catalogue
    path : str
        Of the page that is to be drawn; empty for the front door.
    arrived : bool
        Whether the address was taken over in this run.
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
        _take_state(steps[number])


def banner(catalogue: Catalogue) -> None:
    """Draw title, sentence and buttons of the current step; hide what is not for the room."""
    dataset, steps, number = _current(catalogue)
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


def _current(catalogue: Catalogue) -> tuple[str, list[Step], int]:
    """Return the dataset, its steps and the number of the current one, from 0."""
    dataset = state.choose("dataset", catalogue.datasets(), catalogue.datasets()[0])
    steps = story_of(catalogue, dataset)
    number = state.number("present", 0, 0, len(steps) - 1, whole=True, word="step of the story")
    return dataset, steps, int(number)


def _take_state(step: Step) -> None:
    """Take over the step's state; what the address says besides stays, such as another number of samples."""
    for name in {name for one in STORY for name in one.query}:
        if name in SUBJECT or not state.is_addressed(name):
            value = step.query.get(name)
            state.put(name, ",".join(value) if isinstance(value, list) else value)


def _path(step: Step) -> str:
    """Return the path of a step's page in the address: none for the front door, where the story begins."""
    return "" if step.view == STORY[0].view else Path(step.view).parent.name


def _go(steps: list[Step], dataset: str, number: int) -> None:
    state.reset()
    st.switch_page(steps[number].view, query_params={"dataset": dataset, "present": str(number)})
