"""All pages: what they import, and what a session keeps."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from latentcore.store import Bundle
from tests.dashboard.pages import APP, SCRIPTS


def test_no_page_imports_umap():
    code = (
        "import sys\nfrom streamlit.testing.v1 import AppTest\n"
        f"app = AppTest.from_file({str(APP)!r}, default_timeout=60).run()\n"
        "app.query_params['model'] = 'ae-d8'\n"
        "app.switch_page('explore/page.py').run()\n"
        "assert not app.exception\nassert 'umap' not in sys.modules, 'umap was imported'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def bundles_in_memory() -> dict[int, str]:
    """Return the id of every bundle, by its address; `isinstance` would make some objects of torch warn."""
    gc.collect()
    return {id(found): found.spec.id for found in gc.get_objects() if type(found) is Bundle}


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("explore", {"model": "vae-d8"}),
        ("interpolate", {}),
        ("sample", {}),
        ("edit", {}),
        ("compression", {}),
        ("denoise", {}),
        ("data", {}),
        ("compare", {"view": "image"}),
        ("compare", {"view": "maps"}),
        ("compare", {"view": "neighbours"}),
        ("compare", {"view": "inside"}),
        ("compare", {"view": "geometry"}),
    ],
)
def test_a_session_keeps_no_bundle(page, query):
    """Streamlit keeps what callbacks of all widgets ever drawn refer to until the session ends."""
    before = bundles_in_memory()
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    for name, value in ({"dataset": "digits"} | query).items():
        app.query_params[name] = value
    app.switch_page(SCRIPTS[page]).run()
    assert not app.exception
    st.cache_resource.clear()
    st.cache_data.clear()
    kept = {key: name for key, name in bundles_in_memory().items() if key not in before}
    assert not kept


@pytest.mark.parametrize("script", list(SCRIPTS.values()))
def test_no_text_stands_alone_in_a_page(script):
    """Where a host leaves Streamlit's magic on, it would be shown on the page."""
    tree = ast.parse((APP.parent / script).read_text(encoding="utf-8"))
    assert not [
        node.lineno
        for node in tree.body[1:]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
