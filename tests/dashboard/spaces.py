"""A small collection of items with two spaces, made in a data folder of its own."""

from __future__ import annotations

import numpy as np
from streamlit.testing.v1 import AppTest

from latentcore.spaces.building import NewSpace
from latentcore.spaces.table.items_table import items_table
from latentcore.spaces.writing import NewCollection, save_collection
from latentcore.types import FloatArray
from tests.dashboard.pages import open_page, text_of

N_ITEMS = 60
TOPICS = ("chess", "cooking", "sailing")
MARKUP = "<b>bold</b> & *stars* $x$ :smile: [link](http://example.org)"


def made_codes(seed: int, latent_dim: int = 4) -> FloatArray:
    """Return codes in which every topic is a group of its own."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(scale=4, size=(len(TOPICS), latent_dim))
    noise = generator.normal(size=(N_ITEMS, latent_dim))
    return np.asarray(centres[np.arange(N_ITEMS) % len(TOPICS)] + noise, np.float32)


def add_texts(name: str = "notes", owner: str | None = None) -> list[str]:
    """Store a collection of short texts with two spaces in the data folder; return the ids."""
    texts = [f"Note {k} on {TOPICS[k % len(TOPICS)]}" for k in range(N_ITEMS)]
    texts[7] = MARKUP
    items = items_table(
        {
            "id": [f"n{k:02d}" for k in range(N_ITEMS)],
            "text": texts,
            "topic": [TOPICS[k % len(TOPICS)] for k in range(N_ITEMS)],
            "source": [("book", "blog")[k % 2] for k in range(N_ITEMS)],
            "length": [float(len(text)) for text in texts],
            "day": [f"2024-03-{k % 28 + 1:02d}" for k in range(N_ITEMS)],
        },
        label="topic",
        text="text",
        id_column="id",
    )
    spaces = [
        (NewSpace(name="first", title="First, 4-D", plane="pca"), made_codes(0)),
        (NewSpace(name="second", title="Second, 4-D", plane="pca", metric="cosine"), made_codes(1)),
    ]
    return save_collection(
        NewCollection(name=name, items=items, n_items=N_ITEMS, title="Notes"), spaces, owner=owner
    )


def add_images(name: str = "pixels") -> list[str]:
    """Store the test digits with their first two principal components as a space; return its id."""
    from latentcore import load_dataset  # noqa: PLC0415

    digits = load_dataset("digits", split="test")
    flat = digits.images.reshape(len(digits.images), -1)
    flat = flat - flat.mean(axis=0)
    axes = np.linalg.svd(flat, full_matrices=False)[2][:2]
    items = items_table({"digit": [digits.classes[label] for label in digits.labels]}, label="digit")
    collection = NewCollection(name=name, items=items, n_items=len(flat), images=("digits", "test"))
    return save_collection(
        collection, [(NewSpace(name="pca-d2", title="PCA, 2-D"), np.asarray(flat @ axes.T, np.float32))]
    )


def explore(**query: str) -> AppTest:
    """Open Explore on the first space of the texts that `add_texts` adds."""
    return open_page("explore", **{"dataset": "notes", "model": "first", **query})


def plain(app: AppTest) -> str:
    """Return the texts of a page, without the backslashes before what they quote."""
    return text_of(app).replace("\\", "")
