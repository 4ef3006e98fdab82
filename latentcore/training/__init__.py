"""Training, for any model family: the loop, its events, seeding."""

from latentcore.training.events import EarlyStep, EpochEnd, OnEvent, WatchesEarlySteps
from latentcore.training.loop import (
    Losses,
    Step,
    count_batches,
    one_thread,
    run_epochs,
    run_one_cycle,
    seeded,
)

__all__ = [
    "EarlyStep",
    "EpochEnd",
    "Losses",
    "OnEvent",
    "Step",
    "WatchesEarlySteps",
    "count_batches",
    "one_thread",
    "run_epochs",
    "run_one_cycle",
    "seeded",
]
