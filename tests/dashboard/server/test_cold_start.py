"""Until the map stands, nothing is imported or read that it does not need."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
HEAVY = {"sklearn", "umap", "torchvision", "sympy", "numba", "matplotlib"}
OF_OTHER_PAGES = {"latentcore.studies", "latentcore.runs", "latentcore.bundling"}

OPEN_EXPLORE = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import streamlit as st
draw, seen = st.vega_lite_chart, {}
def first_map(*args, **kwargs):
    if kwargs.get("key") == "latent_map" and not seen:
        seen.update(modules=sorted(sys.modules), opened=list(opened))
    return draw(*args, **kwargs)
st.vega_lite_chart = first_map
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
app = AppTest.from_file("dashboard/app.py", default_timeout=300)
app.query_params["dataset"], app.query_params["model"] = sys.argv[1:]
app._page_hash = calc_hash("explore")  # as a browser opens the address: `switch_page` wants a run before
app.run()
assert not app.exception, app.exception
print(json.dumps(seen | {"after": list(opened)}))
"""


def until_the_map(dataset: str, model: str, data: Path) -> dict[str, list[str]]:
    """Return what a fresh process has imported and opened when it draws the map, and opened afterwards."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", OPEN_EXPLORE, dataset, model],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "LATENTCORE_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_map_of_two_dimensions_does_not_wait_for_scipy(tmp_path):
    assert "scipy" not in until_the_map("mnist", "vae-d2", tmp_path)["modules"]


def test_the_first_map_reads_no_dataset_and_imports_nothing_that_it_does_not_need(tmp_path):
    found = until_the_map("mnist", "vae-d16", tmp_path)
    assert "torch" in found["modules"]
    assert (HEAVY | OF_OTHER_PAGES).isdisjoint(found["modules"])
    assert any("pretrained/mnist/vae-d16" in path for path in found["opened"])
    assert not [path for path in found["opened"] if path.startswith(str(tmp_path))]
    assert [path for path in found["after"] if path.startswith(str(tmp_path))], (
        "the panel looks for originals"
    )


def test_opening_models_imports_nothing_either():
    code = (
        "import json, sys\n"
        "from dashboard.data.catalogue import catalogue, open_bundle\n"
        "ids = [one for one in catalogue().specs if one.startswith('digits/')]\n"
        "families = {open_bundle(one).spec.family for one in ids}\n"
        "print(json.dumps([sorted(families), sorted({name.partition('.')[0] for name in sys.modules})]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    families, modules = json.loads(done.stdout)
    assert {"transformer", "flow", "cnn", "gan"} <= set(families)
    assert HEAVY.isdisjoint(modules), "torch's compiler brings sympy: 1.6 s and 70 MB"
