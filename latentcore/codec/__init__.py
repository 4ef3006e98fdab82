"""Storing images in fewer bytes: codes on a grid, entropy-coded, in a file that says how to read it."""

from latentcore.codec.codec import compress, compress_codes, decompress, read_codes
from latentcore.codec.grid import Grid
from latentcore.codec.lat import LatFile, pack, unpack

__all__ = ["Grid", "LatFile", "compress", "compress_codes", "decompress", "pack", "read_codes", "unpack"]
