"""The script of each page, by its path in the address, and a page opened by its address."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard.navigation import PAGES

SCRIPTS = {
    entry.url_path or "overview": f"{entry.folder}/page.py" for group in PAGES.values() for entry in group
}


def open_address(app: AppTest, path: str) -> AppTest:
    """Run a fresh app as a browser does that opens a page's address; `switch_page` wants a run before."""
    app._page_hash = "" if path == "overview" else calc_hash(path)
    return app.run()
