"""Layers of a Transformer over the patches of an image, and the way between images and patches."""

from __future__ import annotations

import torch
from torch import nn

from latentcore.types import ImageShape

WIDENING = 2
"""Width of a block's perceptron, as a multiple of the width of its tokens."""


class SelfAttention(nn.Module):
    """Multi-head self-attention.

    References
    ----------
    A. Vaswani et al., "Attention is all you need", 2017, section 3.2.
    """

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.mix = nn.Linear(width, width)

    def _split(self, tokens: torch.Tensor) -> torch.Tensor:
        """(n, tokens, width) -> queries, keys and values (3, n, heads, tokens, width / heads)."""
        n, n_tokens, _ = tokens.shape
        parts: torch.Tensor = self.queries_keys_values(tokens).view(n, n_tokens, 3, self.n_heads, -1)
        return parts.permute(2, 0, 3, 1, 4)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """(n, tokens, width) -> the same shape."""
        queries, keys, values = self._split(tokens)
        seen = nn.functional.scaled_dot_product_attention(queries, keys, values)
        mixed: torch.Tensor = self.mix(seen.transpose(1, 2).reshape(tokens.shape))
        return mixed

    def weights(self, tokens: torch.Tensor) -> torch.Tensor:
        """(n, tokens, width) -> how much each token looks at each other one, (n, heads, tokens, tokens)."""
        queries, keys, _ = self._split(tokens)
        return torch.softmax(queries @ keys.transpose(2, 3) / queries.shape[-1] ** 0.5, dim=3)


class TransformerBlock(nn.Module):
    """Self-attention and a perceptron, each behind a layer norm and added to its input (pre-norm)."""

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = SelfAttention(width, n_heads)
        self.perceptron_norm = nn.LayerNorm(width)
        self.perceptron = nn.Sequential(
            nn.Linear(width, WIDENING * width), nn.GELU(), nn.Linear(WIDENING * width, width)
        )

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """(n, tokens, width) -> the same shape."""
        tokens = tokens + self.attention(self.attention_norm(tokens))
        changed: torch.Tensor = tokens + self.perceptron(self.perceptron_norm(tokens))
        return changed

    def attention_weights(self, tokens: torch.Tensor) -> torch.Tensor:
        """(n, tokens, width) -> weights (n, heads, tokens, tokens), each row of which sums to 1."""
        return self.attention.weights(self.attention_norm(tokens))


class Patches(nn.Module):
    """Cuts images into square patches, and joins them again; it has no weights.

    Sides that the patch does not divide are padded with 0 on the right and at the bottom.

    Attributes
    ----------
    grid : (int, int)
        Rows and columns of patches.
    """

    def __init__(self, image_shape: ImageShape, side: int) -> None:
        super().__init__()
        self.image_shape, self.side = image_shape, side
        channels, height, width = image_shape
        self.grid = (-(-height // side), -(-width // side))
        self.n_patches = self.grid[0] * self.grid[1]
        self.n_values = channels * side * side

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Images (n, pixels) -> patches (n, n_patches, n_values)."""
        channels, height, width = self.image_shape
        n_rows, n_columns = self.grid
        right, bottom = n_columns * self.side - width, n_rows * self.side - height
        images = nn.functional.pad(rows.view(-1, channels, height, width), (0, right, 0, bottom))
        cut = images.reshape(-1, channels, n_rows, self.side, n_columns, self.side)
        return cut.permute(0, 2, 4, 1, 3, 5).reshape(len(rows), self.n_patches, self.n_values)

    def join(self, patches: torch.Tensor) -> torch.Tensor:
        """Patches (n, n_patches, n_values) -> images (n, pixels), without the padding."""
        channels, height, width = self.image_shape
        n_rows, n_columns = self.grid
        cut = patches.view(-1, n_rows, n_columns, channels, self.side, self.side).permute(0, 3, 1, 4, 2, 5)
        images = cut.reshape(-1, channels, n_rows * self.side, n_columns * self.side)
        return images[:, :, :height, :width].reshape(len(patches), -1)
