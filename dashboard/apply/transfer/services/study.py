"""Accuracy of linear probes, as the study measured it: typed results, tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.data.catalogue import dataset_title, family_title
from dashboard.data.paired_difference import Difference, difference
from dashboard.data.study_results import LearningPoint, curves_table, model_title, point_at, read_points
from latentcore.studies.transfer import PIXELS, RANDOM

PIXELS_TITLE = "Pixels"


@dataclass(frozen=True)
class ProbeCurve:
    """Accuracy of a linear probe on pixels or on one model's codes, by number of labels per class.

    Attributes
    ----------
    source : str
        "pixels" or the name of a bundle.
    supervised : bool
        Whether the model was trained with labels.
    points : tuple of LearningPoint
    """

    source: str
    supervised: bool
    points: tuple[LearningPoint, ...]


@dataclass(frozen=True)
class EncoderCurve:
    """Accuracy of a linear probe on the codes of an encoder of this or another dataset, or a random one.

    Attributes
    ----------
    family : str
    latent_dim : int
    trained_on : str
        Name of a dataset, or "random" for untrained weights.
    points : tuple of LearningPoint
    """

    family: str
    latent_dim: int
    trained_on: str
    points: tuple[LearningPoint, ...]


@dataclass(frozen=True)
class ProbeResults:
    """Linear probes of one dataset, measured by the study or on the page.

    Attributes
    ----------
    dataset : str
        The dataset that is probed.
    n_test, n_pool : int
        Test images, and train images that the labelled ones are sampled from.
    n_labels : tuple of int
        Labels per class, ascending.
    curves : tuple of ProbeCurve
    across : tuple of EncoderCurve
        Empty where no other dataset has images of the same shape.
    things : str
        What is probed: "images" or "items".
    """

    dataset: str
    n_test: int
    n_pool: int
    n_labels: tuple[int, ...]
    curves: tuple[ProbeCurve, ...]
    across: tuple[EncoderCurve, ...]
    things: str = "images"

    @property
    def models(self) -> list[str]:
        """Names of the models that were probed."""
        return [curve.source for curve in self.curves if curve.source != PIXELS]

    @property
    def n_seeds(self) -> int:
        """Random sets of labelled images per point."""
        return len(self.curves[0].points[0].by_seed)


@dataclass(frozen=True)
class TransferredEncoder:
    """An encoder trained on one dataset and probed on another, at a number of labels per class.

    Attributes
    ----------
    encoder, trained_on : str
        Display names.
    accuracy : float
    same_dataset : float or None
        Accuracy with the encoder of the same family trained on the probed dataset; None if there is none.
    random : float
        Accuracy with an untrained encoder.
    pixels : float
        Accuracy on pixels.
    over_pixels, over_random : Difference
    """

    encoder: str
    trained_on: str
    accuracy: float
    same_dataset: float | None
    random: float
    pixels: float
    over_pixels: Difference
    over_random: Difference

    @property
    def verdict(self) -> str:
        """Whether the transfer helps, as text."""
        if self.over_random.sign <= 0:
            return "does not help: no better than a random encoder"
        return {
            1: "helps: better than pixels",
            0: "no clear difference from pixels",
            -1: "does not help: worse than pixels",
        }[self.over_pixels.sign]


def read_probes(dataset: str, found: Mapping[str, Any]) -> ProbeResults:
    """Return the results of a transfer study from its JSON (`StudyResult.found`)."""
    return ProbeResults(
        dataset=dataset,
        n_test=found["n_test"],
        n_pool=found["n_pool"],
        n_labels=tuple(found["n_labels"]),
        curves=tuple(
            ProbeCurve(curve["source"], curve["supervised"], read_points(curve["points"], "labels"))
            for curve in found["curves"]
        ),
        across=tuple(
            EncoderCurve(
                entry["family"],
                entry["latent_dim"],
                entry["trained_on"],
                read_points(entry["points"], "labels"),
            )
            for entry in found["across"]
        ),
    )


def curve_table(results: ProbeResults, names: Sequence[str]) -> pd.DataFrame:
    """Return the curves of pixels and the chosen models: columns ``series, x, mean, low, high``."""
    curves = {curve.source: curve for curve in results.curves}
    shown = [curves[name] for name in (PIXELS, *names) if name in curves]
    return curves_table(
        {
            source_title(results.dataset, curve.source, supervised=curve.supervised): curve.points
            for curve in shown
        }
    )


def source_title(dataset: str, source: str, *, supervised: bool) -> str:
    """Return the display name of a curve; a model that was trained with labels is marked."""
    title = PIXELS_TITLE if source == PIXELS else model_title(dataset, source)
    return f"{title} (supervised)" if supervised else title


def finding(results: ProbeResults, names: Sequence[str], n_labels: int) -> str | None:
    """Return a sentence that compares the best unsupervised model of the chosen ones with pixels.

    None where there is no such model, or pixels were not measured.
    """
    points = {
        curve.source: point_at(curve.points, n_labels) for curve in results.curves if not curve.supervised
    }
    able = [name for name in names if name in points]
    if PIXELS not in points or not able:
        return None
    best = max(able, key=lambda name: points[name].mean)
    gain = difference(points[best], points[PIXELS])
    comparison = {1: "better than", 0: "no clear difference from", -1: "worse than"}[gain.sign]
    labels = "one label" if n_labels == 1 else f"{n_labels} labels"
    return (
        f"With {labels} per class, the best of these codes ({model_title(results.dataset, best)}) reach "
        f"**{points[best].mean:.1%}**, {comparison} raw pixels at **{points[PIXELS].mean:.1%}** "
        f"({gain.text} points)."
    )


def transferred_encoders(results: ProbeResults, n_labels: int) -> list[TransferredEncoder]:
    """Return every encoder of another dataset, families in the order of the study."""
    encoders = {
        (curve.family, curve.latent_dim, curve.trained_on): point_at(curve.points, n_labels)
        for curve in results.across
    }
    pixels = next(point_at(curve.points, n_labels) for curve in results.curves if curve.source == PIXELS)
    rows = []
    for (family, latent_dim, origin), point in encoders.items():
        random = encoders.get((family, latent_dim, RANDOM))
        if origin in (results.dataset, RANDOM) or random is None:
            continue
        same_dataset = encoders.get((family, latent_dim, results.dataset))
        rows.append(
            TransferredEncoder(
                encoder=f"{family_title(family)}, {latent_dim}-D",
                trained_on=dataset_title(origin),
                accuracy=point.mean,
                same_dataset=None if same_dataset is None else same_dataset.mean,
                random=random.mean,
                pixels=pixels.mean,
                over_pixels=difference(point, pixels),
                over_random=difference(point, random),
            )
        )
    return rows
