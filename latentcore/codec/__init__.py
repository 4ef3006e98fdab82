"""Storing images in fewer bytes: codes on a grid, entropy-coded, in a file that says how to read it."""

from latentcore.codec.codec import compress, compress_codes, decompress, read_codes
from latentcore.codec.lat_format import LatFile, pack, unpack
from latentcore.codec.quantisation import Grid

__all__ = ["Grid", "LatFile", "compress", "compress_codes", "decompress", "pack", "read_codes", "unpack"]
