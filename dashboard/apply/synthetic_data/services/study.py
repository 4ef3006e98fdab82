"""Accuracy of classifiers trained on real and synthetic images: typed results, tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.data.paired_difference import Difference, difference
from dashboard.data.study_results import LearningPoint, curves_table, model_title, read_points

VERDICTS = {1: "helps", 0: "no clear difference", -1: "hurts"}


@dataclass(frozen=True)
class ModelCurves:
    """Accuracy of classifiers trained with one model's synthetic images.

    Attributes
    ----------
    model : str
        Name of the bundle.
    synthetic : tuple of LearningPoint
        Trained on synthetic images only.
    both : tuple of LearningPoint
        Trained on real and synthetic images, half and half.
    """

    model: str
    synthetic: tuple[LearningPoint, ...]
    both: tuple[LearningPoint, ...]


@dataclass(frozen=True)
class ClassifierResults:
    """Learning curves of classifiers, measured by the study or on the page.

    Attributes
    ----------
    dataset : str
    classifier : str
        Kind of classifier, for display.
    n_test : int
        Real test images.
    n_real : tuple of int
        Real images per class, ascending.
    n_shown : int
        Training images, repeats included, that every classifier is shown.
    real : tuple of LearningPoint
        Trained on real images only.
    curves : tuple of ModelCurves
    """

    dataset: str
    classifier: str
    n_test: int
    n_real: tuple[int, ...]
    n_shown: int
    real: tuple[LearningPoint, ...]
    curves: tuple[ModelCurves, ...]

    @property
    def models(self) -> list[str]:
        """Names of the models that were measured."""
        return [curve.model for curve in self.curves]

    @property
    def n_seeds(self) -> int:
        """Repetitions per point."""
        return len(self.real[0].by_seed)

    def of_model(self, name: str) -> ModelCurves:
        """Return the curves of a model."""
        return next(curve for curve in self.curves if curve.model == name)


@dataclass(frozen=True)
class Gain:
    """Difference in accuracy from real images only, at a number of real images per class.

    Attributes
    ----------
    n_real : int
    both : Difference
        With synthetic images added.
    synthetic : Difference
        With synthetic images instead.
    """

    n_real: int
    both: Difference
    synthetic: Difference


def read_classifiers(dataset: str, found: Mapping[str, Any]) -> ClassifierResults:
    """Return the results of a study of synthetic data from its JSON (`StudyResult.found`)."""
    return ClassifierResults(
        dataset=dataset,
        classifier=found["judge"],
        n_test=found["n_test"],
        n_real=tuple(found["n_real"]),
        n_shown=found["n_shown"],
        real=read_points(found["real"], "n"),
        curves=tuple(
            ModelCurves(curve["model"], read_points(curve["synthetic"], "n"), read_points(curve["both"], "n"))
            for curve in found["curves"]
        ),
    )


def curve_table(results: ClassifierResults, name: str) -> pd.DataFrame:
    """Return the curves "real", "synthetic" and "both" of a model: ``series, x, mean, low, high``."""
    curves = results.of_model(name)
    return curves_table({"real": results.real, "synthetic": curves.synthetic, "both": curves.both})


def gain_table(results: ClassifierResults, names: Sequence[str]) -> pd.DataFrame:
    """Return the gain in accuracy by synthetic images, one row per model and number of real images."""
    return pd.DataFrame(
        [
            {
                "Model": model_title(results.dataset, name),
                "Real images per class": gain.n_real,
                "Both minus real, points": gain.both.text,
                "Adding synthetic images": VERDICTS[gain.both.sign],
                "Synthetic minus real, points": gain.synthetic.text,
            }
            for name in names
            for gain in gains(results, name)
        ]
    )


def gains(results: ClassifierResults, name: str) -> list[Gain]:
    """Return a model's gain over real images only, for each number of real images per class."""
    curves = results.of_model(name)
    return [
        Gain(real.n_per_class, difference(both, real), difference(synthetic, real))
        for real, both, synthetic in zip(results.real, curves.both, curves.synthetic, strict=True)
    ]


def finding(results: ClassifierResults, names: Sequence[str]) -> str:
    """Return a sentence: for which models and numbers synthetic images clearly help, and clearly hurt."""
    found = {name: gains(results, name) for name in names}
    parts = []
    for sign, verb in ((1, "helps"), (-1, "hurts")):
        clear = {name: [gain.n_real for gain in found[name] if gain.both.sign == sign] for name in names}
        cases = [
            f"{model_title(results.dataset, name)} at {_listed(numbers)}"
            for name, numbers in clear.items()
            if numbers
        ]
        parts.append(
            f"**{verb}** with {'; '.join(cases)} per class" if cases else f"clearly **{verb}** nowhere"
        )
    return f"Adding synthetic images to the real ones {parts[0]}, and {parts[1]}."


def _listed(numbers: Sequence[int]) -> str:
    texts = [f"{n:,}" for n in numbers]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
