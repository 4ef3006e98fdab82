"""Events of a training, and who receives them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import torch


@dataclass(frozen=True, kw_only=True)
class EpochEnd:
    """Event after each epoch of training.

    Attributes
    ----------
    phase : str
        What is being trained ("fit", or for a GAN "adversarial" and "inversion").
    epoch, n_epochs : int
        Number of this epoch, from 1, and number of epochs of the phase.
    losses : dict of str to float
        Mean of each loss over the epoch's batches.
    network : Module or None
        The network as it is then; see `latentcore.models.networks.preview_codes` and `preview_images`. None
        for a past epoch.
    is_past : bool
        Whether the epoch was before the checkpoint from which the training goes on; its event is sent again.
    problem : str
        One sentence if the training diverged after this epoch, which has had an event before; the network has
        the weights of its end again. A handler that raises `EndTrainingPhase` keeps them, otherwise the
        training fails. Else empty.
    """

    phase: str
    epoch: int
    n_epochs: int
    losses: dict[str, float]
    network: torch.nn.Module | None = None
    is_past: bool = False
    problem: str = ""


OnEvent: TypeAlias = Callable[[EpochEnd], None]
"""Called after each epoch; raises `latentcore.exceptions.TrainingCancelled` to stop the run, or
`EndTrainingPhase` to end the current phase and go on with the network as it is."""


@dataclass(frozen=True, kw_only=True)
class EarlyStep:
    """Event within the first epoch, in which a network changes most: after 0, 4, 8, 16, 32 and so on steps.

    Attributes
    ----------
    phase : str
        See `EpochEnd`.
    share : float
        Of the epoch's steps that are done, in [0, 1).
    network : Module
        The network as it is then.
    """

    phase: str
    share: float
    network: torch.nn.Module


@runtime_checkable
class WatchesEarlySteps(Protocol):
    """An `OnEvent` that also wants the events within the first epoch."""

    def on_early_step(self, event: EarlyStep) -> None:
        """Receive an event within the first epoch of a phase."""
