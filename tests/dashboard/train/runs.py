"""Folders of training runs as their process would leave them, written without one."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import numpy as np

from latentcore.datasets import load_dataset
from latentcore.runs import RunRequest, RunStatus, runs_folder
from latentcore.runs.event_log import EVENTS_FILE
from latentcore.runs.folder import STATUS_FILE, write_json, write_request
from latentcore.runs.snapshots import IMAGES_FILE, SNAPSHOT_FILE

VAE = RunRequest(dataset="digits", family="vae", latent_dim=2, name="vae-d2-trained")
GAN = RunRequest(dataset="digits", family="gan", latent_dim=2, name="gan-d2-trained")
PCA = RunRequest(dataset="digits", family="pca", latent_dim=2, name="pca-d2-trained")


def fit_events(n: int, *, of: int = 50) -> list[dict[str, Any]]:
    """Return the events of a VAE after `n` epochs of half a second."""
    return [
        {
            "phase": "fit",
            "epoch": k,
            "n_epochs": of,
            "losses": {"loss": 40 / k, "cross_entropy": 38 / k, "kl": 2.0},
            "seconds": k / 2,
        }
        for k in range(1, n + 1)
    ]


def critic_events(n: int) -> list[dict[str, Any]]:
    """Return the events of a GAN before its inversion network is trained."""
    return [
        {**event, "phase": "adversarial", "losses": {"critic": 1.0, "generator": 0.1}}
        for event in fit_events(n)
    ]


def write_run(
    request: RunRequest = VAE,
    status: RunStatus = RunStatus.TRAINING,
    *,
    events: list[dict[str, Any]] = (),  # type: ignore[assignment]
    snapshot: bool = False,
    age: float = 5,
    **more: Any,
) -> str:
    """Write the folder of a run, whose process is this one; return its id."""
    run_id = os.urandom(8).hex()
    folder = runs_folder() / run_id
    folder.mkdir(parents=True)
    write_request(folder, request, time.time() - age)
    write_json(folder / STATUS_FILE, {"status": status, "process": os.getpid(), **more})
    (folder / EVENTS_FILE).write_text("".join(f"{json.dumps(event)}\n" for event in events))
    if snapshot:
        test = load_dataset("digits", "test")
        pixels = np.rint(test.images[:8] * 255).astype(np.uint8)
        np.savez(folder / IMAGES_FILE, labels=test.labels[:500], originals=pixels)
        arrays: dict[str, Any] = {"samples": pixels[::-1], "epoch": np.array(len(events))}
        if request.family != "gan":
            places = np.random.default_rng(0).standard_normal((500, 2)).astype(np.float32)
            arrays |= {"places": places, "reconstructions": pixels}
        np.savez(folder / SNAPSHOT_FILE, **arrays)
    return run_id
