"""The script of each page, by its path in the address."""

from __future__ import annotations

from dashboard.navigation import PAGES

SCRIPTS = {
    entry.url_path or "overview": f"{entry.folder}/page.py" for group in PAGES.values() for entry in group
}
