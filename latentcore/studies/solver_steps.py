"""The solver-steps study: how good a flow's samples are when its equation is solved in fewer steps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from latentcore.datasets import load_dataset
from latentcore.evaluation.real_reference import RealReference, SampleSizes
from latentcore.evaluation.sample_scores import sample_distances
from latentcore.metrics.reconstruction import image_mse
from latentcore.models.capabilities import HasFlow
from latentcore.store import list_bundles, load_bundle
from latentcore.studies.resampling import mean_over_seeds
from latentcore.training import one_thread
from latentcore.types import Capability

N_STEPS = (1, 2, 3, 5, 10, 20)
EXACT_STEPS, N_COMPARED = 100, 1_000
SEEDS = (0, 1, 2, 3, 4)
MEASURES = ("fd_percent", "precision", "recall")

PROTOCOL = (
    "Samples of each flow, decoded with each number of steps of Heun's method; the models' own number is "
    "among them. FD%, precision and recall as in the scores of models: "
    f"{SampleSizes().n_samples:,} samples for FD%, {SampleSizes().n_support:,} for precision and recall. "
    "Mean over seeds and Student's 95% interval of that mean. The difference is the mean squared difference "
    f"of the pixels of {N_COMPARED:,} samples to the same samples decoded in {EXACT_STEPS} steps, seed "
    f"{SEEDS[0]}."
)


def solver_steps(
    dataset: str, root: Path, on_stage: Callable[[str], None], *, sizes: SampleSizes | None = None
) -> dict[str, Any]:
    """Return the scores of every flow's samples by the number of solver steps.

    Parameters
    ----------
    dataset : str
    root : Path
        Models folder.
    on_stage : callable
        Receives the name of each stage.
    sizes : SampleSizes, optional
        Numbers of samples.

    Returns
    -------
    dict
        ``n`` (samples for FD%), ``network`` (name of the feature network, or None without one), and
        ``curves``: ``model`` and ``points``, one per number of steps: ``steps, difference`` and
        ``fd_percent, precision, recall``, each the result of `mean_over_seeds`, or None without a feature
        network.
    """
    flows = [
        spec
        for spec in list_bundles(root)
        if spec.dataset == dataset and Capability.FLOW in spec.capabilities
    ]
    sizes = sizes or SampleSizes()
    if not flows:
        return {"n": sizes.n_samples, "network": None, "curves": []}
    with one_thread():  # as models are measured
        on_stage("features of the real images")
        reference = RealReference.compute(
            load_dataset(dataset, "train"), load_dataset(dataset, "test"), sizes
        )
        curves = []
        for spec in flows:
            model = load_bundle(spec.id, root).model
            assert isinstance(model, HasFlow)  # noqa: S101 - by its capability
            points = []
            for n_steps in N_STEPS:
                on_stage(f"{spec.name}, {n_steps} steps")
                points.append(_point(model, n_steps, reference))
            curves.append({"model": spec.name, "points": points})
    network = None if reference.features is None else reference.features.network.name
    return {"n": sizes.n_samples, "network": network, "curves": curves}


def _point(model: HasFlow, n_steps: int, reference: RealReference) -> dict[str, Any]:
    codes = model.sample_codes(N_COMPARED, seed=SEEDS[0])
    exact, found = (model.decode_in_steps(codes, n) for n in (EXACT_STEPS, n_steps))
    difference = round(float(image_mse(exact, found).mean(dtype="float64")), 7)
    rows = []
    if reference.features is not None:
        for seed in SEEDS:
            samples = model.decode_in_steps(model.sample_codes(reference.sizes.n_samples, seed=seed), n_steps)
            rows.append(sample_distances(samples, reference))
    measured = {name: mean_over_seeds([row[name] for row in rows]) if rows else None for name in MEASURES}
    return {"steps": n_steps, "difference": difference, **measured}
