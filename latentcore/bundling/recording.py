"""Recording how a latent space forms while a network is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from latentcore.bundling.previews import Preview, Previewer, turned
from latentcore.datasets import Dataset
from latentcore.exceptions import EndTrainingPhase
from latentcore.models.networks import EncoderDecoder
from latentcore.store.formation import FEWEST_MOMENTS, Moment, formation_npz
from latentcore.training import EarlyStep, EpochEnd, OnEvent, Stateful, WatchesEarlySteps

BY_HAND = "stopped by hand"
MAX_EPOCHS = 64
"""Epochs that are kept at most; beyond, every second one is forgotten, and from then on left out."""


class FormationRecorder:
    """Records previews of a network at the end of epochs, and some times within the first of each phase.

    It is an `latentcore.training.OnEvent`. The training is left as it is.

    Parameters
    ----------
    held_out : Dataset
        Test images, all of them: the rows that are stored are rows of the bundle's test table.
    latent_dim : int
    """

    def __init__(self, held_out: Dataset, latent_dim: int) -> None:
        self._previewer = Previewer(held_out, latent_dim)
        self._early: list[Moment] = []
        self._ends: list[Moment] = []
        self._last: Moment | None = None
        self._stride, self._n_ended = 1, 0

    def __call__(self, event: EpochEnd) -> None:
        """Record the end of an epoch, or once more that of the last one if the training diverged after it."""
        self._n_ended += not event.problem
        is_last = event.epoch == event.n_epochs or bool(event.problem)
        if not isinstance(event.network, EncoderDecoder) or (self._n_ended % self._stride and not is_last):
            return
        moment = _moment(self._n_ended, self._previewer.preview(event.network))
        self._last = moment
        if self._n_ended % self._stride:
            return
        self._ends.append(moment)
        if len(self._ends) > MAX_EPOCHS:
            self._ends = self._ends[1::2]
            self._stride *= 2

    def on_early_step(self, event: EarlyStep) -> None:
        """Record a moment within the first epoch."""
        if isinstance(event.network, EncoderDecoder):
            self._early.append(_moment(self._n_ended + event.share, self._previewer.preview(event.network)))

    def state_dict(self) -> dict[str, Any]:
        """Return what was recorded, for checkpoints."""
        return {
            "early": [vars(moment) for moment in self._early],
            "ends": [vars(moment) for moment in self._ends],
            "last": None if self._last is None else vars(self._last),
            "stride": self._stride,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Set what `state_dict` returned; the epochs are counted by their events, which are sent again."""
        self._early = [Moment(**moment) for moment in state_dict["early"]]
        self._ends = [Moment(**moment) for moment in state_dict["ends"]]
        self._last = None if state_dict["last"] is None else Moment(**state_dict["last"])
        self._stride = state_dict["stride"]

    def formation_npz(
        self, history: Sequence[dict[str, Any]], *, is_second_run: bool = False
    ) -> bytes | None:
        """Return the content of the bundle's file; None if there was nothing to record.

        Parameters
        ----------
        history : sequence of dict
            One entry per epoch: phase, epoch and losses.
        is_second_run : bool
            See `latentcore.store.formation.Formation`.
        """
        by_time = {moment.time: moment for moment in (*self._early, *self._ends)}
        if self._last is not None:
            by_time[self._last.time] = self._last
        if len(by_time) < FEWEST_MOMENTS:
            return None
        return formation_npz(
            _aligned([by_time[time] for time in sorted(by_time)]),
            self._previewer.rows,
            self._previewer.rows[self._previewer.image_rows],
            history,
            is_second_run=is_second_run,
        )


class History:
    """The losses of a training, and how its space formed if that is recorded.

    It is an `latentcore.training.OnEvent`.

    Parameters
    ----------
    on_event : callable, optional
        Receives the events, too.
    recorder : FormationRecorder, optional

    Attributes
    ----------
    entries : list of dict
        One per epoch: phase, epoch and losses.
    ended_early : list of dict
        ``phase, epoch, n_epochs, reason`` of each phase that was ended before its last epoch.
    """

    def __init__(self, on_event: OnEvent | None = None, recorder: FormationRecorder | None = None) -> None:
        self.entries: list[dict[str, Any]] = []
        self.ended_early: list[dict[str, Any]] = []
        self._on_event, self._recorder = on_event, recorder

    @property
    def parts(self) -> dict[str, Stateful]:
        """What has a state that the events of past epochs do not restore, for checkpoints."""
        return {"history": self} if self._recorder is None else {"history": self, "recorder": self._recorder}

    def state_dict(self) -> dict[str, Any]:
        """Return which phases ended early, for checkpoints."""
        return {"ended_early": self.ended_early}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Set what `state_dict` returned."""
        self.ended_early = state_dict["ended_early"]

    def __call__(self, event: EpochEnd) -> None:
        """Note the losses of an epoch, and pass it on."""
        if not event.problem:
            self.entries.append({"phase": event.phase, "epoch": event.epoch, "losses": event.losses})
        end: EndTrainingPhase | None = None
        try:
            if self._on_event is not None:
                self._on_event(event)
        except EndTrainingPhase as asked:
            end = asked
            if event.epoch < event.n_epochs and not event.is_past:
                fields = {"phase": event.phase, "epoch": event.epoch, "n_epochs": event.n_epochs}
                self.ended_early.append({**fields, "reason": event.problem or BY_HAND})
        if self._recorder is not None:
            self._recorder(event if end is None else replace(event, n_epochs=event.epoch))
        if end is not None:
            raise end

    def on_early_step(self, event: EarlyStep) -> None:
        """Pass on a moment within the first epoch."""
        for listener in (self._recorder, self._on_event):
            if isinstance(listener, WatchesEarlySteps):
                listener.on_early_step(event)

    def formation(self) -> bytes | None:
        """Return the content of ``formation.npz``, or None if it was not recorded."""
        return None if self._recorder is None else self._recorder.formation_npz(self.entries)


def _moment(time: float, preview: Preview) -> Moment:
    return Moment(time=time, **vars(preview))


def _aligned(moments: list[Moment]) -> list[Moment]:
    """Return the moments with each map turned to fit the next one, so that the last is as it is."""
    aligned, after = [], None
    for moment in reversed(moments):
        if moment.places is not None:
            after = moment.places if after is None else turned(moment.places, after)
            moment = replace(moment, places=after)  # noqa: PLW2901
        aligned.append(moment)
    return aligned[::-1]
