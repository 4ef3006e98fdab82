"""What can be trained: datasets, model families, dimensions and names of bundles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from dashboard.data.catalogue import ENDING, catalogue, family_title
from dashboard.data.ownership import find_dataset, may_see, own_datasets, stored_id
from dashboard.data.upload_rules import UploadRules, bundle_quota_problem, upload_rules
from dashboard.server.settings import host_setting
from dashboard.train.services.family_settings import chosen_settings
from latentcore.datasets import DATASETS
from latentcore.models import MODELS
from latentcore.runs import RunRequest, active_runs, start_runs
from latentcore.store.names import check_chosen_name, default_name
from latentcore.store.owners import public_name
from latentcore.types import Capability

__all__ = ["RunRequest"]

DISCRIMINANTS = "lda"
"""The family whose latent dimension is below the number of classes."""
MOST_DIMENSIONS = 128
SETTING = "LATENTCORE_TRAINING"
"""Setting (environment or Streamlit secrets): "off" for a server on which nothing can be trained."""
MOST_RUNS = 4
"""Of all sessions: a run that waits is a process that takes memory."""
MAX_NAME = 64


def trainable_datasets(*, is_hosted: bool) -> list[str]:
    """Return the datasets whose images are here: the library's, and added ones that the session may see."""
    own = own_datasets(of_session=False) + (own_datasets(of_session=True) if is_hosted else [])
    added = [one.name for one in own if one.size("train") and one.size("test")]
    return [name for name, spec in DATASETS.items() if spec.is_present()] + added


def usual_dataset(datasets: list[str]) -> str:
    """Return the one of these datasets that other pages show by default, or else the first."""
    return next((name for name in catalogue().datasets() if name in datasets), datasets[0])


def has_labels(dataset: str) -> bool:
    """Return whether the images of a dataset have labels."""
    spec = find_dataset(dataset)
    return spec is not None and bool(spec.classes)


def families_of(dataset: str) -> list[str]:
    """Return the model families that can be trained on a dataset."""
    labelled = has_labels(dataset)
    return [name for name, one in MODELS.items() if labelled or Capability.SUPERVISED not in one.capabilities]


def has_epochs(family: str) -> bool:
    """Return whether a family is trained in epochs, and so for a chosen time."""
    return any(field.name == "n_epochs" for field in fields(MODELS[family].settings_type))


def most_dimensions(dataset: str, family: str) -> int:
    """Return the largest latent dimension that can be chosen."""
    spec = find_dataset(dataset)
    if spec is None:
        return MOST_DIMENSIONS
    if family == DISCRIMINANTS:
        return max(1, len(spec.classes) - 1)
    channels, height, width = spec.image_shape
    return min(MOST_DIMENSIONS, channels * height * width)


def suggested_name(dataset: str, family: str, latent_dim: int) -> str:
    """Return a name for a bundle that no bundle and no run has, such as "vae-d2-trained-2"."""
    return free_name(dataset, f"{default_name(family, latent_dim)}-{ENDING}")


def free_name(dataset: str, name: str) -> str:
    """Return a name, with a number if a bundle or a run has it already."""
    taken, free, number = _taken(dataset), name, 1
    while free in taken:
        number += 1
        free = f"{name[: MAX_NAME - len(str(number)) - 1]}-{number}"
    return free


def name_problem(dataset: str, name: str) -> str | None:
    """Return one sentence on why a new bundle cannot have a name, or None."""
    try:
        check_chosen_name(name)
    except ValueError as error:
        return str(error)
    return f"There is a model “{name}” already: take another name." if name in _taken(dataset) else None


def _taken(dataset: str) -> set[str]:
    """Return the names of a dataset's bundles, trained or under way, that the session may see."""
    found = catalogue()
    ids = [bundle_id.partition("/") for bundle_id in [*found.specs, *found.problems]]
    present = {name for of, _, name in ids if of == dataset}
    asked = [run.request for run in active_runs() if run.request.dataset == dataset]
    return set(map(public_name, present | {one.name for one in asked if may_see(one.bundle_id)}))


def start_problem(n_runs: int = 1) -> str | None:
    """Return one sentence on why so many runs cannot be started on this server now, or None."""
    if (host_setting(SETTING) or "").casefold() == "off":
        return (
            "Training is switched off on this server. Run Latent Atlas on your own computer to train models."
        )
    if len(active_runs()) + n_runs > MOST_RUNS:
        return f"{MOST_RUNS} trainings at most can be under way or wait: try again in some minutes."
    return None


def requests_for(
    dataset: str,
    values: Mapping[str, Mapping[str, Any]],
    latent_dim: int,
    *,
    minutes: float | None,
    seed: int,
    names: Mapping[str, str],
) -> tuple[list[RunRequest], str | None]:
    """Return the requests for what a form asks for, and None or one sentence on why none can be started.

    Parameters
    ----------
    dataset : str
    values : mapping
        Settings by family and name.
    latent_dim : int
    minutes : float or None
        How long a family with epochs is trained; the recipe's number of epochs if None.
    seed : int
    names : mapping
        Name of the bundle by family.
    """
    requests, problem = [], start_problem(len(names))
    for family, name in names.items():
        settings, wrong = chosen_settings(dataset, family, latent_dim, values[family])
        wrong = name_problem(dataset, name) or wrong
        if wrong is not None and len(names) > 1:
            wrong = f"{family_title(family)}: {wrong}"
        problem = problem or wrong
        requests.append(
            RunRequest(
                dataset=dataset,
                family=family,
                latent_dim=latent_dim,
                minutes=minutes if has_epochs(family) else None,
                seed=seed,
                name=name,
                settings=settings,
            )
        )
    if len(set(names.values())) < len(names):
        problem = problem or "The two models need different names."
    return requests, problem


def start_training(requests: Sequence[RunRequest]) -> tuple[list[str], str | None]:
    """Start training runs; return their ids, or none and one sentence on why they were not started.

    Where the server has visitors, the bundles are those of the current session.
    """
    rules = upload_rules()
    problems = (name_problem(request.dataset, request.name) for request in requests)
    problem = start_problem(len(requests)) or next((one for one in problems if one is not None), None)
    problem = problem or bundle_quota_problem(rules)
    if problem is not None:
        return [], problem
    requests = [_stored_request(request, rules) for request in requests]
    try:
        return start_runs(requests), None
    except ValueError as error:
        return [], str(error)
    except OSError:
        return [], "The folder of training runs cannot be written: free some space on the disk."


def _stored_request(request: RunRequest, rules: UploadRules) -> RunRequest:
    """Return a request with the name under which its bundle is stored, which for a visitor has a token."""
    bundle_id = stored_id(request.dataset, request.name, of_session=rules.is_hosted)
    return replace(request, name=bundle_id.partition("/")[2])
