"""Cards of models, and the size of their bundles."""

from __future__ import annotations

from dashboard.data.catalogue import Bundle


def card_text(bundle: Bundle) -> str:
    """Return the model card without its title and its pictures, which a page shows itself."""
    return card_body(bundle.card.split("## Pictures")[0])


def card_body(card: str) -> str:
    """Return a card without its title."""
    return card.partition("\n")[2] if card.startswith("# ") else card


def card_pictures(bundle: Bundle) -> list[tuple[str, bytes]]:
    """Return the card's PNG files as (file name, bytes); unreadable ones are left out."""
    pictures = []
    for path in sorted((bundle.spec.folder / "card").glob("*.png")):
        try:
            pictures.append((path.name, path.read_bytes()))
        except OSError:
            continue
    return pictures


def megabytes(bundle: Bundle) -> float:
    """Return the size of the bundle's files in MB of 10^6 bytes."""
    return float(sum(facts["bytes"] for facts in bundle.config["files"].values())) / 1e6
