"""Linear probes on spaces of items: measured on the page, from few labelled items."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from dashboard.apply.transfer.services.probed import pool_labels, probed
from dashboard.apply.transfer.services.probes import Request, label_choices, measure
from dashboard.apply.transfer.services.study import ProbeResults
from dashboard.data.items.spaces import open_space, scanned_spaces
from dashboard.data.jobs import start_job
from latentcore.spaces.building import NewSpace
from latentcore.spaces.table.items_table import items_table
from latentcore.spaces.writing import NewCollection, save_collection
from tests.dashboard import pages
from tests.dashboard.jobs import run_until_measured, wait
from tests.dashboard.spaces import N_ITEMS, TOPICS, made_codes

IDS = ("notes/first", "notes/second")
pytestmark = [pytest.mark.own_datasets, pytest.mark.usefixtures("notes")]


def add(name: str, labels: list[str | None] | None) -> None:
    """Store a collection with one space, and labels or none."""
    columns = {"id": [f"n{k}" for k in range(N_ITEMS)]} | ({} if labels is None else {"topic": labels})
    items = items_table(columns, label=None if labels is None else "topic", id_column="id")
    new = NewCollection(name=name, items=items, n_items=N_ITEMS)
    save_collection(new, [(NewSpace(name="first", title="First", plane="pca"), made_codes(0))])
    scanned_spaces.clear()


def measured(request: Request) -> ProbeResults:
    job = start_job(partial(measure, request))
    assert job is not None
    wait(job)
    assert job.problem is None, job.problem
    assert isinstance(job.result, ProbeResults)
    return job.result


def test_tested_and_labelled_items_differ_and_every_space_has_the_same():
    on = probed(IDS)
    assert len(on.test_labels) == len(on.pool_labels) == N_ITEMS // 2
    assert np.array_equal(pool_labels(IDS), on.pool_labels)
    for name in ("first", "second"):
        pool, test = on.sources[name](0)
        assert not {row.tobytes() for row in pool} & {row.tobytes() for row in test}
        codes = np.asarray(open_space(f"notes/{name}").train.codes, np.float32)
        labels = open_space(f"notes/{name}").train.labels
        rows = [int(np.flatnonzero((codes == row).all(axis=1))[0]) for row in test]
        assert np.array_equal(labels[rows], on.test_labels)


def test_items_without_a_label_are_left_out():
    add("few", [None if k < 20 else TOPICS[k % 3] for k in range(N_ITEMS)])
    on = probed(["few/first"])
    assert len(on.test_labels) + len(on.pool_labels) == N_ITEMS - 20
    assert set(on.test_labels) | set(on.pool_labels) == {0, 1, 2}


def test_probes_learn_what_the_codes_hold():
    choices = label_choices(IDS)
    assert choices == [n for n in (1, 2, 5, 10) if n <= np.bincount(pool_labels(IDS)).min()]
    results = measured(Request(IDS, tuple(choices), 3))
    assert results.things == "items"
    assert [curve.source for curve in results.curves] == ["first", "second"]
    for curve in results.curves:  # topics are groups of their own
        assert curve.points[-1].mean > max(curve.points[0].mean, 0.8)
    assert results.n_seeds == 3


def test_the_page_measures_and_says_on_what():
    app = pages.open_page("transfer", dataset="notes")
    assert not app.info
    app.button(key="start_probing").click().run()
    run_until_measured(app)
    text = pages.text_of(app)
    assert f"on Notes: {N_ITEMS // 2} random test items, 10 sets of labelled items" in text
    assert f"from {N_ITEMS // 2} others" in text
    chart = app.get("vega_lite_chart")[0].proto.spec
    assert "labelled items per class" in chart


def test_without_labels_the_page_says_so():
    add("bare", None)
    app = pages.open_page("transfer", dataset="bare")
    assert "no labels" in app.info[0].value
    assert not [button for button in app.button if button.key == "start_probing"]
