"""The training loop: shuffled batches, events and seeding, for any model family."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TypeAlias

import torch

from latentcore.exceptions import EndTrainingPhase
from latentcore.training.checkpoint import PastEpoch
from latentcore.training.checkpoint_state import Stateful
from latentcore.training.events import EarlyStep, EpochEnd, OnEvent, WatchesEarlySteps
from latentcore.training.phase import PhaseCheckpoint

Step: TypeAlias = Callable[[torch.Tensor], dict[str, torch.Tensor]]
"""One optimiser step on the rows of an int64 index tensor ``(batch,)``; returns scalar losses."""

Losses: TypeAlias = tuple[torch.Tensor, dict[str, torch.Tensor]]
"""The scalar to minimise, and the scalars to report."""

FIRST_EARLY_STEP = 4

MAX_LOSS = 1e9
"""Mean loss over an epoch above which training counts as diverged."""
REMEDY = "Lower the learning rate, or set gradient_limit if the family has it."


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread inside the block, in torch and in numpy."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - it scans all loaded libraries

    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(n_threads)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed torch inside the block, on one thread, and restore the caller's random state afterwards.

    One thread makes sums, and so the trained weights, reproducible from run to run on one machine.
    """
    with torch.random.fork_rng(devices=[]), one_thread():
        torch.manual_seed(seed)
        yield


