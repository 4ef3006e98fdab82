"""Linear probes on few labels: what the study found, in tables, and measuring it anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.data.catalogue import catalogue, dataset_title, family_title, open_bundle
from dashboard.data.images.originals import original_images, train_images
from dashboard.data.jobs import Job
from dashboard.data.paired_difference import Difference, difference
from dashboard.data.study_results import curves_table, model_title
from latentcore.studies.resampling import smallest_class_size
from latentcore.studies.transfer import (
    PIXELS,
    RANDOM,
    CodeSource,
    constant_source,
    label_curve,
    probe_test_rows,
)
from latentcore.types import Capability

LABEL_CHOICES = (1, 2, 5, 10, 20, 50, 100)
SEED_CHOICES = (3, 10, 30)


@dataclass(frozen=True)
class Request:
    """What to measure.

    Attributes
    ----------
    ids : tuple of str
        Bundles of one dataset.
    n_labels : tuple of int
        Labels a class, ascending.
    n_seeds : int
        Draws of the labelled images.
    """

    ids: tuple[str, ...]
    n_labels: tuple[int, ...]
    n_seeds: int


@dataclass(frozen=True)
class Carried:
    """An encoder that was trained on one dataset and probed on another.

    Attributes
    ----------
    encoder, trained_on : str
        Display names.
    accuracy : float
    home : float or None
        Of the same family trained here; None where there is none.
    random : float
    pixels : float
    over_pixels, over_random : Difference
    """

    encoder: str
    trained_on: str
    accuracy: float
    home: float | None
    random: float
    pixels: float
    over_pixels: Difference
    over_random: Difference

    @property
    def verdict(self) -> str:
        """Whether the transfer helps, in words."""
        if self.over_random.sign <= 0:
            return "does not help: no better than a random encoder"
        return {
            1: "helps: better than pixels",
            0: "no clear difference from pixels",
            -1: "does not help: worse than pixels",
        }[self.over_pixels.sign]


def label_choices(bundle_id: str) -> list[int]:
    """Return how many labels a class can be asked for."""
    most = smallest_class_size(open_bundle(bundle_id).train.labels)
    return [n for n in LABEL_CHOICES if n <= most]


def curve_table(found: Mapping[str, Any], names: Sequence[str]) -> pd.DataFrame:
    """Return pixels and the chosen models, a line a point: columns ``series, x, mean, low, high``."""
    curves = {curve["source"]: curve for curve in found["curves"]}
    return curves_table(
        {
            source_title(name, supervised=curves[name]["supervised"]): curves[name]["points"]
            for name in (PIXELS, *names)
            if name in curves
        },
        "labels",
    )


def source_title(source: str, *, supervised: bool) -> str:
    """Return the display name of a curve; one that has seen the labels is marked."""
    title = "Pixels" if source == PIXELS else model_title(source)
    return f"{title} (saw labels)" if supervised else title


def finding(found: Mapping[str, Any], names: Sequence[str], n_labels: int) -> str | None:
    """Return in one sentence how the best chosen code that saw no label compares with pixels."""
    points = {
        curve["source"]: _point(curve, n_labels) for curve in found["curves"] if not curve["supervised"]
    }
    able = [name for name in names if name in points]
    if PIXELS not in points or not able:
        return None
    best = max(able, key=lambda name: float(points[name]["mean"]))
    gain = difference(points[best], points[PIXELS])
    word = {1: "ahead of", 0: "level with", -1: "behind"}[gain.sign]
    per_class = "one label" if n_labels == 1 else f"{n_labels} labels"
    return (
        f"With {per_class} a class, the best of these codes ({model_title(best)}) reaches "
        f"**{points[best]['mean']:.1%}**, {word} raw pixels at **{points[PIXELS]['mean']:.1%}** "
        f"({gain.text} points)."
    )


def carried(found: Mapping[str, Any], dataset: str, n_labels: int) -> list[Carried]:
    """Return every encoder that came from another dataset, families in the order of the study."""
    encoders = {
        (entry["family"], entry["latent_dim"], entry["trained_on"]): _point(entry, n_labels)
        for entry in found["across"]
    }
    pixels = next(_point(curve, n_labels) for curve in found["curves"] if curve["source"] == PIXELS)
    rows = []
    for (family, latent_dim, origin), point in encoders.items():
        if origin in (dataset, RANDOM):
            continue
        home, random = (encoders.get((family, latent_dim, other)) for other in (dataset, RANDOM))
        assert random is not None  # noqa: S101 - the study always measures it
        rows.append(
            Carried(
                encoder=f"{family_title(family)}, {latent_dim}-D",
                trained_on=dataset_title(origin),
                accuracy=point["mean"],
                home=None if home is None else home["mean"],
                random=random["mean"],
                pixels=pixels["mean"],
                over_pixels=difference(point, pixels),
                over_random=difference(point, random),
            )
        )
    return rows


def _point(curve: Mapping[str, Any], n_labels: int) -> Mapping[str, Any]:
    point: Mapping[str, Any] = next(point for point in curve["points"] if point["labels"] == n_labels)
    return point


def measure(request: Request, job: Job) -> dict[str, Any]:
    """Return the curves of a request, as the study would; the work of a job.

    Where the originals are not at hand, pixels are left out.
    """
    job.announce("Reading codes", 0.0)
    first = open_bundle(request.ids[0])
    rows = probe_test_rows(len(first.test))
    sources = _sources(request.ids, rows)
    curves = []
    for k, (name, source) in enumerate(sources.items()):
        curves.append(
            {
                "source": name,
                "supervised": name != PIXELS and _is_supervised(f"{first.spec.dataset}/{name}"),
                "points": label_curve(
                    source,
                    first.train.labels,
                    first.test.labels[rows],
                    n_labels=request.n_labels,
                    seeds=range(request.n_seeds),
                    on_seed=_announcer(job, name, k, len(sources), request.n_seeds),
                ),
            }
        )
    return {
        "dataset": first.spec.dataset,
        "n_test": len(rows),
        "n_pool": len(first.train),
        "n_labels": list(request.n_labels),
        "curves": curves,
        "across": [],
    }


def _announcer(job: Job, name: str, k: int, n_sources: int, n_seeds: int) -> Callable[[int], None]:
    title = source_title(name, supervised=False)
    return lambda seed: job.announce(
        f"{title}: draw {seed + 1} of {n_seeds}", (k + seed / n_seeds) / n_sources
    )


def _sources(ids: Sequence[str], rows: Any) -> dict[str, CodeSource]:  # noqa: ANN401 - an index array
    """Return pixels, where there are originals, and the codes of each bundle, by name."""
    bundles = [open_bundle(bundle_id) for bundle_id in ids]
    first = bundles[0]
    sources = {
        bundle.spec.name: constant_source(bundle.train.codes, bundle.test.codes[rows]) for bundle in bundles
    }
    test = original_images(first.spec.dataset, "test", first.test.indices[rows])
    if test is None:
        return sources
    pool = train_images(first.spec.id)
    return {PIXELS: constant_source(pool.reshape(len(pool), -1), test.reshape(len(test), -1)), **sources}


def _is_supervised(bundle_id: str) -> bool:
    return Capability.SUPERVISED in catalogue().specs[bundle_id].capabilities
