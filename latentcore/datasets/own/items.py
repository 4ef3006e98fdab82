"""An image of a source, decoded when asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from latentcore.datasets.own.pictures import Target


@dataclass(frozen=True)
class Item:
    """An image of a source.

    Attributes
    ----------
    name : str
    label : str or None
    split : "train", "test", "val" or None
    decode : callable
        Returns the picture in mode "L" or "RGB"; raises `UnreadablePicture`.
    """

    name: str
    label: str | None
    split: str | None
    decode: Callable[[Target | None], Image.Image]
