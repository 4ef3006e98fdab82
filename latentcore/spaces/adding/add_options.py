"""What the user says about a file that is to be added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from latentcore.spaces.reading import ReadOptions
from latentcore.spaces.table.roles import NUMBER_ROWS


@dataclass(frozen=True, kw_only=True)
class AddOptions:
    """Options of `add_file`.

    Attributes
    ----------
    metadata : Path, optional
        Table of the items' columns, one row per vector.
    vectors : sequence of str
        Columns of vectors, or patterns; all that are found by default. Each becomes a space.
    label, text, id : str, optional
        Columns; found by name and content by default. "-" as the id: items are numbered.
    plane : {"umap", "pca"}
    metric : {"euclidean", "cosine"}
    skip_bad : bool
        Whether to set bad rows aside instead of refusing the file.
    header : bool, optional
        Whether the text file has a header, or else its metadata; found out by default.
    latent_dim : int, optional
    dtype : str, optional
        Both of a memory map.
    """

    metadata: Path | None = None
    vectors: Sequence[str] = ()
    label: str | None = None
    text: str | None = None
    id: str | None = None
    plane: Literal["umap", "pca"] = "umap"
    metric: Literal["euclidean", "cosine"] = "euclidean"
    skip_bad: bool = False
    header: bool | None = None
    latent_dim: int | None = None
    dtype: str | None = None

    @property
    def metadata_header(self) -> bool | None:
        """Whether the metadata has a header, where that was said of it: not if both are text files."""
        return self.header

    @property
    def reading(self) -> ReadOptions:
        """What concerns the file of vectors."""
        others = [name for name in (self.label, self.text, self.id) if name not in (None, NUMBER_ROWS)]
        return ReadOptions(
            vectors=self.vectors,
            others=[str(name) for name in others],
            header=self.header,
            latent_dim=self.latent_dim,
            dtype=self.dtype,
        )
