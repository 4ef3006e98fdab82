"""The exceptions that the library raises for causes that a user can resolve."""

from __future__ import annotations


class LatentcoreError(Exception):
    """Base of all errors that a user can resolve; the message names the cause and what to do."""


class UnsupportedOperation(LatentcoreError):  # noqa: N818 - the name is part of the public contract
    """The model family lacks the operation; the message names the alternative."""


class UnknownNameError(LatentcoreError):
    """There is no dataset, model family, bundle or study of that name."""


class BundleError(LatentcoreError):
    """A bundle on disk is damaged, incomplete or too new; the message names file and cause."""


class SpaceError(LatentcoreError):
    """A space, or the table that it is made of, cannot be read or written; the message names the cause."""


class CodecError(LatentcoreError):
    """Images cannot be compressed, or a compressed file cannot be read; the message names the cause."""


class DatasetError(LatentcoreError):
    """A dataset cannot be read, fetched or written; the message names file and cause."""


class DatasetMissing(DatasetError):  # noqa: N818 - a state, not a fault
    """A dataset is not on this machine; the message says how to fetch it."""


class CheckpointError(LatentcoreError):
    """A checkpoint is damaged or belongs to another training; the message names file and cause."""


class EndTrainingPhase(LatentcoreError):  # noqa: N818 - a request, not a fault
    """Raised by an event handler to end the current phase of a training; the model is finished as it is."""


class EndScoring(LatentcoreError):  # noqa: N818 - a request, not a fault
    """Raised by a listener to end the measuring of scores; those measured so far are kept."""


class TrainingCancelled(LatentcoreError):  # noqa: N818 - a request, not a fault
    """Raised by an event handler to stop a training run; the model keeps its previous state."""
