"""Reading vectors and items from the files that people have them in."""

from latentcore.spaces.reading.open_file import ReadOptions, open_source, read_items
from latentcore.spaces.reading.source import BadRow, Chunk, Source, VectorColumn

__all__ = ["BadRow", "Chunk", "ReadOptions", "Source", "VectorColumn", "open_source", "read_items"]
