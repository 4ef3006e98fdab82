"""How the images of an own dataset are made alike, and how they are split."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from latentcore.datasets.own.arrays.read import Channels
from latentcore.datasets.own.pictures import Fit

MIN_SIZE, MAX_SIZE = 8, 64
GREY_SIZE, RGB_SIZE = 28, 32
"""Default sizes in pixels."""


@dataclass(frozen=True, kw_only=True)
class AddOptions:
    """Options of `latentcore.datasets.own.add_dataset`.

    Attributes
    ----------
    size : int or None
        Height and width, 8 to 64; by default 28 for grey and 32 for colour.
    colour : "auto", "grey" or "rgb"
        By default RGB if any of 200 random pictures has colours.
    fit : "crop", "pad" or "stretch"
    channels : "auto", "first" or "last"
        Axis of the channels, in arrays.
    test_share : float
        Share of each class that is held out for testing, where the source has no test split; in (0, 1).
    seed : int
        Of the split, and of the choice of `limit` images.
    limit : int or None
        At most this many images, chosen at random.
    strict : bool
        Stop at the first file that cannot be used, instead of leaving it out.
    """

    size: int | None = None
    colour: Literal["auto", "grey", "rgb"] = "auto"
    fit: Fit = "crop"
    channels: Channels = "auto"
    test_share: float = 0.2
    seed: int = 0
    limit: int | None = None
    strict: bool = False

    def __post_init__(self) -> None:
        """Raise `ValueError` where a value is out of range."""
        if self.size is not None and not MIN_SIZE <= self.size <= MAX_SIZE:
            raise ValueError(f"size is {self.size}; it must be {MIN_SIZE} to {MAX_SIZE} pixels.")
        if self.colour not in ("auto", "grey", "rgb"):
            raise ValueError(f"colour is {self.colour!r}; expected auto, grey or rgb.")
        if self.fit not in ("crop", "pad", "stretch"):
            raise ValueError(f"fit is {self.fit!r}; expected crop, pad or stretch.")
        if self.channels not in ("auto", "first", "last"):
            raise ValueError(f"channels is {self.channels!r}; expected auto, first or last.")
        if not 0 < self.test_share < 1:
            raise ValueError(f"test_share is {self.test_share:g}; it must lie between 0 and 1.")
        if self.limit is not None and self.limit < 2:  # noqa: PLR2004
            raise ValueError(f"limit is {self.limit}; it must be at least 2.")

    def facts(self) -> dict[str, Any]:
        """Return the options as plain JSON values."""
        return asdict(self)
