"""Image compression with a model: codes are quantised, entropy-coded and stored in a ``.lat`` file."""

from latentcore.codec.codec import compress, compress_codes, decompress, read_codes
from latentcore.codec.lat_format import LatFile, pack, unpack
from latentcore.codec.quantisation import QuantisationGrid

__all__ = [
    "LatFile",
    "QuantisationGrid",
    "compress",
    "compress_codes",
    "decompress",
    "pack",
    "read_codes",
    "unpack",
]
