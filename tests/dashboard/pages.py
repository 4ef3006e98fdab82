"""Pages opened without a browser."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard.navigation import PAGES

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
SCRIPTS = {
    entry.url_path or "overview": f"{entry.folder}/page.py" for group in PAGES.values() for entry in group
}
"""The script of each page, by its path in the URL."""


def open_address(app: AppTest, path: str) -> AppTest:
    """Run a fresh app as a browser does that opens a page's address; `switch_page` wants a run before."""
    app._page_hash = "" if path == "overview" else calc_hash(path)
    return app.run()


def open_page(name: str, *, timeout: float = 60, **query: object) -> AppTest:
    """Open a page of digits with names and values in its URL; each run may take `timeout` seconds."""
    app = AppTest.from_file(str(APP), default_timeout=timeout)
    for key, value in {"dataset": "digits", **query}.items():
        app.query_params[key] = value
    open_address(app, name)  # at once: a run of the front door before would be made for nothing
    assert not app.exception
    return app


def text_of(app: AppTest) -> str:
    """Return the Markdown texts and captions of a page."""
    return " ".join(element.value for element in [*app.markdown, *app.caption])


def notices_of(app: AppTest) -> list[str]:
    """Return the warnings of a page, without the backslashes before what they quote."""
    return [warning.value.replace("\\", "") for warning in app.warning]


def open_section(view: str, *models: str, **query: str) -> AppTest:
    """Open a section of Compare with some models of digits."""
    return open_page("compare", view=view, models=list(models), **query)


def section_text(app: AppTest) -> str:
    """Return the Markdown texts, captions and infos of a page."""
    return " ".join(element.value for element in [*app.markdown, *app.caption, *app.info])
