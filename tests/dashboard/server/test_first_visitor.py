"""A visitor who comes while the server still imports gets a page, not somebody's half-made module."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.benchmarks.visitor import Run, Visitor
from tests.serving import started_server

pytestmark = pytest.mark.local_datasets


async def opened(address: str, page: str) -> Run:
    async with Visitor(address) as visitor:
        return await visitor.open(page, "dataset=digits")


@pytest.mark.parametrize("page", ["", "explore", "anomaly"])
def test_the_first_page_stands(page):
    with started_server() as server, ThreadPoolExecutor(1) as thread:  # this one may have Playwright's loop
        run = thread.submit(asyncio.run, opened(server.address, page)).result()
        assert run.exceptions() == []
        assert run.elements
