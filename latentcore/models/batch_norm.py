"""Batch normalisation of a generator: added for training, folded into the weights afterwards."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

from latentcore.models.networks import ResidualBlock

N_STATISTICS_BATCHES = 100


def add_batch_norm(network: nn.Sequential) -> nn.Sequential:
    """Return a network with batch normalisation after every layer with weights except the last."""
    layers = _normalised(network)
    last = max(k for k, layer in enumerate(layers) if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d))
    del layers[last]
    return nn.Sequential(*layers)


def _normalised(network: nn.Sequential) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for layer in network:
        if isinstance(layer, ResidualBlock):
            layers.append(ResidualBlock(*_normalised(layer)))
            continue
        layers.append(layer)
        if isinstance(layer, nn.Linear):
            layers.append(nn.BatchNorm1d(layer.out_features))
        elif isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            layers.append(nn.BatchNorm2d(layer.out_channels))
    return layers


def fold_batch_norm(network: nn.Sequential) -> nn.Sequential:
    """Return a network in evaluation mode with each batch normalisation folded into the layer before it."""
    layers: list[nn.Module] = []
    for layer in network.eval():
        before = layers[-1] if layers else None
        if isinstance(layer, ResidualBlock):
            layers.append(ResidualBlock(*fold_batch_norm(layer)))
        elif isinstance(layer, nn.BatchNorm1d) and isinstance(before, nn.Linear):
            layers[-1] = fuse_linear_bn_eval(before, layer)
        elif isinstance(layer, nn.BatchNorm2d) and isinstance(before, nn.Conv2d | nn.ConvTranspose2d):
            layers[-1] = fuse_conv_bn_eval(before, layer, transpose=isinstance(before, nn.ConvTranspose2d))
        else:
            layers.append(layer)
    return nn.Sequential(*layers)


def recompute_statistics(generator: nn.Sequential, latent_dim: int, batch_size: int) -> None:
    """Recompute the statistics of each batch normalisation, for weights that were averaged over training.

    Parameters
    ----------
    generator : nn.Sequential
        Left in training mode.
    latent_dim : int
    batch_size : int
        Sampled codes per batch; 100 batches are averaged.
    """
    norms = [layer for layer in generator.modules() if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over all batches
    generator.train()
    with torch.no_grad():
        for _ in range(N_STATISTICS_BATCHES if norms else 0):
            generator(torch.randn(batch_size, latent_dim))
