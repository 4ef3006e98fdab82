"""The spaces that are shipped with the library, and how each is made again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.datasets import load_dataset
from latentcore.evaluation.score import exact_score, mean_score
from latentcore.exceptions import SpaceError, UnknownNameError
from latentcore.features import load_feature_network
from latentcore.recommendation.factorising import FactoriseOptions, factorised_space
from latentcore.recommendation.known_tastes import found_again, known_tastes
from latentcore.spaces.adding.new_codes import unit_rows
from latentcore.spaces.building import NewSpace, OnStage
from latentcore.spaces.table.items_table import items_table
from latentcore.spaces.writing import NewCollection, save_collection
from latentcore.texts.embedding import embed, text_space
from latentcore.texts.encoders import TextEncoder, load_encoder
from latentcore.texts.number_words import LANGUAGES, numbers_table
from latentcore.texts.sentences import TOPICS, sentences_table
from latentcore.types import FloatArray

N_NUMBERS, SENTENCES_PER_TOPIC = 250, 36
TASTES_DIM = 8
OWN_LICENCE = "MIT, made by this project's own code"
HALF_NOTE = "The vectors are stored in half precision."
MINILM = (
    "The encoder of the space all-minilm-l6-v2 is sentence-transformers/all-MiniLM-L6-v2 (Apache 2.0); its "
    "folder is given by --encoder."
)

Spaces = Sequence[tuple[NewSpace, FloatArray]]


def make_spaces(
    name: str, root: Path, *, encoder: str | None = None, on_stage: OnStage | None = None
) -> list[str]:
    """Make one of the shipped collections again.

    Parameters
    ----------
    name : str
        One of `SHIPPED`.
    root : Path
        Folder of collections; one of this name is replaced.
    encoder : str, optional
        Folder of a sentence Transformer, for collections of texts: a third space.
    on_stage : callable, optional

    Returns
    -------
    list of str
        Ids of the spaces.

    Raises
    ------
    UnknownNameError
        If there is no such collection.
    SpaceError
        If a package, data set or feature network is missing.
    """
    if name not in SHIPPED:
        raise UnknownNameError(f"No shipped space {name[:80]!r}. There is: {', '.join(SHIPPED)}.")
    report: OnStage = on_stage or (lambda *_: None)
    command = f"latentcore space make {name}" + (" --encoder FOLDER" if encoder else "")
    collection, spaces = SHIPPED[name](name, command, encoder, report)
    return save_collection(collection, spaces, root, overwrite=True, on_stage=on_stage)


def translation_scores(codes: FloatArray, numbers: Sequence[int], languages: Sequence[str]) -> dict[str, Any]:
    """Return how often the nearest number in another language is the same number, and by chance.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
    numbers, languages : sequences of length n
        Each number once in each language.
    """
    unit = unit_rows(codes)
    number, language = np.asarray(numbers), np.asarray(languages)
    shares = np.zeros(len(unit), np.float32)
    for one in np.unique(language):
        others = np.flatnonzero(language == one)
        askers = np.flatnonzero(language != one)
        nearest = others[(unit[askers] @ unit[others].T).argmax(axis=1)]
        shares[askers] += (number[nearest] == number[askers]) / (len(np.unique(language)) - 1)
    what = "Share of the other languages in which the nearest number is the same one."
    chance = np.float32(1 / len(np.unique(number)))
    return {
        "translation_at_1": mean_score(shares, what, of="texts").to_json(),
        "translation_at_1_chance": exact_score(
            np.asarray(chance), n=len(unit), protocol=f"{what} One number at random, in expectation."
        ).to_json(),
    }


def hundreds_scores(codes: FloatArray, numbers: Sequence[int], languages: Sequence[str]) -> dict[str, Any]:
    """Return how often the nearest number of the same language has the same hundreds, and by chance.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
    numbers, languages : sequences of length n
    """
    unit = unit_rows(codes)
    hundreds, language = np.asarray(numbers) // 100, np.asarray(languages)
    same = (language[:, None] == language) & ~np.eye(len(unit), dtype=bool)
    nearest = np.where(same, unit @ unit.T, -np.inf).argmax(axis=1)
    agree = hundreds[:, None] == hundreds
    what = "Share of the numbers whose nearest one in the same language has the same hundreds."
    return {
        "same_hundreds": mean_score(
            (hundreds[nearest] == hundreds).astype(np.float32), what, of="texts"
        ).to_json(),
        "same_hundreds_chance": exact_score(
            np.asarray((agree & same).sum() / same.sum(), np.float32),
            n=len(unit), protocol=f"{what} One number at random, in expectation.",
        ).to_json(),
    }  # fmt: skip


def _numbers(name: str, command: str, encoder: str | None, report: OnStage) -> tuple[NewCollection, Spaces]:
    table = numbers_table(N_NUMBERS)
    collection = NewCollection(
        name=name, items=items_table(table, label="language", text="text", id_column="id"),
        n_items=len(table["id"]), title="Numbers in words",
        source=f"{N_NUMBERS} random numbers up to 999 in words, in {', '.join(LANGUAGES)}; made by our code",
        licence=OWN_LICENCE, notes=[HALF_NOTE, *([MINILM] if encoder else [])],
    )  # fmt: skip

    def scores(codes: FloatArray) -> dict[str, Any]:
        known = table["number"], table["language"]
        return {**translation_scores(codes, *known), **hundreds_scores(codes, *known)}

    return collection, _embedded(table["text"], command, encoder, report, scores)


def _sentences(name: str, command: str, encoder: str | None, report: OnStage) -> tuple[NewCollection, Spaces]:
    table = sentences_table(SENTENCES_PER_TOPIC)
    collection = NewCollection(
        name=name, items=items_table(table, label="topic", text="text", id_column="id"),
        n_items=len(table["id"]), title="Sentences on topics",
        source=f"short sentences on {len(TOPICS)} topics, composed at random from our own phrases",
        licence=OWN_LICENCE, notes=[HALF_NOTE, *([MINILM] if encoder else [])],
    )  # fmt: skip
    return collection, _embedded(table["text"], command, encoder, report, lambda _: {})


def _embedded(
    texts: Sequence[str],
    command: str,
    encoder: str | None,
    report: OnStage,
    scores: Callable[[FloatArray], dict[str, Any]],
) -> Spaces:
    encoders: list[TextEncoder] = [load_encoder(one) for one in ("wordllama", "tfidf")]
    if encoder is not None:
        encoders.append(load_encoder(encoder))
    spaces = []
    for one in encoders:
        codes = embed(texts, one, report)
        described = text_space(one, latent_dim=codes.shape[1], command=command, scores=scores(codes))
        spaces.append((described, _half(unit_rows(codes))))
    return spaces


def _tastes(name: str, command: str, _encoder: str | None, report: OnStage) -> tuple[NewCollection, Spaces]:
    known = known_tastes()
    options = FactoriseOptions(latent_dim=TASTES_DIM, command=command)
    space, codes = factorised_space(
        known.ratings, options, report, more=lambda found: found_again(found, known.factors)
    )
    collection = NewCollection(
        name=name, items=items_table(known.columns, label="genre", text="title", id_column="id"),
        n_items=len(codes), title="Films of known tastes",
        source="made-up films, and ratings drawn at random from known tastes by our code; nobody gave them",
        licence=OWN_LICENCE, notes=known.ratings.notes,
    )  # fmt: skip
    truth = NewSpace(
        name="known-d8", title="Known factors, 8-D", recipe={"command": command},
        notes=["The factors that the ratings were drawn from, not fitted ones."],
    )  # fmt: skip
    return collection, [(space, codes), (truth, known.factors)]


def _features(
    name: str, command: str, _encoder: str | None, _report: OnStage
) -> tuple[NewCollection, Spaces]:
    dataset = name.removesuffix("-features").replace("-", "_")
    network, split = load_feature_network(dataset), load_dataset(dataset, "test")
    if network is None:
        raise SpaceError(f"{dataset} has no feature network; train it with: latentcore features {dataset}")
    codes = network.features(split.images)
    names = [split.classes[label] for label in split.labels]
    # the classes in the dataset's order, so that they have the colours of its models' pages
    items = replace(items_table({"class": names}, label="class"), classes=split.classes)
    title = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}[dataset]
    collection = NewCollection(
        name=name, items=items, n_items=len(codes),
        title=f"{title} features", source=f"the test images of {title}", images=(dataset, "test"),
        licence="that of the data set, for its labels; MIT for the vectors",
    )  # fmt: skip
    space = NewSpace(
        name="lenet64", title=f"{network.name} features, 64-D", recipe={"command": command},
        notes=[
            f"Features of the network {network.name}, which was trained with the labels of the train images.",
            HALF_NOTE,
        ],
    )  # fmt: skip
    return collection, [(space, _half(codes))]


def _half(codes: FloatArray) -> Any:  # noqa: ANN401 - float16 where float32 is usual
    return codes.astype(np.float16)


SHIPPED: dict[str, Callable[[str, str, str | None, OnStage], tuple[NewCollection, Spaces]]] = {
    "numbers": _numbers,
    "sentences": _sentences,
    "known-tastes": _tastes,
    "mnist-features": _features,
    "fashion-mnist-features": _features,
}
"""Functions that make them, by name."""
