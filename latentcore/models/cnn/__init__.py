"""The family `cnn`: features of a convolutional classifier."""

from latentcore.models.cnn.model import CNNModel

__all__ = ["CNNModel"]
