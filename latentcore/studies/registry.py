"""The registry of studies, and running and reading them by name."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latentcore.datasets import dataset_spec
from latentcore.exceptions import LatentcoreError, UnknownNameError
from latentcore.store import check_writable
from latentcore.store.config import check_scores
from latentcore.studies import (
    anomaly,
    compression,
    denoise,
    real,
    results,
    similarity,
    solver_steps,
    synthesis,
    transfer,
)
from latentcore.studies.requirements import ANY_DATASET, Requirements, check_requirements
from latentcore.studies.results import StudyResult, study_path, write_study
from latentcore.studies.schema import schema_check

OnStage = Callable[[str], None]


@dataclass(frozen=True)
class Study:
    """A study: how it is run and how its result is checked.

    Attributes
    ----------
    protocol : str
    seeds : tuple of int
    run : callable
        ``run(dataset, root, on_stage)`` returns the result as JSON values.
    check : callable
        Raises `ValueError` unless a stored result has the schema of `run`.
    needs : Requirements
        Of the dataset.
    """

    protocol: str
    seeds: tuple[int, ...]
    run: Callable[[str, Path, OnStage], dict[str, Any]]
    check: Callable[[Mapping[str, Any]], None]
    needs: Requirements = ANY_DATASET


STUDIES: Mapping[str, Study] = {
    "compression": Study(
        compression.PROTOCOL, (compression.SEED,), compression.curves, schema_check("compression")
    ),
    "real": Study(
        real.PROTOCOL,
        real.SEEDS,
        lambda dataset, _root, on_stage: real.real_scores(dataset, on_stage),
        lambda found: check_scores(found, "found"),
    ),
    "similarity": Study(
        similarity.PROTOCOL,
        (similarity.SEED, similarity.TWIN_SEED),
        similarity.similarities,
        similarity.check_result,
        similarity.NEEDS,
    ),
    "transfer": Study(
        transfer.PROTOCOL, transfer.SEEDS, transfer.transfers, schema_check("transfer"), transfer.NEEDS
    ),
    "synthesis": Study(
        synthesis.PROTOCOL, synthesis.SEEDS, synthesis.synthesis, schema_check("synthesis"), synthesis.NEEDS
    ),
    "anomaly": Study(
        anomaly.PROTOCOL, (anomaly.SEED,), anomaly.anomalies, schema_check("anomaly"), anomaly.NEEDS
    ),
    "solver_steps": Study(
        solver_steps.PROTOCOL, solver_steps.SEEDS, solver_steps.solver_steps, schema_check("solver_steps")
    ),
    "denoise": Study(denoise.PROTOCOL, (denoise.SEED,), denoise.denoising, schema_check("denoise")),
}


def run_study(name: str, dataset: str, root: Path, *, on_stage: OnStage | None = None) -> Path:
    """Run a study and write its result beside the bundles.

    Parameters
    ----------
    name : str
        A key of `STUDIES`.
    dataset : str
    root : Path
        Models folder, which bundles are read from and the result is written to.
    on_stage : callable, optional
        Receives the name of each stage.

    Returns
    -------
    Path
        The file of the result.

    Raises
    ------
    UnknownNameError
        If there is no such study or dataset.
    DatasetError
        If the dataset cannot be read or lacks what the study needs; see `study_obstacle`.
    BundleError
        If a bundle cannot be read or the result cannot be written.
    """
    if name not in STUDIES:
        raise UnknownNameError(f"There is no study {name!r}; choose one of {', '.join(STUDIES)}.")
    dataset_spec(dataset)
    check_requirements(name, STUDIES[name].needs, dataset)
    check_writable(study_path(dataset, name, root), overwrite=True)
    started = time.process_time()
    study = STUDIES[name]
    found = study.run(dataset, root, on_stage or (lambda _stage: None))
    result = StudyResult(
        name=name,
        dataset=dataset,
        protocol=study.protocol,
        seeds=study.seeds,
        cpu_seconds=round(time.process_time() - started, 1),
        found=found,
    )
    return write_study(result, root)


def study_obstacle(name: str, dataset: str) -> str | None:
    """Return one sentence on why a study cannot be run on a dataset, or None if it can be."""
    try:
        check_requirements(name, STUDIES[name].needs, dataset)
    except LatentcoreError as error:
        return str(error)
    return None


def read_study(dataset: str, name: str, root: Path | None = None) -> StudyResult | None:
    """Return the stored result of a study, with every value checked, or None if it has not been run.

    Parameters
    ----------
    dataset, name : str
    root : Path, optional
        Models folder; `latentcore.store.models_folder` by default.

    Raises
    ------
    BundleError
        If the file is damaged or of another version; the message names the command that runs it again.
    """
    return results.read_study(dataset, name, root, check=STUDIES[name].check if name in STUDIES else None)
