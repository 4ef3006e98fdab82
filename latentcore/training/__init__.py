"""Training, for any model family: the loop, its events, seeding, checkpoints."""

from latentcore.training.checkpoint import Checkpoint
from latentcore.training.checkpoint_state import Stateful
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
    "Checkpoint",
    "EarlyStep",
    "EpochEnd",
    "Losses",
    "OnEvent",
    "Stateful",
    "Step",
    "WatchesEarlySteps",
    "count_batches",
    "one_thread",
    "run_epochs",
    "run_one_cycle",
    "seeded",
]
