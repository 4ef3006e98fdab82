"""What the sources may not do, and what the server's settings have to say: nothing from outside is run."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for folder in ("latentcore", "dashboard", "tests") for path in (ROOT / folder).rglob("*.py")
)
SERIALISERS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
RUNNERS = {"eval", "exec", "compile", "__import__"}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(module: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its name as it is written, such as "torch.load"."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def keywords(call: ast.Call) -> dict[str | None, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_unpickled_and_no_text_is_run(path):
    module = tree(path)
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            assert not SERIALISERS & {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] not in SERIALISERS
    for name, call in calls(module):
        assert name not in RUNNERS, f"line {call.lineno}"
        assert name not in {"torch.load", "torch.jit.load", "np.fromstring"}, f"line {call.lineno}"
        assert not name.startswith("pd.read_pickle"), f"line {call.lineno}"
        flag = keywords(call).get("allow_pickle")
        assert flag is None or ast.unparse(flag) == "False", f"line {call.lineno}"
        shell = keywords(call).get("shell")
        assert shell is None or ast.unparse(shell) == "False", f"line {call.lineno}"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "dashboard").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_html_is_our_own(path):
    """HTML of ours may hold numbers, data URIs and what `escape` has returned, but no text as it came."""
    for name, call in calls(tree(path)):
        given = keywords(call)
        assert "unsafe_allow_html" not in given, f"line {call.lineno}"
        assert "unsafe_allow_javascript" not in given, f"line {call.lineno}"
        assert name != "components.html", f"line {call.lineno}"


TEXTS = {
    "title",
    "titles",
    "name",
    "names",
    "caption",
    "alt",
    "label",
    "labels",
    "sentence",
    "text",
    "measure",
}
"""Names of values that hold text which may come from a bundle, a file or an address."""


def pieces(node: ast.expr) -> Iterator[ast.FormattedValue]:
    for part in ast.walk(node):
        if isinstance(part, ast.FormattedValue):
            yield part


@pytest.mark.parametrize(
    "path",
    [path for path in (ROOT / "dashboard").rglob("*.py") if ".html(" in path.read_text(encoding="utf-8")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_text_in_html_is_escaped(path):
    for node in ast.walk(tree(path)):
        if not (isinstance(node, ast.JoinedStr) and "<" in ast.unparse(node)):
            continue
        for piece in pieces(node):
            value = ast.unparse(piece.value)
            last = value.split("[")[0].split(".")[-1]
            assert last not in TEXTS or value in OWN.get(path.name, ()), f"line {node.lineno}: {value}"


OWN = {
    "preview.py": ("alt", "caption"),  # words that stand in the same file
    "pictures.py": ("caption",),  # escaped line by line above
    "strips.py": ("title",),  # escaped above
    "traversals.py": ("names",),  # HTML of escaped names
}


def test_the_server_guards_its_uploads():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["enableXsrfProtection"] is True
    assert config["server"]["enableCORS"] is True
    assert config["server"]["maxUploadSize"] <= 20
    assert config["client"]["showErrorDetails"] == "none"
