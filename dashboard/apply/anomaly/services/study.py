"""Results of the anomaly study: one-class models with their stored scores, and AUROC tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard.data.catalogue import bundle_title, dataset_title, family_title
from latentcore.anomaly_scores import ANOMALY_SCORES
from latentcore.corruptions import CORRUPTIONS
from latentcore.studies import StudyResult
from latentcore.studies.anomaly.one_class import PUBLISHED, decode_scores
from latentcore.types import FloatArray

__all__ = ["StudyResult", "all_normal_table", "class_table", "has_one_class", "read_one_class", "score_table"]

PUBLISHED_TITLE = "Deep SVDD (published)"
ERRORS = ("error", "inversion")
"""Names of the reconstruction error: a GAN has it under the second."""


@dataclass(frozen=True)
class OneClassModel:
    """A model that was trained on one class only.

    Attributes
    ----------
    scores : float32 array, shape (n,)
        Headline scores of the test images `OneClassResults.scored`.
    decodes_uri : str
        Reconstructions of the test images `OneClassResults.decoded`, side by side.
    auroc : (float, float, float)
        Of the headline score on the whole test split: value, lower and upper end of the 95% interval.
    """

    scores: FloatArray
    decodes_uri: str
    auroc: tuple[float, float, float]


@dataclass(frozen=True)
class OneClassResults:
    """What the study stored of its one-class models.

    Attributes
    ----------
    latent_dim : int
    headline : str
        Name of the score that was fixed beforehand.
    n_test : int
    n_train : tuple of int
        Train images of each class.
    scored, decoded : tuple of int
        Numbers of the test images whose scores, and whose reconstructions, are stored.
    models : mapping
        By family and normal class.
    """

    latent_dim: int
    headline: str
    n_test: int
    n_train: tuple[int, ...]
    scored: tuple[int, ...]
    decoded: tuple[int, ...]
    models: Mapping[str, Mapping[int, OneClassModel]]


def has_one_class(study: StudyResult) -> bool:
    """Return whether a study has one-class models: they need labels, and enough images of each class."""
    return study.found["one_class"] is not None


def read_one_class(study: StudyResult) -> OneClassResults:
    """Return the one-class models of a study that has them."""
    found = study.found["one_class"]
    aurocs = {
        (cell["family"], cell["class"]): tuple(cell["auroc"])
        for cell in found["cells"]
        if cell["score"] == found["headline"]
    }
    models: dict[str, dict[int, OneClassModel]] = {}
    for model in found["models"]:
        family, label = model["family"], model["class"]
        uri = f"data:image/webp;base64,{model['decodes']}"
        scores = decode_scores(model["scores"])
        models.setdefault(family, {})[label] = OneClassModel(scores, uri, aurocs[family, label])
    return OneClassResults(
        latent_dim=found["latent_dim"],
        headline=found["headline"],
        n_test=found["n_test"],
        n_train=tuple(found["n_train"]),
        scored=tuple(found["kept"]),
        decoded=tuple(found["decoded"]),
        models=models,
    )


def class_table(study: StudyResult, classes: Sequence[str]) -> pd.DataFrame:
    """Return the headline AUROC of each family as text: one row per normal class, and their mean."""
    found, results = study.found["one_class"], read_one_class(study)
    columns: dict[str, list[str]] = {"Normal class": [*classes, "Mean"]}
    for family, models in results.models.items():
        mean = next(m["auroc"] for m in found["means"] if _is(m, family, results.headline))
        title = f"{family_title(family)}, {results.latent_dim}-D"
        columns[title] = [*(_text(models[label].auroc) for label in range(len(classes))), _text(mean)]
    if published := PUBLISHED.get(study.dataset):
        mean = sum(published) / len(published)
        columns[PUBLISHED_TITLE] = [f"{value:.3f}" for value in (*published, mean)]
    return pd.DataFrame(columns)


def score_table(study: StudyResult) -> pd.DataFrame:
    """Return the mean AUROC over classes as text: one row per score, one column per family."""
    found, results = study.found["one_class"], read_one_class(study)
    means = {(m["family"], m["score"]): m["auroc"] for m in found["means"]}
    names = [name for name in ANOMALY_SCORES if any((family, name) in means for family in results.models)]
    rows = [
        {
            "Score": ANOMALY_SCORES[name].title + (" (headline)" if name == results.headline else ""),
            **{family_title(f): _text(means[f, name]) if (f, name) in means else "" for f in results.models},
        }
        for name in names
    ]
    return pd.DataFrame(rows)


def score_title(name: str) -> str:
    """Return the display name of a score."""
    return ANOMALY_SCORES[name].title


def all_normal_table(study: StudyResult, names: Sequence[str], score: str) -> pd.DataFrame:
    """Return the AUROC as text where all classes are normal: one row per model, one column per source.

    Parameters
    ----------
    study : StudyResult
    names : sequence of str
        Bundles; those that the study lacks are left out.
    score : str
        Of `ANOMALY_SCORES`; a GAN's inversion error counts as its reconstruction error.

    Returns
    -------
    DataFrame
        Empty where the study has none of the models with this score.
    """
    cells = study.found["whole"]["cells"]
    sources = list(dict.fromkeys(cell["against"] for cell in cells))
    titles = {
        name: CORRUPTIONS[name].title if name in CORRUPTIONS else dataset_title(name) for name in sources
    }
    same = ERRORS if score in ERRORS else (score,)
    rows = []
    for name in names:
        own = {c["against"]: c["auroc"] for c in cells if c["model"] == name and c["score"] in same}
        if own:
            texts = {titles[source]: _text(own[source]) for source in sources}
            rows.append({"Model": bundle_title(f"{study.dataset}/{name}"), **texts})
    return pd.DataFrame(rows)


def _is(cell: Mapping[str, object], family: str, score: str) -> bool:
    return cell["family"] == family and cell["score"] == score


def _text(estimate: Sequence[float]) -> str:
    value, low, high = estimate
    return f"{value:.3f}  [{low:.3f}, {high:.3f}]"
