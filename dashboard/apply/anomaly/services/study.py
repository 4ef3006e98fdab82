"""What the study of anomalies found, as tables and as kept scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard.data.catalogue import bundle_title, dataset_title, family_title
from latentcore.anomaly_scores import ANOMALY_SCORES
from latentcore.corruptions import CORRUPTIONS
from latentcore.studies import StudyResult
from latentcore.studies.anomaly.one_class import PUBLISHED, decode_scores
from latentcore.types import FloatArray

__all__ = ["StudyResult", "class_table", "kept_models", "score_table", "whole_table"]

PUBLISHED_TITLE = "Deep SVDD (published)"
ERRORS = ("error", "inversion")
"""One score, which a GAN has under another name."""


@dataclass(frozen=True)
class Kept:
    """What the study kept of a model that was shown one class alone.

    Attributes
    ----------
    scores : float32 array, shape (n,)
        Headline scores of the kept test images.
    decodes_uri : str
        Decodes of one test image a class, side by side.
    auroc : (float, float, float)
        Of the headline score on the whole test split, with its interval.
    """

    scores: FloatArray
    decodes_uri: str
    auroc: tuple[float, float, float]


def kept_models(study: StudyResult) -> dict[str, dict[int, Kept]]:
    """Return what was kept, by family and class."""
    found = study.found["one_class"]
    areas = {
        (cell["family"], cell["class"]): tuple(cell["auroc"])
        for cell in found["cells"]
        if cell["score"] == found["headline"]
    }
    kept: dict[str, dict[int, Kept]] = {}
    for model in found["models"]:
        family, label = model["family"], model["class"]
        uri = f"data:image/webp;base64,{model['decodes']}"
        kept.setdefault(family, {})[label] = Kept(decode_scores(model["scores"]), uri, areas[family, label])
    return kept


def class_table(study: StudyResult, classes: Sequence[str]) -> pd.DataFrame:
    """Return the headline AUROC of each family, a row a normal class and the mean last, as text."""
    found = study.found["one_class"]
    headline, families = found["headline"], list(kept_models(study))
    columns: dict[str, list[str]] = {"Normal class": [*classes, "Mean"]}
    for family in families:
        cells = {c["class"]: c["auroc"] for c in found["cells"] if _is(c, family, headline)}
        mean = next(m["auroc"] for m in found["means"] if _is(m, family, headline))
        title = f"{family_title(family)}, {found['latent_dim']}-D"
        columns[title] = [*(_text(cells[label]) for label in range(len(classes))), _text(mean)]
    if published := PUBLISHED.get(study.dataset):
        mean = sum(published) / len(published)
        columns[PUBLISHED_TITLE] = [f"{value:.3f}" for value in (*published, mean)]
    return pd.DataFrame(columns)


def score_table(study: StudyResult) -> pd.DataFrame:
    """Return the mean AUROC over classes of every score, a row a score, as text."""
    found = study.found["one_class"]
    families = list(kept_models(study))
    means = {(m["family"], m["score"]): m["auroc"] for m in found["means"]}
    names = [name for name in ANOMALY_SCORES if any((family, name) in means for family in families)]
    lines = [
        {
            "Score": ANOMALY_SCORES[name].title + (" (headline)" if name == found["headline"] else ""),
            **{family_title(f): _text(means[f, name]) if (f, name) in means else "" for f in families},
        }
        for name in names
    ]
    return pd.DataFrame(lines)


def score_title(name: str) -> str:
    """Return the display name of a score."""
    return ANOMALY_SCORES[name].title


def whole_table(study: StudyResult, names: Sequence[str], score: str) -> pd.DataFrame:
    """Return the AUROC of a score, the whole dataset normal: a row a model, a column a kind of anomaly."""
    cells = study.found["whole"]["cells"]
    columns = list(dict.fromkeys(cell["against"] for cell in cells))
    titles = {
        name: CORRUPTIONS[name].title if name in CORRUPTIONS else dataset_title(name) for name in columns
    }
    same = ERRORS if score in ERRORS else (score,)
    lines = []
    for name in names:
        own = {c["against"]: c["auroc"] for c in cells if c["model"] == name and c["score"] in same}
        if own:
            texts = {titles[against]: _text(own[against]) for against in columns}
            lines.append({"Model": bundle_title(f"{study.dataset}/{name}"), **texts})
    return pd.DataFrame(lines)


def _is(cell: dict[str, object], family: str, score: str) -> bool:
    return cell["family"] == family and cell["score"] == score


def _text(area: Sequence[float]) -> str:
    value, low, high = area
    return f"{value:.3f}  [{low:.3f}, {high:.3f}]"
