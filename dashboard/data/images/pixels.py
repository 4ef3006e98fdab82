"""Images as PNG bytes and data URIs."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from latentcore.atlas import webp_bytes
from latentcore.types import FloatArray

RESIDUAL_LIMIT = 0.5
"""Residuals of all models share this colour scale, -0.5 to 0.5."""

_NEGATIVE, _MIDDLE, _POSITIVE = (
    np.array(colour, np.float32) for colour in ([33, 102, 172], [247, 247, 247], [178, 73, 6])
)


def image_pixels(image: FloatArray) -> npt.NDArray[np.uint8]:
    """Return one image ``(c, h, w)`` in [0, 1] as uint8 ``(h, w)`` or ``(h, w, 3)``."""
    pixels = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8).transpose(1, 2, 0)
    return pixels[:, :, 0] if pixels.shape[2] == 1 else pixels


def residual_note(n_channels: int) -> str:
    """Return how residuals of colour images are shown, to follow the word "residual"; empty for grey ones."""
    return ", mean over channels" if n_channels > 1 else ""


def residual_pixels(residual: FloatArray) -> npt.NDArray[np.uint8]:
    """Return a signed residual ``(c, h, w)`` as uint8 ``(h, w, 3)``: blue below zero, orange above.

    The mean over channels shows errors of brightness; opposite errors of two channels cancel out.
    """
    value = np.clip(residual.mean(axis=0) / RESIDUAL_LIMIT, -1, 1)[:, :, None]
    end = np.where(value < 0, _NEGATIVE, _POSITIVE)
    pixels: npt.NDArray[np.uint8] = np.rint(_MIDDLE + np.abs(value) * (end - _MIDDLE)).astype(np.uint8)
    return pixels


def png_bytes(pixels: npt.NDArray[np.uint8], *, factor: int = 1) -> bytes:
    """Return pixels as PNG, each repeated `factor` times a side."""
    buffer = io.BytesIO()
    Image.fromarray(pixels.repeat(factor, axis=0).repeat(factor, axis=1)).save(buffer, "PNG")
    return buffer.getvalue()


def data_uri(data: bytes, kind: str = "image/png") -> str:
    """Return bytes as a data URI."""
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def image_uri(image: FloatArray) -> str:
    """Return one image ``(c, h, w)`` in [0, 1] as a data URI of a PNG."""
    return data_uri(png_bytes(image_pixels(image)))


def shade_pixels(strength: FloatArray) -> npt.NDArray[np.uint8]:
    """Return a grey veil ``(h, w, 4)``: transparent where `strength` ``(h, w)`` is 0, dense where it is 1."""
    veil = np.full((*strength.shape, 4), 128, np.uint8)
    veil[:, :, 3] = np.rint(np.clip(strength, 0, 1) * 150).astype(np.uint8)
    return veil


def coloured_dots(shares: FloatArray, colours: Sequence[str], side: int) -> bytes:
    """Return places ``(n, 2)`` in [0, 1], y upwards, as dots coloured ``#rrggbb`` on a clear ground, WebP."""
    finer = 2
    canvas = Image.new("RGBA", (side * finer, side * finer))
    draw = ImageDraw.Draw(canvas)
    for (x, y), colour in zip(shares.tolist(), colours, strict=True):
        draw.circle((x * canvas.width, (1 - y) * canvas.width), canvas.width / 160, fill=f"{colour}cc")
    return webp_bytes(np.asarray(canvas.reduce(finer)), lossless=True, quality=0)


def faint_dots(places: FloatArray, edge: float, side: int) -> bytes:
    """Return places ``(n, 2)`` within `edge` of 0, y upwards, as faint grey dots on a clear ground, WebP."""
    finer = 3
    mask = Image.new("L", (side * finer, side * finer))
    draw = ImageDraw.Draw(mask)
    for x, y in (np.stack([places[:, 0] + edge, edge - places[:, 1]], 1) / (2 * edge) * mask.width).tolist():
        draw.circle((x, y), mask.width / 150, fill=90)
    dots = np.full((side, side, 4), 148, np.uint8)
    dots[:, :, 3] = np.asarray(mask.reduce(finer))
    return webp_bytes(dots, lossless=True, quality=0)
