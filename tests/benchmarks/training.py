"""Measure training: against a bare loop, in the app against the library, and what visitors feel meanwhile.

Run from the repository root: ``python -m tests.benchmarks.training``; it needs MNIST in ``LATENTCORE_DATA``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import torch
from playwright.sync_api import Browser, Page

from latentcore.datasets import load_dataset
from latentcore.datasets.torchvision_sets import data_folder
from latentcore.models.autoencoder import AutoencoderModel, AutoencoderSettings
from latentcore.recipes import make_recipe
from latentcore.runs import RunRequest, find_run, remove_run, start_run
from latentcore.store import models_folder
from latentcore.training import one_thread
from latentcore.types import FloatArray
from tests.benchmarks.meanwhile import MAP, clicks
from tests.browser.explore import open_map
from tests.serving import Server, machine, new_page, opened_chromium, started_server

BARE_BAR, APP_BAR, CLICK_BAR, MEGABYTES_BAR, FRAMES_BAR = 0.95, 0.9, 2.5, 900, 30
PLAYER_SECONDS = 5
N_ROUNDS, N_EPOCHS, N_CLICKS = 3, 4, 60
LONG = RunRequest(dataset="mnist", family="vae", latent_dim=2, name="long", settings={"n_epochs": 1000})
FIT = """
import json, sys, time
from latentcore.datasets import load_dataset
from latentcore.recipes import make_recipe
train = load_dataset("mnist", "train")
recipe = make_recipe("mnist", "ae", 2, overrides={"n_epochs": int(sys.argv[1])})
times = []
recipe.make_model().fit(
    train.images, train.labels, seed=0, on_event=lambda event: times.append(time.monotonic())
)
print(json.dumps(times))
"""


def bare_epoch(images: torch.Tensor, settings: AutoencoderSettings) -> float:
    """Return seconds of one epoch of a plain PyTorch loop with the network and batches of `ae-d2`."""
    network = AutoencoderModel.make_network(settings, (1, 28, 28))
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    n_batches = len(images) // settings.batch_size
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=settings.learning_rate, total_steps=n_batches
    )
    started = time.perf_counter()
    for rows in torch.randperm(len(images))[: n_batches * settings.batch_size].split(settings.batch_size):
        batch = images[rows]
        loss = torch.nn.functional.mse_loss(network.decode(network.encode(batch)), batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return time.perf_counter() - started


def against_bare() -> float:
    """Return the throughput of the library over that of a bare loop, in turn, median of the rounds."""
    train = load_dataset("mnist", "train")
    recipe = make_recipe("mnist", "ae", 2, overrides={"n_epochs": 2})
    model = recipe.make_model()
    assert isinstance(model, AutoencoderModel)
    rows = torch.from_numpy(train.images.reshape(len(train), -1))
    ratios = []
    with one_thread():
        for _ in range(N_ROUNDS):
            bare = bare_epoch(rows, model.settings)
            ratios.append(bare / _epoch_seconds(model, train.images))
    return float(np.median(ratios))


def _epoch_seconds(model: AutoencoderModel, images: FloatArray) -> float:
    """Return the seconds of the second of two epochs of a training."""
    ends: list[float] = []
    model.fit(images, None, seed=0, on_event=lambda _: ends.append(time.perf_counter()))
    return ends[1] - ends[0]


def epoch_seconds_alone() -> float:
    """Return the median seconds of an epoch in a process of its own, as ``latentcore train`` trains."""
    command = [sys.executable, "-c", FIT, str(N_EPOCHS)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(np.median(np.diff(json.loads(out))))


def epoch_seconds_in_app() -> float:
    """Return the median seconds of an epoch of a run, with snapshots, record and checkpoints."""
    run_id = start_run(
        RunRequest(dataset="mnist", family="ae", latent_dim=2, name="app", settings={"n_epochs": N_EPOCHS})
    )
    while len(events := find_run(run_id).events()) < N_EPOCHS and not find_run(run_id).is_over:
        time.sleep(0.2)
    remove_run(run_id)
    return float(np.median(np.diff([event["seconds"] for event in events])))


def first_points(page: Page, address: str, dataset: str) -> float:
    """Return seconds from opening the page to the first points of a VAE, the click on Start included."""
    started = time.perf_counter()
    page.goto(f"{address}/train?dataset={dataset}")
    page.get_by_role("button", name="Start training").click(timeout=60_000)
    page.locator(".st-key-train_map canvas").wait_for(timeout=120_000)
    seconds = time.perf_counter() - started
    remove_run(page.url.partition("run=")[2][:16])
    return seconds


def player_frames(page: Page, address: str) -> float:
    """Return the frames per second of the player of how a space formed, with 500 points."""
    page.emulate_media(reduced_motion="no-preference")
    dataset, _, model = MAP.partition("/")
    page.goto(f"{address}/explore?dataset={dataset}&model={model}&formed=on")
    page.locator(".st-key-formation canvas.map").wait_for(timeout=60_000)
    page.wait_for_timeout(1000)
    player = page.locator(".player")
    before, started = player.evaluate("player => player.frames"), time.perf_counter()
    page.wait_for_timeout(PLAYER_SECONDS * 1000)
    n_frames = player.evaluate("player => player.frames") - before
    return float(n_frames / (time.perf_counter() - started))


def visitors(browser: Browser, server: Server) -> dict[str, float]:
    """Return clicks of a visitor before and during a run, and the memory of server and worker."""
    page = new_page(browser)
    open_map(page, server.address, MAP)
    before = clicks(page, N_CLICKS)
    run_id = start_run(LONG)
    while not find_run(run_id).events():
        time.sleep(0.2)
    during = clicks(page, N_CLICKS)
    worker = find_run(run_id).process
    memory = psutil.Process(worker).memory_info().rss / 1e6 if worker is not None else 0.0
    remove_run(run_id)
    p95 = [float(np.quantile(times, 0.95)) for times in (before, during)]
    return {
        "click_p95_idle_ms": round(p95[0]),
        "click_p95_during_ms": round(p95[1]),
        "click_ratio": round(p95[1] / p95[0], 2),
        "server_mb": round(server.megabytes()),
        "worker_mb": round(memory),
    }


@contextmanager
def own_folders() -> Iterator[None]:
    """Let runs and their bundles go to temporary folders, which see the datasets of now and one model."""
    with tempfile.TemporaryDirectory() as folder:
        data, models = Path(folder) / "data", Path(folder) / "models"
        data.mkdir()
        for path in data_folder().iterdir():
            if path.name != "runs":
                (data / path.name).symlink_to(path.resolve())
        shutil.copytree(models_folder() / MAP, models / MAP)
        os.environ |= {"LATENTCORE_DATA": str(data), "LATENTCORE_MODELS": str(models)}
        yield


def main() -> None:
    """Measure and print one JSON line."""
    figures: dict[str, float] = {"over_bare": round(against_bare(), 3)}
    with own_folders(), started_server() as server, opened_chromium() as browser:
        alone, in_app = [], []
        for _ in range(N_ROUNDS):
            alone.append(epoch_seconds_alone())
            in_app.append(epoch_seconds_in_app())
        figures["app_over_alone"] = round(float(np.median(np.array(alone) / np.array(in_app))), 3)
        figures["epoch_alone_s"] = round(float(np.median(alone)), 2)
        page = new_page(browser)
        for dataset in ("digits", "mnist"):
            seconds = [first_points(page, server.address, dataset) for _ in range(N_ROUNDS)]
            figures[f"first_points_{dataset}_s"] = round(float(np.median(seconds)), 1)
        figures["player_frames_per_s"] = round(player_frames(page, server.address))
        figures |= visitors(browser, server)
    bars = {
        "over_bare": BARE_BAR,
        "app_over_alone": APP_BAR,
        "player_frames_per_s": FRAMES_BAR,
        "click_ratio": CLICK_BAR,
        "mb": MEGABYTES_BAR,
    }
    sys.stdout.write(json.dumps({**figures, "bars": bars, "machine": machine()}) + "\n")


if __name__ == "__main__":
    main()
