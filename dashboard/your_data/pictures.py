"""Images of an own dataset as the models will see them, and its classes."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.your_data.services.known import KnownDataset, class_counts, image_grid

MAX_BARS = 20


def draw_image_grid(dataset: KnownDataset, n_columns: int, n_rows: int, side: int) -> None:
    """Draw random images of a dataset, each `side` pixels wide.

    Parameters
    ----------
    dataset : KnownDataset
    n_columns, n_rows : int
        Most images per row and column.
    side : int
    """
    found = image_grid(dataset.name, dataset.version, n_columns, n_rows)
    if found is None:
        st.caption("The images cannot be read; remove the dataset and add it again.")
        return
    words = escape(f"{found.n_images} images of {dataset.title}, as the models see them", quote=True)
    st.html(
        f'<img src="{found.uri}" alt="{words}" style="width:{side * found.n_columns}px;max-width:100%;'
        'image-rendering:pixelated;border-radius:3px;display:block">'
    )


def facts(dataset: KnownDataset) -> str:
    """Return size, colour, numbers of images and of classes in words."""
    channels, height, width = dataset.image_shape
    classes = f"{len(dataset.classes):,} classes" if dataset.classes else "no labels"
    return (
        f"{dataset.n_train:,} train and {dataset.n_test:,} test images, {height}x{width}, "
        f"{'colour' if channels == 3 else 'grey'}, {classes}"
    )


def class_bars(dataset: KnownDataset) -> None:
    """Draw a bar per class, as long as it has images."""
    counts = class_counts(dataset.name, dataset.version)
    if not counts:
        return
    most = max(n for _, n in counts)
    rows = "".join(
        f'<div title="{escape(title, quote=True)}" style="overflow:hidden;text-overflow:ellipsis;'
        f'white-space:nowrap">{escape(title)}</div><div style="text-align:right">{n:,}</div>'
        f'<div style="align-self:center;height:0.55rem;border-radius:2px;width:{100 * n / most:.1f}%;'
        'background:color-mix(in srgb, currentColor 35%, transparent)"></div>'
        for title, n in counts[:MAX_BARS]
    )
    st.html(
        '<div style="display:grid;grid-template-columns:minmax(0, 11rem) max-content 1fr;column-gap:10px;'
        f'font-size:0.8rem;line-height:1.45">{rows}</div>'
    )
    if len(counts) > MAX_BARS:
        others = [n for _, n in counts[MAX_BARS:]]
        st.caption(f"And {len(others):,} classes with {min(others):,} to {max(others):,} images.")
