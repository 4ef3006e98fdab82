"""Commands that take a bundle along as a zip file, and bring one back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from latentcore.atomic_files import atomic_file
from latentcore.exceptions import BundleError
from latentcore.store import load_bundle, models_folder, pack_bundle, packed_id, unpack_bundle
from latentcore.store.names import check_chosen_name

console = Console()


def export_command(
    bundle_id: Annotated[str, typer.Argument(metavar="ID", help="Bundle, such as digits/vae-d2.")],
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The zip file to write.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write a bundle into a zip file, which `latentcore import` and the page Train read."""
    if out.exists() and not force:
        raise BundleError(f"{out} exists already; --force replaces it.")
    data = pack_bundle(load_bundle(bundle_id).spec)
    try:
        with atomic_file(out) as draft:
            draft.write_bytes(data)
    except OSError as error:
        raise BundleError(f"{out} cannot be written: {error.strerror or error}.") from error
    console.print(f"Wrote {out}: {len(data) / 1e6:.2f} MB.", soft_wrap=True, highlight=False)


def import_command(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A zip file of a bundle.")],
    *,
    name: Annotated[str, typer.Option(help="Name of the bundle, if its own is taken.")] = "",
    out: Annotated[Path | None, typer.Option(help="Models folder to write into.")] = None,
) -> None:
    """Check the bundle of a zip file and add it to the models folder."""
    bundle_id = None
    if name:
        check_chosen_name(name)
        bundle_id = f"{packed_id(source).partition('/')[0]}/{name}"
    root = out or models_folder()
    stored = unpack_bundle(source, root, bundle_id=bundle_id)
    console.print(f"Wrote {root / stored}", soft_wrap=True)
