"""Velocity field of a flow between the prior N(0, I) and codes, and the solver of its equation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import nn

N_FREQUENCIES = 6
"""Sine and cosine of pi, 2 pi, 4 pi and so on times the time: the features of time."""


class VelocityBlock(nn.Module):
    """Residual block of `VelocityField`: a layer norm, a shift by the time, and a perceptron of one layer."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.shift = nn.Linear(2 * N_FREQUENCIES, width)
        self.down = nn.Linear(width, hidden)
        self.up = nn.Linear(hidden, width)

    def forward(self, values: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        """(n, width), features of time (n or 1, 12) -> (n, width)."""
        shifted = self.norm(values) + self.shift(time)
        change: torch.Tensor = self.up(nn.functional.gelu(self.down(shifted)))
        return values + change


class VelocityField(nn.Module):
    """Residual network from a code and a time to the velocity of the code.

    Its last layer is 0 at first: until it is trained, the flow leaves every code where it is.

    Parameters
    ----------
    latent_dim : int
    widths : sequence of int
        Width of the layer inside each residual block; the first one is the width between the blocks, too.
    """

    def __init__(self, latent_dim: int, widths: Sequence[int]) -> None:
        super().__init__()
        self.first = nn.Linear(latent_dim, widths[0])
        self.blocks = nn.ModuleList(VelocityBlock(widths[0], width) for width in widths)
        self.norm = nn.LayerNorm(widths[0])
        self.last = nn.Linear(widths[0], latent_dim)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, codes: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        """Codes (n, latent_dim) and times (n or 1, 1) in [0, 1] -> velocities (n, latent_dim)."""
        features = time_features(time)
        values = self.first(codes)
        for block in self.blocks:
            values = block(values, features)
        velocity: torch.Tensor = self.last(nn.functional.gelu(self.norm(values)))
        return velocity


def time_features(time: torch.Tensor) -> torch.Tensor:
    """Return sine and cosine features ``(n, 12)`` of times ``(n, 1)`` in [0, 1]."""
    angles = time * math.pi * torch.tensor([2.0**k for k in range(N_FREQUENCIES)])
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def integrate(
    field: nn.Module, codes: torch.Tensor, *, n_steps: int, backward: bool = False
) -> list[torch.Tensor]:
    """Move codes along a velocity field from time 0 to 1 by Heun's method.

    Parameters
    ----------
    field : Module
        ``field(codes, time)`` returns the velocities, (n, latent_dim).
    codes : float32 tensor, shape (n, latent_dim)
    n_steps : int
        Steps of equal length, of two evaluations of the field each.
    backward : bool
        From time 1 to 0 instead.

    Returns
    -------
    list of float32 tensor, shape (n, latent_dim)
        The codes at the start and after each step.

    References
    ----------
    E. Hairer, S. P. Norsett and G. Wanner, "Solving ordinary differential equations I", section II.1.
    """
    length = -1.0 / n_steps if backward else 1.0 / n_steps
    states = [codes]
    for step in range(n_steps):
        time = (1.0 if backward else 0.0) + step * length
        start = field(codes, torch.full((1, 1), time))
        end = field(codes + length * start, torch.full((1, 1), time + length))
        codes = codes + 0.5 * length * (start + end)
        states.append(codes)
    return states


def log_volume_change(field: nn.Module, codes: torch.Tensor, *, n_steps: int) -> torch.Tensor:
    """Return log |det d codes(1) / d codes(0)| of the way from time 0 to 1, ``(n,)``.

    It is the integral over time of the divergence of the field along the path of each code, by the same
    steps of Heun's method as `integrate`. The divergence is exact: one derivative per dimension.

    Parameters
    ----------
    field, codes, n_steps
        See `integrate`.

    References
    ----------
    R. T. Q. Chen et al., "Neural ordinary differential equations", 2018, theorem 1 (instantaneous change of
    variables).
    """
    length = 1.0 / n_steps
    total = torch.zeros(len(codes))
    for step in range(n_steps):
        start, growth = _velocity_and_divergence(field, codes, step * length)
        end, growth_after = _velocity_and_divergence(field, codes + length * start, (step + 1) * length)
        codes = codes + 0.5 * length * (start + end)
        total = total + 0.5 * length * (growth + growth_after)
    return total


def _velocity_and_divergence(
    field: nn.Module, codes: torch.Tensor, time: float
) -> tuple[torch.Tensor, torch.Tensor]:
    with torch.enable_grad():
        codes = codes.detach().requires_grad_()
        velocity: torch.Tensor = field(codes, torch.full((1, 1), time))
        divergence = torch.zeros(len(codes))
        for k in range(codes.shape[1]):
            (slope,) = torch.autograd.grad(velocity[:, k].sum(), codes, retain_graph=True)
            divergence = divergence + slope[:, k]
    return velocity.detach(), divergence