def count_batches(n_samples: int, batch_size: int) -> int:
    """Return the number of batches per epoch in `run_epochs`, which drops an incomplete last batch."""
    return max(1, n_samples // batch_size)


def run_epochs(
    step: Step,
    *,
    n_samples: int,
    batch_size: int,
    n_epochs: int,
    phase: str = "fit",
    on_event: OnEvent | None = None,
    network: torch.nn.Module | None = None,
    parts: Mapping[str, Stateful] | None = None,
) -> None:
    """Call `step` on shuffled batches for a number of epochs.

    Parameters
    ----------
    step : callable
        ``step(rows) -> losses``; see `Step`.
    n_samples, batch_size, n_epochs : int
        An incomplete last batch is dropped; the next epoch reshuffles and may include its rows.
    phase : str
        Name of the phase in the events.
    on_event : callable, optional
        Receives an `EpochEnd` after each epoch, and `WatchesEarlySteps` an `EarlyStep` some times within the
        first. `EndTrainingPhase` ends the epochs; another exception that it raises ends the training.
    network : Module, optional
        Passed on in the events. If the training diverges, its weights at the end of the last good epoch can
        be kept; see `EpochEnd.problem`.
    parts : mapping of str to Stateful, optional
        All that `step` changes, by name: networks, optimisers, schedules. With them, the training is kept in,
        and goes on from, the checkpoint of a surrounding `latentcore.training.Checkpoint.active` block.

    Raises
    ------
    ValueError
        If a loss diverges.
    CheckpointError
        If the checkpoint does not fit the parts.
    """
    checkpoint = PhaseCheckpoint(phase, parts or {})
    _send_again(on_event, checkpoint.past)
    if checkpoint.is_over:
        return
    event = EpochEnd(**checkpoint.past[-1], network=network) if checkpoint.past else None
    good = _weights(network)
    try:
        for epoch in range(len(checkpoint.past) + 1, n_epochs + 1):
            early = (lambda share: _tell(on_event, phase, share, network)) if epoch == 1 else None
            means = _train_epoch(step, n_samples, batch_size, early)
            if problem := _divergence(means, network):
                problem = f"The training diverged: {problem} in epoch {epoch} of {n_epochs}. {REMEDY}"
                if event is not None and network is not None and on_event is not None:
                    network.load_state_dict(good)
                    on_event(replace(event, problem=problem))
                raise ValueError(problem)
            past = PastEpoch(phase=phase, epoch=epoch, n_epochs=n_epochs, losses=means)
            checkpoint.note(past)
            if on_event is not None:
                event = EpochEnd(**past, network=network)
                on_event(event)
                good = _weights(network)
            checkpoint.save()
    except EndTrainingPhase:
        checkpoint.end()


def _weights(network: torch.nn.Module | None) -> dict[str, torch.Tensor]:
    state = {} if network is None else network.state_dict()
    return {name: tensor.detach().clone() for name, tensor in state.items()}


def _send_again(on_event: OnEvent | None, past: Sequence[PastEpoch]) -> None:
    """Send the events of past epochs; what is asked for in answer was done then."""
    if on_event is not None:
        for epoch in past:
            with suppress(EndTrainingPhase):
                on_event(EpochEnd(**epoch, is_past=True))


def _train_epoch(
    step: Step, n_samples: int, batch_size: int, on_early_step: Callable[[float], None] | None
) -> dict[str, float]:
    """Call `step` on the shuffled batches of one epoch; return the mean of each loss."""
    n_batches = count_batches(n_samples, batch_size)
    order = torch.randperm(n_samples)
    totals: dict[str, float] = {}
    for batch in range(n_batches):
        if on_early_step is not None and _is_early(batch):
            on_early_step(batch / n_batches)
        losses = step(order[batch * batch_size : (batch + 1) * batch_size])
        for name, loss in losses.items():
            totals[name] = totals.get(name, 0.0) + float(loss.detach())
    return {name: total / n_batches for name, total in totals.items()}


def _divergence(means: Mapping[str, float], network: torch.nn.Module | None) -> str:
    """Return what is not as it should be after an epoch, or an empty text."""
    for name, mean in means.items():
        if not abs(mean) <= MAX_LOSS:
            return f"{name} is {mean:.3g}"
    if network is not None and not all(bool(p.isfinite().all()) for p in network.parameters()):
        return "weights are not finite"
    return ""


def _is_early(n_steps: int) -> bool:
    """Return whether there is an event after so many steps: none, or a power of two from four on."""
    return n_steps == 0 or (n_steps >= FIRST_EARLY_STEP and n_steps & (n_steps - 1) == 0)


def _tell(on_event: OnEvent | None, phase: str, share: float, network: torch.nn.Module | None) -> None:
    if network is not None and isinstance(on_event, WatchesEarlySteps):
        on_event.on_early_step(EarlyStep(phase=phase, share=share, network=network))


def run_one_cycle(
    optimiser: torch.optim.Optimizer,
    compute_losses: Callable[[torch.Tensor, float], Losses],
    *,
    n_samples: int,
    batch_size: int,
    n_epochs: int,
    phase: str = "fit",
    on_event: OnEvent | None = None,
    after_step: Callable[[], None] | None = None,
    gradient_limit: float = 0.0,
    network: torch.nn.Module | None = None,
    parts: Mapping[str, Stateful] | None = None,
) -> None:
    """Minimise a loss for a number of epochs with a one-cycle schedule of the learning rate.

    Parameters
    ----------
    optimiser : torch.optim.Optimizer
        Its learning rate is the peak of the schedule.
    compute_losses : callable
        ``compute_losses(rows, progress) -> (loss, reported)`` for the rows of an int64 index tensor
        ``(batch,)``; `progress` is the share of steps done, this one included, in (0, 1].
    n_samples, batch_size, n_epochs, phase, on_event, network
        See `run_epochs`.
    after_step : callable, optional
        Called after each step, such as to train another network alternately.
    gradient_limit : float
        Gradients are clipped to this norm; 0 for no clipping.
    parts : mapping of str to Stateful, optional
        What `after_step` changes; `network`, optimiser and schedule are added. Without `network`, no
        checkpoint is kept. See `run_epochs`.

    References
    ----------
    L. N. Smith and N. Topin, "Super-convergence: very fast training of neural networks using large
    learning rates", 2019.
    """
    n_steps = n_epochs * count_batches(n_samples, batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=optimiser.param_groups[0]["lr"], total_steps=n_steps
    )

    def step(batch: torch.Tensor) -> dict[str, torch.Tensor]:
        loss, reported = compute_losses(batch, (schedule.last_epoch + 1) / n_steps)
        optimiser.zero_grad()
        loss.backward()
        if gradient_limit:
            torch.nn.utils.clip_grad_norm_(optimiser.param_groups[0]["params"], gradient_limit)
        optimiser.step()
        schedule.step()
        if after_step is not None:
            after_step()
        return reported

    trained: dict[str, Stateful] = {"optimiser": optimiser, "schedule": schedule, **(parts or {})}
    run_epochs(
        step,
        n_samples=n_samples,
        batch_size=batch_size,
        n_epochs=n_epochs,
        phase=phase,
        on_event=on_event,
        network=network,
        parts=None if network is None else {"network": network, **trained},
    )
