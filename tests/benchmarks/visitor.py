"""A visitor without a browser: a websocket client that speaks Streamlit's own protocol.

It sends the messages that the frontend sends (recorded from Chromium: a rerun with the address's query
for a page, a rerun of the fragment with the selection as JSON for a click) and keeps what the server
sends, long messages by their hash as the frontend does.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

ANSWER_SECONDS = 300
EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN


@dataclass(frozen=True)
class Received:
    """An element with the time of its arrival and the fragment that it belongs to."""

    element: Element
    fragment_id: str
    seconds: float


@dataclass(frozen=True)
class Run:
    """What the server sent for one rerun.

    Attributes
    ----------
    elements : list of Received
    queries : list of str
        What it wrote into the address.
    seconds : float
        From the request to the end of the script.
    n_bytes : int
    """

    elements: list[Received]
    queries: list[str]
    seconds: float
    n_bytes: int

    def texts(self) -> Iterator[tuple[str, float]]:
        """Yield each Markdown or HTML text and the seconds after which it came."""
        for received in self.elements:
            kind = received.element.WhichOneof("type")
            if kind in ("markdown", "html"):
                yield getattr(received.element, kind).body, received.seconds

    def widget(self, key: str) -> Received | None:
        """Return the chart with a key, or None."""
        charts = (one for one in self.elements if one.element.WhichOneof("type") == "vega_lite_chart")
        return next((one for one in charts if one.element.vega_lite_chart.id.endswith(f"-{key}")), None)

    def exceptions(self) -> list[str]:
        """Return what went wrong in the script."""
        failed = (one.element for one in self.elements if one.element.WhichOneof("type") == "exception")
        return [f"{element.exception.type}: {element.exception.message}" for element in failed]


@dataclass
class Visitor:
    """One session: ``async with Visitor(address) as visitor``."""

    address: str
    _socket: ClientConnection = field(init=False)
    _page_hash: str = ""
    _query: str = ""
    _hashes: list[str] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        url = self.address.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = await connect(
            url, subprotocols=["streamlit"], max_size=None, open_timeout=60, ping_interval=None
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.close()

    async def open(self, page: str, query: str = "") -> Run:
        """Ask for a page by its path (empty for the front door) and wait until it stands."""
        self._query = query
        request = self._request()
        request.rerun_script.page_name = page
        return await self._run(request)

    async def select(
        self, chart: Received, selection: dict[str, Any], until: Callable[[Element], bool]
    ) -> Run:
        """Select in a chart, and wait until the script has ended; `seconds` count until `until` is true."""
        request = self._request()
        rerun = request.rerun_script
        rerun.page_script_hash, rerun.fragment_id = self._page_hash, chart.fragment_id
        state = rerun.widget_states.widgets.add()
        state.id = chart.element.vega_lite_chart.id
        state.string_value = json.dumps({"selection": selection}, separators=(",", ":"))
        return await self._run(request, until)

    def _request(self) -> BackMsg:
        request = BackMsg()
        rerun = request.rerun_script
        rerun.query_string = self._query
        rerun.widget_states.SetInParent()
        rerun.cached_message_hashes.extend(self._hashes)
        context = rerun.context_info
        context.timezone, context.locale, context.color_scheme = "UTC", "en-US", "light"
        context.url = f"{self.address}/"
        return request

    async def _run(self, request: BackMsg, until: Callable[[Element], bool] | None = None) -> Run:
        elements: list[Received] = []
        queries: list[str] = []
        n_bytes, answered = 0, None
        started = time.perf_counter()
        async with asyncio.timeout(ANSWER_SECONDS):
            await self._socket.send(request.SerializeToString())
            while True:
                data = await self._socket.recv()
                assert isinstance(data, bytes)
                n_bytes += len(data)
                message, seconds = ForwardMsg.FromString(data), time.perf_counter() - started
                kind = message.WhichOneof("type")
                if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                    element = message.delta.new_element
                    elements.append(Received(element, message.delta.fragment_id, seconds))
                    if until is not None and answered is None and until(element):
                        answered = seconds
                elif kind == "page_info_changed":
                    self._query = message.page_info_changed.query_string
                    queries.append(self._query)
                elif kind == "script_finished" and message.script_finished != EARLY:
                    break
                self._page_hash = message.metadata.active_script_hash or self._page_hash
                if message.metadata.cacheable and message.hash:
                    self._hashes = [*self._hashes[-20:], message.hash]
        return Run(elements, queries, seconds if until is None else (answered or float("nan")), n_bytes)
