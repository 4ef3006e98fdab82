"""Writing the images of one split of a new dataset."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import BinaryIO

from latentcore.types import PixelArray


@dataclass
class SplitWriter:
    """The images of one split as they are written, with their labels and hashes."""

    file: BinaryIO
    labels: list[int] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)

    def write(self, pixels: PixelArray, label: int) -> None:
        """Append an image, uint8 ``(channels, height, width)``."""
        data = pixels.tobytes()
        self.digests.append(hashlib.blake2b(data, digest_size=12).digest())
        self.labels.append(label)
        self.file.write(data)
