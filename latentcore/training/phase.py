"""One phase of a training and its checkpoint."""

from __future__ import annotations

from collections.abc import Mapping

from latentcore.training.checkpoint import PastEpoch, current_checkpoint
from latentcore.training.checkpoint_state import Stateful


class PhaseCheckpoint:
    """Keeps a phase in the checkpoint of the surrounding `Checkpoint.active` block; does nothing without one.

    Parameters
    ----------
    phase : str
    parts : mapping of str to Stateful
        All that the phase changes; without any, no checkpoint is kept.

    Attributes
    ----------
    past : list of PastEpoch
        Epochs that are done; the parts have the state after them, if no later phase has begun.
    is_over : bool
        Whether the phase was ended before its last epoch.
    """

    def __init__(self, phase: str, parts: Mapping[str, Stateful]) -> None:
        self._checkpoint, self._phase = current_checkpoint() if parts else None, phase
        self.past: list[PastEpoch] = []
        self.is_over = False
        if self._checkpoint is not None:
            self.past = self._checkpoint.resume(phase, parts)
            self.is_over = self._checkpoint.has_ended(phase)

    def note(self, epoch: PastEpoch) -> None:
        """Note an epoch."""
        if self._checkpoint is not None:
            self._checkpoint.note(epoch)

    def save(self) -> None:
        """Write the checkpoint if it is time."""
        if self._checkpoint is not None:
            self._checkpoint.save()

    def end(self) -> None:
        """Note that the phase ended before its last epoch, and write the checkpoint."""
        if self._checkpoint is not None:
            self._checkpoint.end(self._phase)
