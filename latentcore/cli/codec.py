"""Commands that compress and decompress images with a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from latentcore.codec.codec import DEFAULT_STEP
from latentcore.codec.commands import compress_path, decompress_path
from latentcore.store import load_bundle

console = Console()

ModelOption = Annotated[str, typer.Option("--model", metavar="ID", help="Bundle, such as mnist/vae-d16.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an existing file or folder.")]


def compress_command(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="An npz file with images, or a folder of PNG, JPEG or WebP.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The .lat file to write.")],
    *,
    model: ModelOption,
    step: Annotated[
        float,
        typer.Option(
            help="Quantisation step, in standard deviations of a code; larger steps give smaller files."
        ),
    ] = DEFAULT_STEP,
    force: Force = False,
) -> None:
    """Compress images to a .lat file with a model: quantised, entropy-coded codes, and the images' names."""
    compressed = compress_path(source, out, load_bundle(model), step=step, force=force)
    console.print(
        f"Wrote {out}: {compressed.n:,} images, {compressed.n_bytes:,} bytes, "
        f"{compressed.bits_per_pixel:.3f} bits per pixel, PSNR {compressed.psnr:.1f} dB.",
        soft_wrap=True,
        highlight=False,
    )
    for note in compressed.notes:
        console.print(note, soft_wrap=True, highlight=False, markup=False)


def decompress_command(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A .lat file.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="An .npz file or a folder of PNG to write.")],
    *,
    force: Force = False,
) -> None:
    """Decompress a .lat file to images with their stored names, or numbered in the same order."""
    n = decompress_path(source, out, force=force)
    console.print(f"Wrote {out}: {n:,} images.", soft_wrap=True, highlight=False)
